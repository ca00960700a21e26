"""The route of a case as a picture: where every step lies, so that a template can draw it as SVG."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

CELL_WIDTH, CELL_HEIGHT = 120, 104
TOP = 22
TURN = CELL_WIDTH // 2 - 3
LINE_LETTERS = 17
LINES = 3


@dataclass(frozen=True)
class Stop:
    """One step: its middle in units of the picture, its words, and how it stands: done, now, gone (ended
    without a decision), back (sent back, to be done again) or ahead.
    """

    x: int
    y: int
    number: int
    state: str
    step: str
    name: str
    lines: tuple[str, ...]
    task: Mapping[str, Any] | None


@dataclass(frozen=True)
class Picture:
    width: int
    height: int
    stops: tuple[Stop, ...]
    # From stop to stop: the points of a line, and whether the case has passed it.
    ways: tuple[tuple[str, bool], ...]


def route_picture(case: Mapping[str, Any], columns: int) -> Picture:
    """The steps of the case's route in rows of `columns`, every second row from right to left."""
    names: Mapping[str, str] = case["step_names"]
    newest = {task["step"]: task for task in case["decisions"]}
    ahead = {step["step"] for step in case["ahead"]}
    stops = []
    for index, step in enumerate(case["steps"]):
        row, place = divmod(index, columns)
        column = columns - 1 - place if row % 2 else place
        task = newest.get(step)
        name = names.get(step, step)
        stops.append(
            Stop(
                x=column * CELL_WIDTH + CELL_WIDTH // 2,
                y=row * CELL_HEIGHT + TOP,
                number=index + 1,
                state=_state(task, is_ahead=step in ahead),
                step=step,
                name=name,
                lines=tuple(textwrap.wrap(name, LINE_LETTERS, max_lines=LINES, placeholder=" …")),
                task=task,
            )
        )
    rows = -(-len(stops) // columns)
    ways = tuple(
        (_way(one, other), one.state == "done" and other.state in ("done", "now"))
        for one, other in pairwise(stops)
    )
    return Picture(columns * CELL_WIDTH, rows * CELL_HEIGHT, tuple(stops), ways)


def _way(one: Stop, other: Stop) -> str:
    """A straight line, or around the words of the last stop of a row to the row below."""
    if one.y == other.y:
        return f"{one.x},{one.y} {other.x},{other.y}"
    edge = one.x + TURN if (one.y - TOP) // CELL_HEIGHT % 2 == 0 else one.x - TURN
    return f"{one.x},{one.y} {edge},{one.y} {edge},{other.y} {other.x},{other.y}"


def _state(task: Mapping[str, Any] | None, *, is_ahead: bool) -> str:
    if task is not None and task["state"] in ("READY", "RESERVED"):
        return "now"
    if task is None or is_ahead:
        return "ahead" if task is None else "back"
    return "done" if task["outcome"] == "approve" else "gone"
