"""Every page of every role at 100,000 open tasks and 1,000,000 events; the floor is the list of all pages.

The site answers in this process, so that its threads' processor time is counted and nothing else's.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from starlette.testclient import TestClient

from accounts.sessions import open_session
from api.app import create_app
from bench.at_work import at_work
from bench.crawl import Crawl
from bench.history import lengthen
from bench.many_cases import multiply
from bench.places import agency, database_bytes, place
from bench.report import emit, median, progress
from demo.play import Play
from web.site import create_site
from web.visitor import SESSION

LIMIT_MS = 150
UPLOAD_LIMIT = 2**20
FLOOR = "/menu"


@dataclass
class Seen:
    """What a page took: milliseconds of wall and of processor time each time, and its bytes unpacked and
    as they were sent.
    """

    role: str
    address: str
    status: int = 0
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    whole: int = 0
    sent: int = 0


def run(kind: str, *, quick: bool) -> None:
    """Figures `page ROUTE`: milliseconds to answer, of the slowest role. All pages are told on stderr."""
    with place(kind) as where, agency(where, people=300 if quick else 9_000) as play:
        work = at_work(play)
        open_tasks, events = (2_000, 20_000) if quick else (100_000, 1_000_000)
        progress(f"{kind}: {open_tasks:,} open tasks")
        so_far = multiply(play, open_tasks)
        progress(f"{kind}: {so_far:,} events, and more up to {events:,}")
        lengthen(play, events)
        progress(f"{kind}: {database_bytes(play.installation):,} bytes")
        found = _visit(play, work.people, 3 if quick else 5)
    floor = median([median(seen.cpu) for seen in found if seen.address == FLOOR])
    slowest: dict[str, Seen] = {}
    for seen in found:
        shape = " ".join(Crawl().shape(seen.address) or ())
        if seen.status == 200 and median(seen.cpu) > median(slowest.get(shape, seen).cpu) - 1e-9:
            slowest[shape] = seen
    for shape, seen in sorted(slowest.items(), key=lambda item: -median(item[1].cpu)):
        emit(
            f"page {shape} ({seen.role}), {events:,} events, {open_tasks:,} open tasks",
            kind,
            median(seen.cpu),
            "ms CPU",
            floor={"list of all pages": floor},
            better="lower",
            repeats=len(seen.cpu),
            note=f"wall {median(seen.wall):.0f} ms, first {seen.wall[0]:.0f} ms; {seen.whole:,} bytes, "
            f"{seen.sent:,} sent; at most {LIMIT_MS} ms wanted",
        )


def _visit(play: Play, people: dict[str, str], repeats: int) -> list[Seen]:
    found: list[Seen] = []
    with TestClient(create_site(create_app(play.installation), UPLOAD_LIMIT)) as client:
        for role, person in people.items():
            with play.installation.writing_engine.begin() as connection:
                token, _ = open_session(connection, person, 12, datetime.now(UTC))
            client.headers = {"Cookie": f"{SESSION}={token}", "Accept-Encoding": "gzip"}

            def visit(address: str, role: str = role) -> str:
                seen = Seen(role, address)
                for _ in range(repeats):
                    text = _measure(client, seen)
                found.append(seen)
                progress(f"{median(seen.cpu):7.1f} ms {seen.sent:7,} bytes {seen.status} {role} {address}")
                return text

            for _ in Crawl().walk(visit):
                pass
    return found


def _measure(client: TestClient, seen: Seen) -> str:
    """The page's HTML; empty for what is none."""
    begun, spent = time.perf_counter(), time.process_time()
    with client.stream("GET", seen.address, follow_redirects=False) as answer:
        seen.sent = sum(map(len, answer.iter_raw()))
    seen.wall.append((time.perf_counter() - begun) * 1000)
    seen.cpu.append((time.process_time() - spent) * 1000)
    answer = client.get(seen.address, follow_redirects=False)
    seen.status, seen.whole = answer.status_code, len(answer.content)
    return answer.text if "html" in answer.headers.get("content-type", "") else ""
