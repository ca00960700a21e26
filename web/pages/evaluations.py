"""Evaluations: one's own, the people one rates, and the committee's calibration.

Ratings and votes of many people stand in one form. What was pressed is saved, each as a decision of its own;
what was typed beside it stays.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from web.api_client import segment
from web.rendering import Page, page_route

AT_ONCE = 20
LEVELS = ("ABOVE", "AS_EXPECTED", "BELOW")
VOTES = ("approve", "reject", "abstain")
ALL = "all"
# Steps of the subject's own, as they follow one another.
OWN = ("performance_plan", "delivery", "result_response")
RATING, CALIBRATION = "rating", "calibration"


async def overview(page: Page) -> Response:
    """My own evaluations with plan and result, and what waits for me, by what it asks."""
    me = await page.me()
    mine, waiting = await asyncio.gather(
        page.api.get("/v1/personnel-actions", kind="evaluation", subject_nip=me["nip"], limit=10),
        page.api.get("/v1/tasks", kind="evaluation", limit=200),
    )
    newest = mine["items"][0] if mine["items"] else None
    case = await page.api.get(f"/v1/personnel-actions/{segment(newest['id'])}") if newest else None
    tasks = waiting["items"]
    steps = [task["step"] for task in tasks]
    own = [task for task in tasks if task["step"] in OWN and (task["subject"] or {}).get("id") == me["id"]]
    others: dict[str, list[dict[str, Any]]] = {}
    for task in tasks:
        if task["step"] not in (RATING, CALIBRATION) and task not in own:
            others.setdefault(task["step"], []).append(task)
    return await page.show(
        "evaluations.html", me=me, case=case, earlier=mine["items"][1:], own=own, others=others,
        to_rate=steps.count(RATING), to_calibrate=steps.count(CALIBRATION),
    )  # fmt: skip


async def rate(page: Page) -> Response:
    return await _rating(page, {}, [])


async def save_ratings(page: Page) -> Response:
    """Save the person whose button was pressed, or everybody for whom both judgements were chosen."""
    form = await page.form()
    shared = form.get("evidence", "")

    def details(task: str) -> dict[str, Any] | None:
        chosen = {"result": form.get(f"r.{task}", ""), "conduct": form.get(f"c.{task}", "")}
        if not all(level in LEVELS for level in chosen.values()):
            return None
        return chosen | {"evidence": form.get(f"e.{task}", "").strip() or shared}

    return await _rating(page, form, await _saved(page, form, details))


async def _rating(page: Page, posted: Mapping[str, str], saved: list[dict[str, Any]]) -> Response:
    found = await page.api.get("/v1/tasks", kind="evaluation", step=RATING, limit=AT_ONCE)
    tasks = await _with_cases(page, found["items"])
    refused = any(item["problem"] for item in saved)
    return await page.show(
        "rate.html", 422 if refused else 200, tasks=tasks, posted=posted, saved=saved, levels=LEVELS,
        more=bool(found["next"]),
    )  # fmt: skip


async def calibrate(page: Page) -> Response:
    return await _calibration(page, {}, [])


async def save_votes(page: Page) -> Response:
    """Cast the vote whose button was pressed, or all that were chosen."""
    form = await page.form()
    minutes = form.get("minutes_number", "").strip()

    def details(task: str) -> dict[str, Any] | None:
        vote = form.get(f"v.{task}", "")
        if vote not in VOTES:
            return None
        return {"vote": vote} | ({"minutes_number": minutes} if minutes else {})

    return await _calibration(page, form, await _saved(page, form, details))


async def _calibration(page: Page, posted: Mapping[str, str], saved: list[dict[str, Any]]) -> Response:
    found = await page.api.get("/v1/tasks", kind="evaluation", step=CALIBRATION, limit=AT_ONCE)
    tasks = await _with_cases(page, found["items"])
    places = {
        (seen["cycle_id"], seen["unit_id"])
        for task in tasks
        if (seen := task.get("consideration")) is not None
    }
    patterns = [
        answer.body
        for cycle, unit in sorted(places)
        if (
            answer := await page.api.call(
                "GET", f"/v1/evaluation-cycles/{segment(cycle)}/units/{segment(unit)}/distribution"
            )
        ).ok
    ]
    refused = any(item["problem"] for item in saved)
    return await page.show(
        "calibrate.html", 422 if refused else 200, tasks=tasks, posted=posted, saved=saved, votes=VOTES,
        patterns=patterns, more=bool(found["next"]),
    )  # fmt: skip


async def _with_cases(page: Page, tasks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each task with its case: plan, evidence and judgement are there."""
    answers = await asyncio.gather(*(page.api.call("GET", f"/v1/tasks/{segment(t['id'])}") for t in tasks))
    return [answer.body for answer in answers if answer.ok and "decide" in answer.body["allowed"]]


async def _saved(page: Page, form: Mapping[str, str], details: Any) -> list[dict[str, Any]]:
    """One decision a person: who, and what was wrong with it. The key of the form and the task make the
    decision's own, so a form sent twice decides once.
    """
    pressed = form.get("save", "")
    known = {name.partition(".")[2] for name in form if name[:2] in ("r.", "v.")}
    wanted = sorted(known) if pressed == ALL else [pressed]
    results: list[dict[str, Any]] = []
    for task in wanted:
        answered = details(task)
        if answered is None and pressed == ALL:
            continue
        if answered is None:
            missing = page.words.gettext("Pilih dahulu, lalu simpan.")
            results.append({"task": task, "problem": {"title": missing}, "name": form.get(f"n.{task}", "")})
            continue
        outcome = "reject" if answered.get("vote") == "reject" else "approve"
        body = {"outcome": outcome, "comment": form.get(f"b.{task}", ""), "details": answered}
        answer = await page.api.post(
            f"/v1/tasks/{segment(task)}/decision", body, key=f"{form.get('key', '')}/{task}"
        )
        results.append(
            {"task": task, "problem": None if answer.ok else answer.body, "name": form.get(f"n.{task}", "")}
        )
    return results


routes = [
    page_route("/evaluasi", overview),
    page_route("/evaluasi/menilai", rate),
    page_route("/evaluasi/menilai", save_ratings, ("POST",)),
    page_route("/evaluasi/kalibrasi", calibrate),
    page_route("/evaluasi/kalibrasi", save_votes, ("POST",)),
]
