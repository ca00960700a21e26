"""What is wrong with a page as a browser shows it: barriers, what sticks out, is cut, or a thumb misses."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, ViewportSize

PHONE = ViewportSize(width=360, height=740)
DESK = ViewportSize(width=1440, height=900)
GRAVE = ("serious", "critical")
AXE = Axe()

STICKS_OUT = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
TOO_SMALL = """[...document.querySelectorAll('button, a.button, summary, select, nav a')]
    .filter(e => e.offsetParent && e.getBoundingClientRect().height < 43.5).map(e => e.outerHTML)"""
# Text that its own box does not show whole: neither scrolled to nor wrapped.
CUT = """[...document.querySelectorAll('body *:not(.hide, .hide *, svg *, input, textarea, select, option)')]
    .filter(e => e.offsetParent && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
    .filter(e => ['hidden', 'clip'].includes(getComputedStyle(e).overflowX))
    .filter(e => e.scrollWidth > e.clientWidth + 1)
    .map(e => e.outerHTML)"""

MORE = "tbody > tr:nth-child(n+4), ul > li:nth-child(n+6), option:nth-child(n+4)"


def misfits(page: Page) -> list[str]:
    """What sticks out to the side, is cut, or is too small for a thumb."""
    out = [f"{page.url} sticks out"] if page.evaluate(STICKS_OUT) else []
    small = [f"{page.url} small: {html}" for html in page.evaluate(TOO_SMALL)]
    return out + small + [f"{page.url} cut: {html}" for html in page.evaluate(CUT)]


def with_axe(context: BrowserContext) -> BrowserContext:
    """The same, with axe in each page before the page's own script, which no policy forbids."""
    context.add_init_script(AXE.axe_script)
    return context


def barriers(page: Page) -> list[str]:
    """What axe finds serious or critical in a page of `with_axe`."""
    violations = page.evaluate("axe.run({resultTypes: ['violations']}).then(found => found.violations)")
    return [
        f"{page.url} {each['id']} ({each['impact']}): {node['html']}"
        for each in violations
        if each["impact"] in GRAVE
        for node in each["nodes"]
    ]


def thin_out(page: Page) -> None:
    """Leave three of each list's and table's rows: more of the same barriers take axe many times as long."""
    page.evaluate("rows => document.querySelectorAll(rows).forEach(each => each.remove())", MORE)
