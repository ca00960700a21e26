"""Every page of every role, in both languages, with long names and titles and full lists."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, FloatRect, Page, ViewportSize, sync_playwright

from accounts.sessions import open_session
from bench.at_work import at_work
from bench.crawl import Crawl
from bench.many_cases import multiply
from bench.places import Place
from bench.servers import api_server
from demo.play import Play, register
from installation import Installation
from roster.generator import Agency as SyntheticAgency
from roster.generator import generate_agency
from tests.web.conftest import QUIET
from tests.web.looks import DESK, PHONE, barriers, misfits, with_axe
from web.visitor import LANGUAGE, SESSION

PEOPLE = 400
OPEN_TASKS = 1_500
LONG_NAME = "Prof. Dr. Ir. {name} Kusumawardhani Sastrodiningrat, S.Kom., M.T., Ph.D., IPU."
LONG_POST = (
    "{name} Penyelenggaraan Pelayanan Administrasi Kependudukan dan Pencatatan Sipil Terpadu Satu Pintu"
)
LANGUAGES = ("id", "en")
HIGH = 2_000  # pixels of a picture


@dataclass
class Pages:
    """`screenshots` is a folder for pictures, None for none."""

    place: Place
    say: Callable[[str], None]
    screenshots: Path | None = None
    wrong: list[str] = field(default_factory=list)
    visited: int = 0
    heaviest: dict[str, tuple[int, int]] = field(default_factory=dict)

    def run(self) -> dict[str, object]:
        """Figures; raises AssertionError with everything that is wrong."""
        people = self._fill()
        path = shutil.which("chromium")
        assert path is not None
        with api_server(self.place) as (port, _), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=QUIET)
            for language in LANGUAGES:
                for role, token in people.items():
                    self._visit(browser, f"http://127.0.0.1:{port}", role, token, language)
                    self.say(f"{language} {role}: {self.visited} pages so far, {len(self.wrong)} complaints")
            browser.close()
        assert self.wrong == [], "\n".join(self.wrong)
        heavy = sorted(self.heaviest.items(), key=lambda item: -item[1][0])
        return {"pages": self.visited, "heaviest": dict(heavy[:5])}

    def _fill(self) -> dict[str, str]:
        """A session for each role."""
        installation = Installation(self.place.settings())
        installation.set_up()
        try:
            ids = register(installation, _with_long_names(generate_agency(people=PEOPLE)))
            play = Play(installation, ids)
            work = at_work(play)
            multiply(play, OPEN_TASKS)
            with installation.writing_engine.begin() as connection:
                return {
                    role: open_session(connection, person, 12, datetime.now(UTC))[0]
                    for role, person in work.people.items()
                }
        finally:
            installation.close()

    def _visit(self, browser: Browser, here: str, role: str, token: str, language: str) -> None:
        context = with_axe(browser.new_context(viewport=PHONE))
        secure = here.replace("http://", "https://")
        for name, value in ((SESSION, token), (LANGUAGE, language)):
            context.add_cookies([{"name": name, "value": value, "url": secure, "secure": True}])
        page = context.new_page()
        page.on("pageerror", lambda error: self.wrong.append(f"{role} {page.url}: {error}"))

        def visit(path: str) -> str:
            answer = page.goto(f"{here}{path}")
            assert answer is not None
            self.visited += 1
            if answer.status != 200:
                self.wrong.append(f"{role} {path}: {answer.status}")
            whole, sent = len(answer.body()), int(answer.request.sizes()["responseBodySize"])
            self.heaviest[path.partition("?")[0]] = (whole, sent)
            self.wrong += [
                f"{language} {role} {each}" for each in self._looks(page, f"{language} {role} {path}")
            ]
            return page.content()

        for _ in Crawl(each=2).walk(visit):
            pass
        context.close()

    def _looks(self, page: Page, name: str) -> list[str]:
        found: list[str] = []
        for size, scheme in ((PHONE, "light"), (PHONE, "dark"), (DESK, "dark"), (DESK, "light")):
            page.set_viewport_size(size)
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            if scheme == "light":
                found += misfits(page)
            found += [f"{size['width']} px {scheme}: {each}" for each in barriers(page)]
            if self.screenshots is not None:
                file = re.sub(r"[^\w]+", "-", f"{name} {size['width']} {scheme}").strip("-")[:120]
                page.screenshot(path=self.screenshots / f"{file}.png", clip=_upper(size), full_page=True)
        page.set_viewport_size(PHONE)
        return found


def _upper(size: ViewportSize) -> FloatRect:
    return FloatRect(x=0, y=0, width=size["width"], height=HIGH)


def _with_long_names(agency: SyntheticAgency) -> SyntheticAgency:
    """Every third person and every fifth post has a name as long as they come."""
    people = tuple(
        replace(row, name=LONG_NAME.format(name=row.name)) if number % 3 == 0 else row
        for number, row in enumerate(agency.employees)
    )
    posts = tuple(
        replace(row, name=LONG_POST.format(name=row.name)) if number % 5 == 0 else row
        for number, row in enumerate(agency.positions)
    )
    return replace(agency, employees=people, positions=posts)
