"""Results of talent entered by hand: one enters, another confirms; and the form to enter one."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from web.api_client import Answer, segment
from web.rendering import Page, page_route, redirect

POINTS = ("potential", "managerial_sociocultural", "digital_literacy", "emerging_skill")
HUNDREDTHS = 100


async def listed(page: Page) -> Response:
    return await _listed(page)


async def _listed(page: Page, refused: Answer | None = None) -> Response:
    asked = page.request.query_params
    state = asked.get("state", "waiting")
    found = await page.api.get(
        "/v1/talent/results", state="" if state == "all" else state, cursor=asked.get("cursor")
    )
    return await page.show(
        "results.html",
        refused.status if refused else 200,
        items=found["items"],
        next=found["next"],
        state=state,
        problem=refused.body if refused else None,
    )


async def decide(page: Page) -> Response:
    """The second person's word."""
    form = await page.form()
    body = {"outcome": form.get("outcome", ""), "reason": form.get("reason", "")}
    address = f"/v1/talent/results/{segment(page.request.path_params['entry_id'])}/decision"
    answer = await page.api.post(address, body, key=form.get("key"))
    return redirect("/hasil-talenta") if answer.ok else await _listed(page, answer)


async def ask(page: Page) -> Response:
    return await _asked(page, {})


async def _asked(page: Page, posted: dict[str, str], refused: Answer | None = None) -> Response:
    nip = segment(page.request.path_params["nip"])
    talent = await page.api.get(f"/v1/employees/{nip}/talent")
    return await page.show(
        "result_entry.html",
        refused.status if refused else 200,
        talent=talent,
        posted=posted,
        problem=refused.body if refused else None,
    )


async def enter(page: Page) -> Response:
    """One result; which of the kinds, the form that was sent says."""
    form = await page.form()
    body = {form.get("what", ""): _given(form)} | ({"reason": form["reason"]} if form.get("reason") else {})
    address = f"/v1/employees/{segment(page.request.path_params['nip'])}/talent/results"
    answer = await page.api.post(address, body, key=form.get("key"))
    return redirect("/hasil-talenta") if answer.ok else await _asked(page, form, answer)


def _given(form: dict[str, str]) -> dict[str, Any]:
    match form.get("what"):
        case "component":
            score = _whole(form.get("score", ""))
            plain = {name: form.get(name, "") for name in ("component", "valid_until")}
            return plain | {"score": score * HUNDREDTHS if isinstance(score, int) else score}
        case "rating":
            judged = {name: _whole(form.get(name, "")) for name in ("result", "conduct")}
            plain = {name: form.get(name, "") for name in ("period_start", "period_end")}
            assessor = form.get("assessor_nip", "").strip()
            return plain | judged | ({"assessor_nip": assessor} if assessor else {})
        case "test":
            return {"tested_on": form.get("tested_on", "")} | {n: _whole(form.get(n, "")) for n in POINTS}
        case _:
            what, _, value = form.get("withdrawn", "").partition(" ")
            if what == "rating":
                first, _, last = value.partition(" ")
                return {"period_start": first, "period_end": last}
            return {"tested_on" if what == "test" else "component": value}


def _whole(text: str) -> int | str:
    """The number, or what was typed for the API to refuse."""
    plain = text.strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 10 else plain


routes = [
    page_route("/hasil-talenta", listed),
    page_route("/hasil-talenta/{entry_id}/putusan", decide, ("POST",)),
    page_route("/talenta/{nip}/hasil", ask),
    page_route("/talenta/{nip}/hasil", enter, ("POST",)),
]
