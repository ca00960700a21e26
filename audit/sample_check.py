"""Samples and reviews against the whole ledger: the population asked for anew, the draw made again, and what
a note is about found where it says. One more walk over the events, where there is something to check.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from audit.findings import Findings
from domain.review_access import ACTION
from domain.review_draw import draw, list_hash
from domain.review_events import FindingRaised, ReviewNoted, SampleDrawn, SampleRequested
from domain.search_terms import NO_CASE, CaseKeys, terms_of
from ledger.projection import EventSource
from ledger.record import StoredEvent, parse_moment
from proofs.merkle import Frontier, leaf_hash

# Position of a note, the stream that it is about, and the position there that it names.
Place = tuple[int, str, int | None]
SHA256 = re.compile(r"[0-9a-f]{64}")
ASKED = (SampleRequested, SampleDrawn, ReviewNoted, FindingRaised)


@dataclass
class _Sample:
    """A sample while the walk goes on: the population so far, the cases in it, and the root of its tree."""

    request: SampleRequested
    position: int
    drawn: SampleDrawn
    at: int
    population: list[int] = field(default_factory=list)
    cases: set[str] = field(default_factory=set)
    root: str = ""

    def see(self, stored: StoredEvent, terms: set[str]) -> None:
        asked = self.request.filter
        try:
            at = parse_moment(stored.recorded_at)
        except ValueError:  # no moment at all: a finding of its own
            return
        if stored.position >= self.position or not asked.holds(stored.type, stored.actor.id, at, terms):
            return
        if self.request.of == "cases":
            if stored.category != ACTION or stored.stream in self.cases:
                return
            self.cases.add(stored.stream)
        self.population.append(stored.position)

    def problems(self, leaves: dict[int, str]) -> Iterator[str]:
        told = self.drawn
        if told.root != self.root:
            yield f"the tree of {told.tree_size} has the root {self.root}"
        if (told.population, told.population_hash) != (len(self.population), list_hash(self.population)):
            yield f"the query finds {len(self.population)} events of another list"
        if not SHA256.fullmatch(told.seed):
            yield "its seed is none"
        elif told.drawn != draw(told.seed, self.population, self.request.size):
            yield "the seed draws others"
        if told.drawn_hash != list_hash([leaves.get(position, "") for position in told.drawn]):
            yield "the hash of what was drawn is another"


class _Walk:
    """What one walk over the events gathers for the samples and for the places of notes."""

    def __init__(self, samples: list[_Sample], places: list[Place]) -> None:
        self._samples = samples
        self._places = places
        self._last = max((sample.position for sample in samples), default=-1)
        self._wanted = {position for sample in samples for position in sample.drawn.drawn}
        self._looked_at = {at for _, _, at in places if at is not None}
        self._named = {about for _, about, _ in places}
        self._leaves: dict[int, str] = {}
        self._streams: dict[int, str] = {}
        self._first: dict[str, int] = {}
        self._cases: dict[str, CaseKeys] = {}
        self._frontier = Frontier()

    def see(self, stored: StoredEvent) -> None:
        if stored.position <= self._last:
            self._draw_from(stored)
        if stored.position in self._wanted:
            self._leaves[stored.position] = leaf_hash(stored.record).hex()
        if stored.position in self._looked_at:
            self._streams[stored.position] = stored.stream
        if stored.stream in self._named:
            self._first.setdefault(stored.stream, stored.position)

    def end(self, findings: Findings) -> None:
        for sample in self._samples:
            for problem in sample.problems(self._leaves):
                findings.add("sample-differs", sample.at, problem)
        for position, about, at in self._places:
            there = self._first.get(about, position) < position
            if not there or (at is not None and self._streams.get(at) != about):
                findings.add("wrong-facts", position, f"there was nothing of {about} there")

    def _draw_from(self, stored: StoredEvent) -> None:
        case = NO_CASE
        if stored.category == ACTION:
            case = self._cases.get(stored.stream, NO_CASE).after(stored.event)
            self._cases[stored.stream] = case
        # The columns beside the record may be altered: the ledger pass tells of them.
        self._frontier.append(leaf_hash(stored.record))
        terms = terms_of(stored.event, case)
        for sample in self._samples:
            if stored.position == sample.position:
                sample.root = self._frontier.root().hex()
            sample.see(stored, terms)


def check_reviews(events: EventSource, findings: Findings) -> None:
    """Every drawn sample made again, every note's place looked up."""
    samples, places = _asked(events.of(*ASKED))
    if not samples and not places:
        return
    walk = _Walk(samples, places)
    for stored in events:
        walk.see(stored)
    walk.end(findings)


def _asked(events: Iterable[StoredEvent]) -> tuple[list[_Sample], list[Place]]:
    """The drawn samples, and the places of notes and findings."""
    requests: dict[str, tuple[SampleRequested, int]] = {}
    samples: list[_Sample] = []
    places: list[Place] = []
    for stored in events:
        event = stored.event
        if isinstance(event, SampleRequested):
            requests.setdefault(event.sample_id, (event, stored.position))
        elif isinstance(event, SampleDrawn) and event.sample_id in requests:
            samples.append(_Sample(*requests[event.sample_id], event, stored.position))
        elif isinstance(event, ReviewNoted | FindingRaised):
            places.append((stored.position, event.about, event.at_position))
    return samples, places
