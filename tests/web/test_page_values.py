"""What pages hand to their templates: names of their own, each of them read there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import meta

import web
from web import rendering

ROOM = Path(web.__file__).parent
SHOWS = ("show", "show_to_anybody")


@dataclass(frozen=True)
class Shown:
    place: str
    template: str
    values: frozenset[str]


def pages_shown() -> Iterator[Shown]:
    for path in [*sorted((ROOM / "pages").rglob("*.py")), ROOM / "rendering.py"]:
        for call in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(call, ast.Call)
                and isinstance(call.func, ast.Attribute)
                and call.func.attr in SHOWS
            ):
                values = frozenset(each.arg for each in call.keywords if each.arg)
                template = call.args[0]
                if isinstance(template, ast.Constant):
                    yield Shown(f"{path.name}:{call.lineno}", str(template.value), values)


def names_given_to_every_page() -> set[str]:
    """The keywords of the one call that renders, and the globals of the templates."""
    tree = ast.parse((ROOM / "rendering.py").read_text())
    [render] = [
        call
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "render"
    ]
    return {each.arg for each in render.keywords if each.arg} | set(rendering.TEMPLATES.globals)


def names_read(template: str) -> set[str]:
    """By the template, what it extends and what it imports."""
    found: set[str] = set()
    wanted, read = [template], set[str]()
    while wanted:
        name = wanted.pop()
        if name not in read:
            read.add(name)
            names, others = read_in(name)
            found |= names
            wanted += others
    return found


@cache
def read_in(template: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """What one template reads itself, and the templates that it names."""
    tree = rendering.TEMPLATES.parse((ROOM / "templates" / template).read_text())
    others = tuple(each for each in meta.find_referenced_templates(tree) if each)
    return frozenset(meta.find_undeclared_variables(tree)), others


def test_no_page_gives_a_name_that_every_page_has() -> None:
    """Twice the same keyword is an exception when the page is asked for, and a global would be hidden."""
    shared = names_given_to_every_page()
    assert {"here", "path", "today", "labels", "new_key"} <= shared
    assert [(each.place, taken) for each in pages_shown() if (taken := each.values & shared)] == []


def test_every_value_is_read_by_its_template() -> None:
    shown = list(pages_shown())
    assert len({each.template for each in shown}) > 30
    unread = [(each.place, sorted(each.values - names_read(each.template) - {"me"})) for each in shown]
    assert [(place, names) for place, names in unread if names] == []
