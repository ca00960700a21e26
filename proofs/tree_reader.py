"""Proofs over a ledger that stores leaf hashes only: the inner nodes, kept in memory as they are needed."""

from collections.abc import Callable
from threading import Lock

from proofs.errors import LeavesMissing
from proofs.merkle import (
    HASH_SIZE,
    NodeSource,
    consistency_path,
    inclusion_path,
    node_hash,
    root_from,
    root_of,
)

ReadLeaves = Callable[[int, int], list[bytes]]
"""`read_leaves(start, stop)`: the committed leaf hashes at positions start … stop-1, in order."""

_RUN_LEVEL = 8
_RUN = 1 << _RUN_LEVEL
_RUNS_PER_READ = 64


class TreeReader:
    """Serves roots and proofs at any past size; safe to share between threads.

    Roots of complete runs of 256 leaves, and the nodes above them, stay in memory: 64 bytes per run, 0.25 MB
    per million leaves. Below that, a proof reads the one or two runs it touches (at most 512 leaf hashes).
    The first proof reads every leaf up to its size once, unless `warm` did; later ones read what was
    appended since.

    Committed leaves never change, so nothing kept here goes stale while the process lives; restart it after
    restoring a backup. `verify` must not use this class: it would be told what the ledger said before.
    """

    def __init__(self, read_leaves: ReadLeaves) -> None:
        self._read_leaves = read_leaves
        self._rows: list[bytearray] = [bytearray()]  # row k: nodes of level 8 + k, left to right
        self._growing = Lock()

    def warm(self, size: int) -> None:
        """Read every complete run of the first `size` leaves that is not known yet. Raises LeavesMissing."""
        self._know_runs(size >> _RUN_LEVEL)

    def root(self, size: int) -> bytes:
        """The tree head at `size` leaves. Raises LeavesMissing."""
        return root_from(size, self._nodes_of(size))

    def inclusion_path(self, index: int, size: int) -> list[bytes]:
        """As `merkle.inclusion_path`. Raises ValueError outside the tree, LeavesMissing."""
        return inclusion_path(index, size, self._nodes_of(size))

    def consistency_path(self, old: int, new: int) -> list[bytes]:
        """As `merkle.consistency_path`. Raises ValueError if old > new, LeavesMissing."""
        return consistency_path(old, new, self._nodes_of(new))

    def _nodes_of(self, size: int) -> NodeSource:
        """A node source for one request: each run of leaves is read once, and never beyond `size`."""
        read: dict[int, list[bytes]] = {}

        def node(level: int, index: int) -> bytes:
            if level >= _RUN_LEVEL:
                return self._kept(level, index)
            first = index << level
            run = first >> _RUN_LEVEL
            if run not in read:
                read[run] = self._leaves(run << _RUN_LEVEL, min((run + 1) << _RUN_LEVEL, size))
            at = first - (run << _RUN_LEVEL)
            return root_of(read[run][at : at + (1 << level)])

        return node

    def _kept(self, level: int, index: int) -> bytes:
        self._know_runs((index + 1) << (level - _RUN_LEVEL))
        at = index * HASH_SIZE
        return bytes(self._rows[level - _RUN_LEVEL][at : at + HASH_SIZE])

    def _know_runs(self, wanted: int) -> None:
        if len(self._rows[0]) >= wanted * HASH_SIZE:
            return
        with self._growing:
            while (known := len(self._rows[0]) // HASH_SIZE) < wanted:
                upto = min(known + _RUNS_PER_READ, wanted)
                leaves = self._leaves(known << _RUN_LEVEL, upto << _RUN_LEVEL)
                for at in range(0, len(leaves), _RUN):
                    self._keep(root_of(leaves[at : at + _RUN]))

    def _keep(self, run_root: bytes) -> None:
        nodes = [run_root]
        left_of_it = len(self._rows[0]) // HASH_SIZE
        while left_of_it & 1:
            nodes.append(node_hash(bytes(self._rows[len(nodes) - 1][-HASH_SIZE:]), nodes[-1]))
            left_of_it >>= 1
        while len(self._rows) < len(nodes):
            self._rows.append(bytearray())
        # Parents first: a reader without the lock takes the length of row 0 as the promise of the rest.
        for row in range(len(nodes) - 1, -1, -1):
            self._rows[row].extend(nodes[row])

    def _leaves(self, start: int, stop: int) -> list[bytes]:
        leaves = self._read_leaves(start, stop)
        if len(leaves) != stop - start:
            raise LeavesMissing(start, stop, len(leaves))
        return leaves
