"""Posts to be filled by promotion: the vacancies, a frozen list of candidates, the chain of posts."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from web.api_client import Answer, segment
from web.rendering import Page, page_route, redirect


async def listed(page: Page) -> Response:
    return await _listed(page, {}, page.request.query_params.get("q", ""))


async def _listed(page: Page, posted: dict[str, str], text: str, refused: Answer | None = None) -> Response:
    found = await page.api.get("/v1/vacancies", cursor=page.request.query_params.get("cursor"))
    free = await page.api.call("GET", "/v1/positions", query={"vacant": "true", "q": text, "limit": 50})
    return await page.show(
        "vacancies.html",
        refused.status if refused else 200,
        vacancies=found["items"],
        next=found["next"],
        posts=free.body["items"] if free.ok else [],
        posted=posted,
        text=text,
        problem=refused.body if refused else None,
    )


async def open_(page: Page) -> Response:
    form = await page.form()
    body: dict[str, Any] = {"position_id": form.get("position_id", "").strip()}
    if form.get("vacant_from"):
        body["vacant_from"] = form["vacant_from"]
    names = [line.strip() for line in form.get("nips", "").splitlines() if line.strip()]
    if names or form.get("letter_number"):
        body["selection"] = {"letter_number": form.get("letter_number", ""), "nips": names}
    answer = await page.api.post("/v1/vacancies", body, key=form.get("key"))
    if not answer.ok:
        return await _listed(page, form, form.get("q", ""), answer)
    return redirect(f"/jabatan-lowong/{segment(answer.body['id'])}")


async def one(page: Page) -> Response:
    return await _one(page)


async def _one(page: Page, refused: Answer | None = None) -> Response:
    address = f"/v1/vacancies/{segment(page.request.path_params['vacancy_id'])}"
    vacancy = await page.api.get(address)
    candidates = (await page.api.get(f"{address}/candidates"))["items"]
    case: dict[str, Any] = {}
    if vacancy["action_id"]:
        found = await page.api.call("GET", f"/v1/personnel-actions/{segment(vacancy['action_id'])}")
        case = found.body if found.ok else {}
    return await page.show(
        "vacancy.html",
        refused.status if refused else 200,
        vacancy=vacancy,
        candidates=candidates,
        rules=side_by_side(candidates),
        voting=[step for step in case.get("decisions", ()) if step["votes"]],
        ranking=case.get("ranking"),
        problem=refused.body if refused else None,
    )


def side_by_side(candidates: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each rule with its outcome for every candidate in turn, and whether they differ in it."""
    names = dict.fromkeys(finding["rule"] for item in candidates for finding in item["findings"])
    found = []
    for name in names:
        said = [
            next((each for each in item["findings"] if each["rule"] == name), None) for item in candidates
        ]
        outcomes = [each["outcome"] if each else "" for each in said]
        severity = next(each["severity"] for each in said if each)
        found.append(
            {"name": name, "outcomes": outcomes, "severity": severity, "differs": len(set(outcomes)) > 1}
        )
    return found


async def start(page: Page) -> Response:
    """Begin the promotion on the frozen list."""
    form = await page.form()
    body = {"kind": "promotion", "vacancy_id": page.request.path_params["vacancy_id"]}
    answer = await page.api.post("/v1/personnel-actions", body, key=form.get("key"))
    return redirect(f"/perkara/{answer.body['id']}") if answer.ok else await _one(page, answer)


routes = [
    page_route("/jabatan-lowong", listed),
    page_route("/jabatan-lowong", open_, ("POST",)),
    page_route("/jabatan-lowong/{vacancy_id}", one),
    page_route("/jabatan-lowong/{vacancy_id}/promosi", start, ("POST",)),
]
