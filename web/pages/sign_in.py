"""Signing in and out, the first password, and the language."""

from __future__ import annotations

from urllib.parse import quote, unquote

from starlette.responses import Response

from web.api_client import Answer
from web.rendering import Page, page_route, redirect
from web.visitor import (
    LANGUAGES,
    OPENID,
    forget_request,
    forget_session,
    keep_language,
    keep_request,
    keep_session,
)


def _own_path(text: str) -> str:
    """A path of this site, never another one's address."""
    plain = text.startswith("/") and not text.startswith(("//", "/\\")) and "\n" not in text
    return text if plain else "/"


async def ask(page: Page) -> Response:
    return await _asked(page, page.request.query_params.get("next", "/"))


async def _asked(page: Page, wanted: str, refused: Answer | None = None, nip: str = "") -> Response:
    ways = await page.api.get("/v1/sign-in-ways")
    status, problem = (refused.status, refused.body) if refused else (200, None)
    return page.show_to_anybody(
        "sign_in.html", status, next=_own_path(wanted), problem=problem, nip=nip, ways=ways
    )


async def enter(page: Page) -> Response:
    form = await page.form()
    nip, wanted = form.get("nip", ""), _own_path(form.get("next", "/"))
    asked = {"nip": nip, "password": form.get("password", ""), "browser": True}
    answer = await page.api.post("/v1/sessions", asked)
    if not answer.ok:
        return await _asked(page, wanted, answer, nip)
    if answer.body["awaits_code"]:
        response = redirect(f"/kode?next={quote(wanted)}")
    else:
        response = redirect("/kata-sandi" if answer.body["person"]["must_change"] else wanted)
    keep_session(response, answer.body["token"])
    return response


async def leave_for_provider(page: Page) -> Response:
    """To the agency's OpenID provider. Where one goes afterwards waits in the cookie."""
    wanted = _own_path(page.request.query_params.get("next", "/"))
    answer = await page.api.post("/v1/openid/requests", {})
    if not answer.ok:
        return await _asked(page, wanted, answer)
    response = redirect(answer.body["address"])
    keep_request(response, f"{answer.body['request']}|{quote(wanted)}")
    return response


async def come_back(page: Page) -> Response:
    kept, _, wanted = page.request.cookies.get(OPENID, "").partition("|")
    given = {name: page.request.query_params.get(name, "") for name in ("code", "state")}
    answer = await page.api.post("/v1/sessions/openid", {"request": kept, "browser": True, **given})
    if not answer.ok:
        response = await _asked(page, unquote(wanted) or "/", answer)
        forget_request(response)
        return response
    wanted = _own_path(unquote(wanted))
    response = redirect(f"/kode?next={quote(wanted)}" if answer.body["awaits_code"] else wanted)
    keep_session(response, answer.body["token"])
    forget_request(response)
    return response


async def ask_code(page: Page) -> Response:
    """The second factor of somebody whose password was right."""
    wanted = _own_path(page.request.query_params.get("next", "/"))
    return page.show_to_anybody("code.html", next=wanted, problem=None)


async def give_code(page: Page) -> Response:
    form = await page.form()
    wanted = _own_path(form.get("next", "/"))
    answer = await page.api.post("/v1/sessions/current/second-factor", {"code": form.get("code", "")})
    if answer.status == 401:
        return redirect("/masuk")
    if not answer.ok:
        return page.show_to_anybody("code.html", answer.status, next=wanted, problem=answer.body)
    return redirect(wanted)


async def leave(page: Page) -> Response:
    everywhere = (await page.form()).get("everywhere")
    await page.api.call("DELETE", "/v1/sessions" if everywhere else "/v1/sessions/current")
    response = redirect("/masuk")
    forget_session(response)
    return response


async def ask_password(page: Page) -> Response:
    return await page.show("password.html", problem=None, done=False)


async def change_password(page: Page) -> Response:
    form = await page.form()
    if form.get("new") != form.get("again"):
        problem = {"title": page.words.gettext("Kedua isian kata sandi baru tidak sama.")}
        return await page.show("password.html", 422, problem=problem, done=False)
    answer = await page.api.post(
        "/v1/password", {"current": form.get("current", ""), "new": form.get("new", "")}
    )
    if not answer.ok:
        return await page.show("password.html", answer.status, problem=answer.body, done=False)
    return await page.show("password.html", problem=None, done=True)


async def speak(page: Page) -> Response:
    form = await page.form()
    response = redirect(_own_path(form.get("next", "/")))
    if form.get("language") in LANGUAGES:
        keep_language(response, form["language"])
    return response


routes = [
    page_route("/masuk", ask),
    page_route("/masuk", enter, ("POST",)),
    page_route("/masuk/openid", leave_for_provider),
    page_route("/masuk/openid/kembali", come_back),
    page_route("/kode", ask_code),
    page_route("/kode", give_code, ("POST",)),
    page_route("/keluar", leave, ("POST",)),
    page_route("/kata-sandi", ask_password),
    page_route("/kata-sandi", change_password, ("POST",)),
    page_route("/bahasa", speak, ("POST",)),
]
