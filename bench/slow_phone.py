"""A first visit on an old phone: 400 kbps, 400 ms there and back, the processor slowed six times.

The network is WebPageTest's "3G slow". Chromium does the slowing (Chrome DevTools Protocol,
Network.emulateNetworkConditions and Emulation.setCPUThrottlingRate); the server is a process of its own and
not slowed.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ViewportSize, sync_playwright

from accounts.sessions import open_session
from bench.at_work import at_work
from bench.many_cases import multiply
from bench.places import agency, place
from bench.report import emit, median, progress
from bench.servers import api_server
from demo.play import Play
from web.visitor import SESSION

BYTES_A_SECOND = 400_000 / 8
THERE_AND_BACK_MS = 400
SLOWED = 6
WANTED_MS = 2_500
WAITING = 300  # open tasks, so that the inbox is full
PHONE = ViewportSize(width=360, height=740)
BROWSER = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
# Interactive is a page that has been painted, whose script has run, and whose main thread has had its last
# long task (more than 50 ms): from then on a tap is answered.
OBSERVED = """window.longTasks = [];
new PerformanceObserver(list => {
    for (const each of list.getEntries()) longTasks.push(each.startTime + each.duration);
}).observe({type: 'longtask', buffered: true});"""
INTERACTIVE = """() => {
    const [visit] = performance.getEntriesByType('navigation');
    const painted = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Infinity;
    return Math.max(painted, visit.domContentLoadedEventEnd, ...longTasks);
}"""


def run(kind: str, *, quick: bool) -> None:
    """Figures `time to interactive`: milliseconds. The floor is the same phone on the sign-in page."""
    with place(kind) as where:
        with agency(where, people=300) as play:
            work = at_work(play)
            multiply(play, WAITING)
            pages = _pages(play, work.people["civil servant"], work.people["analyst"])
            tokens = {person: _token(play, person) for _, person in pages.values()}
        with api_server(where) as (port, _), _chromium() as browser:
            here = f"http://127.0.0.1:{port}"
            floor = _visits(browser, f"{here}/masuk", None, 2 if quick else 5)
            for name, (path, person) in pages.items():
                _visits(browser, here + path, tokens[person], 1)  # the server's own first time
                times = _visits(browser, here + path, tokens[person], 2 if quick else 9)
                emit(
                    f"time to interactive, {name}",
                    kind,
                    median(times),
                    "ms",
                    floor={"sign-in page": median(floor)},
                    better="lower",
                    repeats=len(times),
                    note=f"{min(times):.0f} to {max(times):.0f}; at most {WANTED_MS} wanted",
                )


def _pages(play: Play, civil_servant: str, analyst: str) -> dict[str, tuple[str, str]]:
    """Path and visitor of each page that is measured."""
    with play.installation.reader.engine.connect() as connection:
        task, case = connection.exec_driver_sql(
            "SELECT task_id, action_id FROM inbox WHERE owner = 'personnel_analyst' ORDER BY due_at DESC"
        ).first() or ("", "")
    head = play.holder("agency_head")
    return {
        "inbox of 50": ("/", analyst),
        "case": (f"/perkara/{case}", analyst),
        "decision": (f"/tugas/{task}", analyst),
        "my file": ("/saya", civil_servant),
        "nine boxes": ("/talenta", head),
    }


def _token(play: Play, person: str) -> str:
    with play.installation.writing_engine.begin() as connection:
        return open_session(connection, person, 12, datetime.now(UTC))[0]


@contextmanager
def _chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        raise RuntimeError("chromium is needed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=BROWSER)
        yield browser
        browser.close()


def _visits(browser: Browser, address: str, token: str | None, repeats: int) -> list[float]:
    """Milliseconds until the page is interactive, each time as a stranger to its style and script."""
    times = []
    for _ in range(repeats):
        context = browser.new_context(viewport=PHONE, locale="id-ID")
        if token:
            _signed_in(context, address, token)
        page = context.new_page()
        page.add_init_script(OBSERVED)
        phone = context.new_cdp_session(page)
        phone.send("Network.enable")
        phone.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": THERE_AND_BACK_MS,
                "downloadThroughput": BYTES_A_SECOND,
                "uploadThroughput": BYTES_A_SECOND,
            },
        )
        phone.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
        answer = page.goto(address, wait_until="load")
        if answer is None or answer.status != 200 or page.url != address:
            raise RuntimeError(f"{address} is {page.url}")
        page.wait_for_timeout(500)
        times.append(float(page.evaluate(INTERACTIVE)))
        context.close()
    progress(f"{address}: {', '.join(f'{each:.0f}' for each in times)} ms")
    return times


def _signed_in(context: BrowserContext, address: str, token: str) -> None:
    secure = f"https://{urlsplit(address).netloc}"
    context.add_cookies([{"name": SESSION, "value": token, "url": secure, "secure": True, "httpOnly": True}])
