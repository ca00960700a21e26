"""Samples that nobody chose: asked for with a secret's hash, drawn with the secret, open to every auditor."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from starlette.responses import Response

from web.api_client import Answer, segment
from web.rendering import Page, page_route, redirect

HERE = "/audit/sampel"
SAMPLES = "/v1/reviews/samples"
SECRET_BYTES = 32


async def listed(page: Page) -> Response:
    found = await page.api.get(SAMPLES, limit=50, cursor=page.request.query_params.get("cursor"))
    return await page.show("samples.html", items=found["items"], next=found["next"])


async def request(page: Page) -> Response:
    """Without a hash the secret is made here and shown this once; who brings one keeps it to themself."""
    form = await page.form()
    hash_, secret = form.get("nonce_hash", "").strip().lower(), ""
    if not hash_:
        secret = secrets.token_hex(SECRET_BYTES)
        hash_ = hashlib.sha256(bytes.fromhex(secret)).hexdigest()
    body: dict[str, Any] = {
        "query_id": form.get("query_id", ""),
        "revision": _number(form.get("revision", "")),
        "of": form.get("of", "cases"),
        "size": _number(form.get("size", "")),
        "nonce_hash": hash_,
    }
    answer = await page.api.post(SAMPLES, body, key=form.get("key"))
    if not answer.ok:
        return await page.show("problem.html", answer.status, problem=answer.body)
    if not secret:
        return redirect(f"{HERE}/{segment(answer.body['id'])}")
    return await _shown(page, answer.body, secret=secret)


def _number(text: str) -> int | str:
    plain = text.strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 7 else plain


async def one(page: Page) -> Response:
    return await _one(page)


async def _one(page: Page, refused: Answer | None = None) -> Response:
    sample = await page.api.get(f"{SAMPLES}/{segment(page.request.path_params['sample_id'])}")
    return await _shown(page, sample, refused)


async def _shown(
    page: Page, sample: dict[str, Any], refused: Answer | None = None, secret: str = ""
) -> Response:
    status = refused.status if refused else 200
    problem = refused.body if refused else None
    return await page.show("sample.html", status, sample=sample, secret=secret, problem=problem)


async def draw(page: Page) -> Response:
    form = await page.form()
    known = segment(page.request.path_params["sample_id"])
    answer = await page.api.post(
        f"{SAMPLES}/{known}/draw", {"nonce": form.get("nonce", "").strip().lower()}, key=form.get("key")
    )
    return redirect(f"{HERE}/{known}") if answer.ok else await _one(page, answer)


routes = [
    page_route(HERE, listed),
    page_route(HERE, request, ("POST",)),
    page_route(f"{HERE}/{{sample_id}}", one),
    page_route(f"{HERE}/{{sample_id}}/undi", draw, ("POST",)),
]
