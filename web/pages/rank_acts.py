"""The forms of what officers do with a rank list, as the API wants to be asked.

A row of a form belongs to a person: its fields are named `<what>.<NIP>`, and a row left empty is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Form = Mapping[str, str]


def body_of(act: str, form: Form) -> dict[str, Any]:
    """The request's body. What is wrong in it is for the API to say."""
    if act == "withdrawal":
        return {"why": form.get("why", "")}
    if act == "dispatch":
        return _texts(form, "letter_number", "sent_on")
    if act == "annulments":
        return _texts(form, "nip", "authority", "reason", "letter_number")
    if act == "decrees":
        everybody = form.get("whom") != "some"
        nips = [] if everybody else [nip for nip, value in _column(form, "pick") if value == "yes"]
        return {"nips": nips} | ({"password": form["password"]} if form.get("password") else {})
    rows = {"answers": _answers, "outside-decrees": _outside, "write-backs": _written}
    return {"items": rows[act](form)}


def _texts(form: Form, *names: str) -> dict[str, Any]:
    return {name: form[name].strip() for name in names if form.get(name, "").strip()}


def _column(form: Form, what: str) -> list[tuple[str, str]]:
    """The NIPs of a column's fields with what stands there, without those left empty."""
    begin = f"{what}."
    found = (
        (name.removeprefix(begin), text.strip()) for name, text in form.items() if name.startswith(begin)
    )
    return [(nip, text) for nip, text in found if text]


def _answers(form: Form) -> list[dict[str, Any]]:
    items = []
    for nip, outcome in _column(form, "outcome"):
        item = {"nip": nip, "outcome": outcome, "answered_on": form.get("answered_on", "")}
        number, reason = form.get(f"pertek.{nip}", "").strip(), form.get(f"reason.{nip}", "").strip()
        items.append(
            item | ({"pertek_number": number} if number else {}) | ({"reason": reason} if reason else {})
        )
    return items


def _outside(form: Form) -> list[dict[str, Any]]:
    day = form.get("decree_date", "")
    return [{"nip": nip, "number": number, "decree_date": day} for nip, number in _column(form, "number")]


def _written(form: Form) -> list[dict[str, Any]]:
    return [{"nip": nip, "siasn_id": text} for nip, text in _column(form, "siasn")]
