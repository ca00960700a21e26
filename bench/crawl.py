"""Every page that links lead to, as somebody finds them: from the inbox and the list of all pages on."""

from __future__ import annotations

import html
import importlib
import pkgutil
import re
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urljoin, urlsplit

from starlette.routing import Route

import web.pages

LINK = re.compile(r'href="([^"#]+)')
DOWNLOAD = re.compile(r"^/dokumen/|\.(xlsx|svg|pdf)$")
BEGINNINGS = ("/", "/menu")


def routes() -> list[Route]:
    """The routes of pages that are read, not of what is downloaded; the more exact first."""
    names = [each.name for each in pkgutil.iter_modules(web.pages.__path__)]
    modules = [importlib.import_module(f"web.pages.{name}") for name in names]
    found = [route for module in modules for route in getattr(module, "routes", ())]
    pages = (each for each in found if "GET" in each.methods and not DOWNLOAD.search(each.path))
    return sorted(pages, key=lambda each: each.path.count("{"))


@dataclass
class Crawl:
    """Addresses to visit: those where it begins, and of each shape the first `each`, whoever walks. A shape
    is a route, with `asked` the names of what is asked for after the question mark too.
    """

    each: int = 1
    asked: bool = True
    known: Counter[tuple[str, ...]] = field(default_factory=Counter)
    _routes: list[Route] = field(default_factory=routes)

    def walk(self, visit: Callable[[str], str], begin: Sequence[str] = BEGINNINGS) -> Iterator[str]:
        """The addresses in the order of finding; `visit` gives the HTML of an address, empty for others."""
        waiting, met = deque(begin), set(begin)
        while waiting:
            address = waiting.popleft()
            if not self._wanted(address) and address not in begin:
                continue
            text = visit(address)
            yield address
            for link in LINK.findall(text):
                target = urlsplit(urljoin(address, html.unescape(link)))
                found = f"{target.path}?{target.query}" if target.query else target.path
                if not target.netloc and found not in met:
                    met.add(found)
                    waiting.append(found)

    def _wanted(self, address: str) -> bool:
        shape = self.shape(address)
        if shape is None or self.known[shape] >= self.each:
            return False
        self.known[shape] += 1
        return True

    def shape(self, address: str) -> tuple[str, ...] | None:
        """None for what is no page."""
        path, _, query = address.partition("?")
        for route in self._routes:
            if route.path_regex.match(path):
                return (route.path, *(sorted({name for name, _ in parse_qsl(query)}) if self.asked else ()))
        return None

    @property
    def unvisited(self) -> set[str]:
        """Routes to which no link led."""
        return {route.path for route in self._routes} - {path for path, *_ in self.known}
