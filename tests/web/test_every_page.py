"""Every page in a browser, each as somebody who may open it: no barriers, nothing cut or sticking out.

`python -m tests.journeys --only pages` looks at those of every role, in both languages, at both widths and in
both colour schemes.
"""

from __future__ import annotations

from itertools import cycle

from playwright.sync_api import Browser, Page
from sqlalchemy import select

from bench.at_work import at_work
from bench.crawl import BEGINNINGS, Crawl
from projections.rank_promotions import rank_lists
from tests import ranks
from tests.api.conftest import House
from tests.audit.other_records import reviews
from tests.web.conftest import signed_in
from tests.web.looks import PHONE, barriers, misfits, thin_out, with_axe

# Who sees more of a page comes before who sees less.
ROLES = ("auditor", "analyst", "officer", "agency head", "committee member", "operator", "mayor", "unit head")
# No link leads there from an ordinary day.
ALSO = {
    "officer": ("/hasil-talenta", "/saya/pembaca"),
    "agency head": ("/kebijakan/usul",),
    "committee member": ("/evaluasi/kalibrasi",),
    "unit head": ("/evaluasi/menilai",),
}
# As sent, beside 7 KB of style and script on the first visit.
BYTES_AT_MOST = 53 * 1024
SCHEMES = cycle(("dark", "light"))


def look(page: Page, address: str) -> list[str]:
    """What is wrong with the page, in one of the colour schemes."""
    answer = page.goto(address)
    assert answer is not None
    wrong = [] if answer.status == 200 else [f"{address}: {answer.status}"]
    if (sent := answer.request.sizes()["responseBodySize"]) > BYTES_AT_MOST:
        wrong.append(f"{address}: {sent} bytes")
    wrong += misfits(page)
    thin_out(page)
    page.emulate_media(color_scheme=next(SCHEMES))  # type: ignore[arg-type]  # one of its words
    return wrong + barriers(page)


def test_every_page_is_without_barriers_and_whole(chromium: Browser, house: House, address: str) -> None:
    clerks = ranks.due_clerks(house.world)
    work = at_work(house.world)
    with house.world.installation.reader.engine.connect() as connection:
        [rank_list] = connection.execute(select(rank_lists.c.list_id)).scalars()
    ranks.decreed(house.world, rank_list, clerks[0])
    reviews(house.world, work.decree)
    crawl, wrong, looked = Crawl(asked=False), list[str](), set[tuple[str, ...] | None]()
    of_cases = (
        *(f"/perkara/{work.decree.id}/{page}" for page in ("sk", "penggantian")),
        f"/kenaikan-pangkat/{rank_list}?status=all",
    )
    for role in ROLES:
        context = with_axe(signed_in(chromium, house, address, work.people[role], viewport=PHONE))
        page = context.new_page()

        def visit(path: str, role: str = role, page: Page = page) -> str:
            if (shape := crawl.shape(path)) in looked:
                return page.request.get(f"{address}{path}").text()
            looked.add(shape)
            wrong.extend(f"{role}: {each}" for each in look(page, f"{address}{path}"))
            return page.content()

        begin = (*BEGINNINGS, *ALSO.get(role, ()), *(of_cases if role == "agency head" else ()))
        for _ in crawl.walk(visit, begin):
            pass
        context.close()
    page = with_axe(chromium.new_context(viewport=PHONE)).new_page()
    for path in ("/masuk", "/kode", "/sk/tidak-ada"):
        wrong += look(page, f"{address}{path}")
    page.context.close()
    assert not wrong, "\n".join(wrong)
    assert {path for path in crawl.unvisited if not path.startswith("/masuk")} == {"/kode", "/sk/{code}"}
