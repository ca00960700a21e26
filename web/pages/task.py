"""One task: the case, the findings, and the decision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response

from web.api_client import Answer, segment
from web.fields import Field, details_of, fields_of, shape_of
from web.labels.forms import label
from web.rendering import Page, page_route, redirect

OVERRIDE = "override."


async def show(page: Page) -> Response:
    return await _shown(page, await _task(page))


async def _task(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = await page.api.get(f"/v1/tasks/{segment(page.request.path_params['task_id'])}")
    return found


async def _shown(
    page: Page,
    task: dict[str, Any],
    refused: Answer | None = None,
    posted: dict[str, str] | None = None,
    acted: str = "",
) -> Response:
    """The task's page; after a refusal with what was typed, in the decision or in the act of that name."""
    candidates = await _candidates(page, task)
    fields = fields_of(task["form"], posted, candidates)
    overridden, against = _overrides(task, refused, posted or {})
    return await page.show(
        "task.html",
        refused.status if refused else 200,
        task=task,
        case=task["case"],
        overridden=overridden,
        against=against,
        fields=fields,
        shape=orjson.dumps(shape_of(fields)).decode(),
        problem=refused.body if refused else None,
        posted=posted or {},
        acted=acted,
        kept=_kept(page, fields, posted or {}),
    )


def _overrides(
    task: dict[str, Any], refused: Answer | None, posted: Mapping[str, str]
) -> tuple[list[str], list[dict[str, Any]]]:
    """The rules that need a written reason, and findings that say what they are: those of the case, those
    that a refusal named (a choice's rules are known once somebody is chosen), and those answered already.
    """
    problem = (refused.body or {}) if refused is not None else {}
    asked = problem.get("rules", ()) if problem.get("code") == "override-required" else ()
    answered = [name.removeprefix(OVERRIDE) for name in posted if name.startswith(OVERRIDE)]
    findings = [*problem.get("findings", ()), *task["case"]["findings"]]
    return list(dict.fromkeys([*task["overrides_required"], *answered, *asked])), findings


def _kept(page: Page, fields: list[Field], posted: Mapping[str, str]) -> list[tuple[str, str]]:
    """What was typed, each with the name of its field: shown where the task takes no decision any more, as
    when somebody was faster.
    """
    named = {f"d.{field.name}": label(page.words.gettext, field.name) for field in fields}
    named |= {"comment": page.words.gettext("Catatan"), "reason": page.words.gettext("Alasan")}
    overrides = {
        name: page.words.gettext("Alasan mengesampingkan") for name in posted if name.startswith(OVERRIDE)
    }
    typed = [(text, posted.get(name, "").strip()) for name, text in (named | overrides).items()]
    return [(name, text) for name, text in typed if text]


async def _candidates(page: Page, task: dict[str, Any]) -> dict[str, str]:
    """Among whom the task's form chooses: ids to rank and name, in the order that the case has reached. None
    for who decides without reading the list, as a personal delegate does: they type what they were told.
    """
    asked = (task["form"] or {}).get("properties", {})
    if not asked.keys() & {"ranking", "person_id"} or not task["case"]["vacancy_id"]:
        return {}
    found = await page.api.call("GET", f"/v1/vacancies/{segment(task['case']['vacancy_id'])}/candidates")
    names = {
        item["person"]["id"]: f"{item['rank']}. {item['person']['name'] or item['person']['id']}"
        for item in (found.body["items"] if found.ok else ())
    }
    begun = [
        person for person in (task["form"].get("examples") or [{}])[0].get("ranking", ()) if person in names
    ]
    return {person: names[person] for person in begun or names}


async def _by_nip(page: Page, details: dict[str, Any]) -> None:
    """People are asked for by NIP and known to the API by id; who is not found is left for it to refuse."""
    text = "".join(str(details.get("suggested_by", "")).split())
    if not text:
        return
    found = await page.api.call("GET", f"/v1/employees/{segment(text)}")
    if found.ok:
        details["suggested_by"] = found.body["id"]


def _shape(form: dict[str, str]) -> dict[str, Any]:
    try:
        shape = orjson.loads(form.get("shape", "{}"))
    except orjson.JSONDecodeError:
        return {}
    return shape if isinstance(shape, dict) else {}


async def decide(page: Page) -> Response:
    """The decision with its receipt; refused, the page again with what was typed."""
    task, form = await _task(page), await page.form()
    outcome = form.get("outcome", "")
    body: dict[str, Any] = {"outcome": outcome, "comment": form.get("comment", "")}
    if outcome == "return" and form.get("return_to"):
        body["return_to"] = form["return_to"]
    shape = _shape(form)
    if outcome == "approve":
        body["details"] = details_of(shape, form)
        await _by_nip(page, body["details"])
        reasons = {
            name.removeprefix(OVERRIDE): text for name, text in form.items() if name.startswith(OVERRIDE)
        }
        if form.get("password"):
            body["password"] = form["password"]
        body["overrides"] = [{"rule": rule, "reason": text} for rule, text in reasons.items() if text.strip()]
    elif "vote" in shape:
        body["details"] = {"vote": outcome}
    answer = await page.api.post(f"/v1/tasks/{segment(task['id'])}/decision", body, key=form.get("key"))
    if not answer.ok:
        return await _shown(page, await _task(page), answer, form)
    return await page.show("decided.html", task=task, decided=answer.body, receipt=answer.body["receipt"])


# What may be done beside deciding: the end of the page's address, the API's, and the fields it takes.
ACTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "ambil": ("/v1/tasks/{task}/claim", ()),
    "lepas": ("/v1/tasks/{task}/release", ()),
    "komentar": ("/v1/tasks/{task}/comments", ("comment",)),
    "kuasa": ("/v1/tasks/{task}/delegation", ("to_nip", "reason")),
    "benturan": ("/v1/personnel-actions/{case}/conflicts", ("reason",)),
}


async def act(page: Page) -> Response:
    """Claim, release, comment, delegate, or declare a conflict of interest."""
    task, form = await _task(page), await page.form()
    what = page.request.path_params["what"]
    here = f"/tugas/{segment(task['id'])}"
    if what not in ACTS:
        return redirect(here)
    address, asked = ACTS[what]
    answer = await page.api.post(
        address.format(task=segment(task["id"]), case=segment(task["action_id"])),
        {name: form.get(name, "") for name in asked},
        key=form.get("key"),
    )
    if not answer.ok:
        return await _shown(page, await _task(page), answer, form, what)
    return redirect("/" if what in ("benturan", "kuasa") else here)


routes = [
    page_route("/tugas/{task_id}", show),
    page_route("/tugas/{task_id}/keputusan", decide, ("POST",)),
    page_route("/tugas/{task_id}/{what}", act, ("POST",)),
]
