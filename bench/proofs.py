"""Proofs from a long ledger: how long one takes once the tree's upper nodes are known, and finding those out.

The floor is reading the two runs of 256 leaf hashes that a proof needs, and nothing more.
"""

from __future__ import annotations

import random
import time

from bench.report import emit, percentile
from demo.play import Play
from ledger.read import leaf_hashes
from proofs.merkle import verify_consistency, verify_inclusion
from proofs.tree_reader import TreeReader

RUN = 256


def measure(play: Play, kind: str, events: int, repeats: int) -> None:
    """Figures `inclusion proof` and `consistency proof` in milliseconds, `first proof` in seconds. Each
    proof is verified.
    """
    engine = play.installation.reader.engine

    def leaves(start: int, stop: int) -> list[bytes]:
        with engine.connect() as connection:
            return leaf_hashes(connection, start, stop)

    tree, drawn = TreeReader(leaves), random.Random(6962)
    begun = time.perf_counter()
    tree.warm(events)
    emit(f"first proof, {events:,} leaves", kind, time.perf_counter() - begun, "s", better="lower")
    root = tree.root(events)
    times: dict[str, list[float]] = {"inclusion": [], "consistency": [], "floor": []}
    for _ in range(repeats):
        index, old = drawn.randrange(events), drawn.randrange(1, events)
        begun = time.perf_counter()
        path = tree.inclusion_path(index, events)
        proven = time.perf_counter()
        between = tree.consistency_path(old, events)
        continued = time.perf_counter()
        first = index // RUN * RUN
        known = leaves(first, min(first + RUN, events))
        leaves(events // RUN * RUN, events)
        times["floor"].append((time.perf_counter() - continued) * 1000)
        times["inclusion"].append((proven - begun) * 1000)
        times["consistency"].append((continued - proven) * 1000)
        verify_inclusion(known[index - first], index, events, path, root)
        verify_consistency(old, events, between, tree.root(old), root)
    for proof in ("inclusion", "consistency"):
        for share in (0.5, 0.99):
            emit(
                f"{proof} proof p{share * 100:.0f}, {events:,} leaves",
                kind,
                percentile(times[proof], share),
                "ms",
                floor={"reading two runs of leaf hashes": percentile(times["floor"], share)},
                better="lower",
                repeats=repeats,
            )
