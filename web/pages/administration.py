"""For operators: how the installation is, accounts and keys. Unit officers give first passwords here too."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import Response

from web.api_client import Answer, segment
from web.rendering import Page, page_route, redirect

HERE = "/administrasi"
ROOT = "/v1/administration"


async def overview(page: Page) -> Response:
    return await _overview(page)


async def _overview(
    page: Page, refused: Answer | None = None, secret: dict[str, Any] | None = None
) -> Response:
    state, keys = await asyncio.gather(page.api.get(f"{ROOT}/state"), page.api.get(f"{ROOT}/api-keys"))
    return await page.show(
        "administration.html",
        refused.status if refused else 200,
        state=state,
        keys=keys,
        secret=secret,
        problem=refused.body if refused else None,
    )


async def issue_key(page: Page) -> Response:
    """The key with its secret, shown this once."""
    fields = await page.fields()
    label = dict(fields).get("label", "")
    scopes = [value for name, value in fields if name == "scope"]
    answer = await page.api.post(
        f"{ROOT}/api-keys",
        {"label": label, "scopes": scopes, "sandbox": "sandbox" in dict(fields)},
        key=dict(fields).get("key"),
    )
    if not answer.ok:
        return await _overview(page, answer)
    return await _overview(page, secret={"label": label, "secret": answer.body["secret"]})


async def set_terms(page: Page) -> Response:
    """The terms anew; the secret of an HMAC signature is shown this once."""
    form = await page.form()
    algorithm, quota = form.get("algorithm") or None, form.get("requests_per_minute", "")
    signature = {"algorithm": algorithm, "public_key": form.get("public_key") or None} if algorithm else None
    terms = {
        "requests_per_minute": int(quota) if quota.isascii() and quota.isdigit() else None,
        "signature": signature,
        "signature_required": "signature_required" in form,
    }
    path = f"{ROOT}/api-keys/{segment(page.request.path_params['key_id'])}/terms"
    answer = await page.api.post(path, terms, key=form.get("key"))
    if not answer.ok:
        return await _overview(page, answer)
    if answer.body["secret"] is None:
        return redirect(HERE)
    return await _overview(page, secret={"label": form.get("label", ""), "secret": answer.body["secret"]})


async def revoke_key(page: Page) -> Response:
    key_id = segment(page.request.path_params["key_id"])
    answer = await page.api.post(f"{ROOT}/api-keys/{key_id}/revocation", {})
    return redirect(HERE) if answer.ok else await _overview(page, answer)


async def roles(page: Page) -> Response:
    """Who holds which office today, and what it lets them do."""
    found = await page.api.get(f"{ROOT}/offices")
    return await page.show("roles.html", items=found["items"])


async def accounts(page: Page) -> Response:
    asked = {name: page.request.query_params.get(name, "") for name in ("q", "locked", "cursor")}
    found = await page.api.get(f"{ROOT}/accounts", limit=50, **asked)
    return await page.show("accounts.html", items=found["items"], next=found["next"], asked=asked)


async def ask_first_password(page: Page) -> Response:
    return await page.show("first_password.html", nip=page.request.query_params.get("nip", ""), problem=None)


async def first_password(page: Page) -> Response:
    form = await page.form()
    nip = "".join(form.get("nip", "").split())
    body = {"reason": form.get("reason", "")}
    answer = await page.api.post(f"{ROOT}/accounts/{segment(nip)}/first-password", body, key=form.get("key"))
    if not answer.ok:
        return await page.show("first_password.html", answer.status, nip=nip, problem=answer.body)
    return await page.show("first_password.html", nip=nip, problem=None, given=answer.body)


async def sign_out(page: Page) -> Response:
    form = await page.form()
    nip = "".join(form.get("nip", "").split())
    answer = await page.api.post(
        f"{ROOT}/accounts/{segment(nip)}/sign-out", {"reason": form.get("reason", "")}
    )
    if not answer.ok:
        return await page.show("problem.html", answer.status, problem=answer.body)
    return redirect(f"{HERE}/akun?q={segment(nip)}")


routes = [
    page_route(HERE, overview),
    page_route(f"{HERE}/kunci", issue_key, ("POST",)),
    page_route(f"{HERE}/kunci/{{key_id}}/ketentuan", set_terms, ("POST",)),
    page_route(f"{HERE}/kunci/{{key_id}}/akhiri", revoke_key, ("POST",)),
    page_route(f"{HERE}/jabatan", roles),
    page_route(f"{HERE}/akun", accounts),
    page_route(f"{HERE}/kata-sandi-pertama", ask_first_password),
    page_route(f"{HERE}/kata-sandi-pertama", first_password, ("POST",)),
    page_route(f"{HERE}/keluarkan", sign_out, ("POST",)),
]
