"""Every proof of every size to 300, and proofs of random sizes to a million, against an independent root."""

from __future__ import annotations

import random
from hashlib import sha256

import pytest

from evidence.verify_bundle import continued, included
from proofs.merkle import (
    EMPTY_ROOT,
    Frontier,
    NodeSource,
    consistency_path,
    inclusion_path,
    verify_consistency,
    verify_inclusion,
)

MILLION = 1_000_000
RANDOM_SIZES = 1_500


def levels_over(leaves: list[bytes]) -> list[list[bytes]]:
    """All complete subtrees, built by hashing pairs; shares nothing with `Frontier`."""
    rows = [leaves]
    while len(rows[-1]) > 1:
        row = rows[-1]
        pairs = zip(row[::2], row[1::2], strict=False)
        rows.append([sha256(b"\x01" + left + right).digest() for left, right in pairs])
    return rows


def nodes_in(rows: list[list[bytes]]) -> NodeSource:
    return lambda level, index: rows[level][index]


def leaves_to(size: int) -> list[bytes]:
    return [sha256(b"\x00%d" % position).digest() for position in range(size)]


def test_every_proof_of_every_size_to_300_verifies_here_and_alone() -> None:
    leaves = leaves_to(300)
    node = nodes_in(levels_over(leaves))
    frontier, roots = Frontier(), [EMPTY_ROOT]
    for leaf in leaves:
        frontier.append(leaf)
        roots.append(frontier.root())
    for size in range(1, 301):
        for index in range(size):
            path = inclusion_path(index, size, node)
            verify_inclusion(leaves[index], index, size, path, roots[size])
            old = index + 1
            between = consistency_path(old, size, node)
            verify_consistency(old, size, between, roots[old], roots[size])
            if size % 7 == 0 or size > 290:  # the stand-alone verifier's own code, on part of them
                assert included(leaves[index], index, size, path, roots[size])
                assert continued(old, size, between, roots[old], roots[size])


@pytest.fixture(scope="module")
def million() -> list[list[bytes]]:
    return levels_over(leaves_to(MILLION))


def test_proofs_of_random_sizes_to_a_million_verify(million: list[list[bytes]]) -> None:
    drawn = random.Random(6962)
    node, leaves = nodes_in(million), million[0]
    edges = {(1 << k) + d for k in range(1, 20) for d in (-1, 0, 1)}
    sizes = sorted(edges | {drawn.randrange(1, MILLION + 1) for _ in range(RANDOM_SIZES)} | {MILLION})
    frontier, roots = Frontier(), dict[int, bytes]()
    for size in sizes:
        frontier.extend(leaves[frontier.size : size])
        roots[size] = frontier.root()
    for size in sizes:
        for index in {0, size - 1, drawn.randrange(size)}:
            verify_inclusion(leaves[index], index, size, inclusion_path(index, size, node), roots[size])
        old = drawn.choice([known for known in sizes if known <= size])
        verify_consistency(old, size, consistency_path(old, size, node), roots[old], roots[size])
