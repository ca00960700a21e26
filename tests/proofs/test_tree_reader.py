"""Proofs from stored leaf hashes: the same as from the whole tree, with few reads."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from proofs.errors import LeavesMissing
from proofs.merkle import leaf_hash, root_of, verify_consistency, verify_inclusion
from proofs.tree_reader import TreeReader

LEAVES = [leaf_hash(str(position).encode()) for position in range(20_000)]
SIZES = [1, 255, 256, 257, 511, 512, 4_096, 16_384, 19_999, 20_000]


class StoredLeaves:
    """Leaf hashes as a table would return them, counting what is read."""

    def __init__(self, committed: int = len(LEAVES)) -> None:
        self.committed = committed
        self.rows_read = 0

    def __call__(self, start: int, stop: int) -> list[bytes]:
        rows = LEAVES[start : min(stop, self.committed)]
        self.rows_read += len(rows)
        return rows


@pytest.mark.parametrize("size", SIZES)
def test_roots_and_proofs_hold_at_every_past_size(size: int) -> None:
    tree, root = TreeReader(StoredLeaves()), root_of(LEAVES[:size])
    assert tree.root(size) == root
    for index in sorted({0, size // 3, size - size % 256 - 1, size - 1} & set(range(size))):
        verify_inclusion(LEAVES[index], index, size, tree.inclusion_path(index, size), root)
    for old in [old for old in SIZES if old <= size]:
        verify_consistency(old, size, tree.consistency_path(old, size), root_of(LEAVES[:old]), root)


def test_a_warm_reader_reads_two_runs_at_most() -> None:
    stored = StoredLeaves()
    tree = TreeReader(stored)
    tree.warm(20_000)
    for prove in (
        partial(tree.inclusion_path, 1_234, 20_000),
        partial(tree.inclusion_path, 19_998, 20_000),
        partial(tree.consistency_path, 7_777, 20_000),
        partial(tree.root, 20_000),
    ):
        stored.rows_read = 0
        prove()
        assert stored.rows_read <= 512


def test_a_growing_ledger_is_read_once() -> None:
    stored = StoredLeaves(committed=1_000)
    tree = TreeReader(stored)
    assert tree.root(1_000) == root_of(LEAVES[:1_000])
    stored.committed = 5_000
    assert tree.root(5_000) == root_of(LEAVES[:5_000])
    assert tree.root(1_000) == root_of(LEAVES[:1_000])
    assert stored.rows_read < 5_000 + 3 * 256


def test_a_ledger_with_too_few_leaves_is_named() -> None:
    with pytest.raises(LeavesMissing, match="Leaves 768 to 999 were asked for, 32 were returned"):
        TreeReader(StoredLeaves(committed=800)).root(1_000)


def test_threads_share_one_reader() -> None:
    tree, root = TreeReader(StoredLeaves()), root_of(LEAVES)

    def prove(index: int) -> None:
        verify_inclusion(LEAVES[index], index, len(LEAVES), tree.inclusion_path(index, len(LEAVES)), root)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(prove, range(0, len(LEAVES), 400)))
