"""The ledger's Merkle tree: its hashes, its growing edge, and the proofs drawn from it.

The tree is that of RFC 6962 §2.1 (unchanged in RFC 9162 §2.1) over SHA-256: leaf hashes, node hashes and
roots have 32 bytes. A tree of n leaves splits at the largest power of two below n, so every subtree left of
the edge is complete and, once complete, never changes.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

from proofs.errors import ConsistencyRejected, InclusionRejected, MalformedFrontier

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()

NodeSource = Callable[[int, int], bytes]
"""`node(level, index)`: root of the complete subtree over leaves [index·2^level, (index+1)·2^level)."""

_SIZE_BYTES = 8


def leaf_hash(record: bytes) -> bytes:
    """SHA-256(0x00 ‖ record), RFC 9162 §2.1.1."""
    return sha256(b"\x00" + record).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right), RFC 9162 §2.1.1."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a tree: its size and the roots of its complete subtrees, largest first.

    This is all that is needed to append and to know the root: at most 64 hashes, however large the tree.
    A failed `append` or `extend` leaves it as it was.
    """

    __slots__ = ("_peaks", "_size")

    def __init__(self) -> None:
        self._size = 0
        self._peaks: list[bytes] = []

    @property
    def size(self) -> int:
        """Number of leaves appended so far."""
        return self._size

    @property
    def peaks(self) -> tuple[bytes, ...]:
        """Roots of the complete subtrees, one for each 1-bit of `size`, largest first."""
        return tuple(self._peaks)

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash. Raises ValueError unless it has 32 bytes."""
        if len(leaf) != HASH_SIZE:
            raise ValueError(f"a leaf hash has {HASH_SIZE} bytes, not {len(leaf)}")
        peaks, size = self._peaks, self._size
        while size & 1:
            leaf = sha256(b"\x01" + peaks.pop() + leaf).digest()
            size >>= 1
        peaks.append(leaf)
        self._size += 1

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add many leaf hashes at once. Raises ValueError unless each has 32 bytes."""
        row = list(leaves)
        if any(len(leaf) != HASH_SIZE for leaf in row):
            raise ValueError(f"every leaf hash has {HASH_SIZE} bytes")
        grown = self._size + len(row)
        peaks, level = self._peaks, self._size
        settled: list[bytes] = []
        # Row by row instead of leaf by leaf: the peak of this height, if there is one, is the left neighbour
        # of the new row; a hash left over without a right neighbour is the new peak of this height.
        while row:
            if level & 1:
                row.insert(0, peaks.pop())
            if len(row) & 1:
                settled.append(row.pop())
            pairs = zip(row[::2], row[1::2], strict=True)
            row = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
            level >>= 1
        peaks.extend(reversed(settled))
        self._size = grown

    def root(self) -> bytes:
        """The tree head of the leaves so far; `EMPTY_ROOT` when there are none."""
        if not self._peaks:
            return EMPTY_ROOT
        *others, root = self._peaks
        for peak in reversed(others):
            root = node_hash(peak, root)
        return root

    def copy(self) -> "Frontier":
        """An independent frontier of the same size: try a batch on it, keep it if the commit succeeds."""
        twin = Frontier()
        twin._size, twin._peaks = self._size, self._peaks.copy()
        return twin

    def to_bytes(self) -> bytes:
        """Size as 8 bytes big-endian, then the peaks, largest first."""
        return self._size.to_bytes(_SIZE_BYTES, "big") + b"".join(self._peaks)

    @classmethod
    def from_bytes(cls, stored: bytes) -> "Frontier":
        """The frontier that `to_bytes` wrote. Raises MalformedFrontier."""
        size, hashes = int.from_bytes(stored[:_SIZE_BYTES], "big"), stored[_SIZE_BYTES:]
        if len(stored) < _SIZE_BYTES or len(hashes) != size.bit_count() * HASH_SIZE:
            raise MalformedFrontier(f"{len(stored)} bytes are no frontier of a tree of {size} leaves.")
        frontier = cls()
        frontier._size = size
        frontier._peaks = [hashes[at : at + HASH_SIZE] for at in range(0, len(hashes), HASH_SIZE)]
        return frontier

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Frontier) and (self._size, self._peaks) == (other._size, other._peaks)

    __hash__ = None  # type: ignore[assignment]  # it grows in place

    def __repr__(self) -> str:
        return f"Frontier(size={self._size}, root={self.root().hex()})"


def root_of(leaf_hashes: Iterable[bytes]) -> bytes:
    """MTH of RFC 9162 §2.1.1 over leaf hashes already taken."""
    frontier = Frontier()
    frontier.extend(leaf_hashes)
    return frontier.root()


def root_from(size: int, node: NodeSource) -> bytes:
    """The root of the tree's first `size` leaves, from at most log2(size) + 1 complete subtrees."""
    return _range_root(0, size, node) if size else EMPTY_ROOT


def inclusion_path(index: int, size: int, node: NodeSource) -> list[bytes]:
    """PATH(index, D[size]) of RFC 9162 §2.1.3.1, leaf's sibling first. Raises ValueError outside the tree."""
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    path: list[bytes] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _left_width(end - begin)
        if index < middle:
            path.append(_range_root(middle, end, node))
            end = middle
        else:
            path.append(_range_root(begin, middle, node))
            begin = middle
    path.reverse()
    return path


def consistency_path(old: int, new: int, node: NodeSource) -> list[bytes]:
    """PROOF(old, D[new]) of RFC 9162 §2.1.4.1. Empty if `old` is 0 or `new`. ValueError if old > new."""
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} leaves never had {old}")
    if old == 0:
        return []
    path: list[bytes] = []
    begin, end = 0, new
    while end != old:
        middle = begin + _left_width(end - begin)
        if old <= middle:
            path.append(_range_root(middle, end, node))
            end = middle
        else:
            path.append(_range_root(begin, middle, node))
            begin = middle
    if begin:  # otherwise the old root itself is the starting hash, and the verifier has it
        path.append(_range_root(begin, end, node))
    path.reverse()
    return path


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Return if `leaf` (a leaf hash) stands at `index` in the tree of `size` and `root`; RFC 9162 §2.1.3.2.

    `size` and `root` must come from the same trusted checkpoint: alone, the path does not bind the size.
    Raises InclusionRejected.
    """
    if not 0 <= index < size:
        raise InclusionRejected(f"a tree of {size} leaves has no leaf {index}")
    if any(len(hash_) != HASH_SIZE for hash_ in (leaf, root, *path)):
        raise InclusionRejected(f"a hash does not have {HASH_SIZE} bytes")
    here, last, computed = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise InclusionRejected("the path is too long")
        if here & 1 or here == last:
            computed = node_hash(sibling, computed)
            here, last = _up_to_left_neighbour(here, last)
        else:
            computed = node_hash(computed, sibling)
        here, last = here >> 1, last >> 1
    if last:
        raise InclusionRejected("the path is too short")
    if computed != root:
        raise InclusionRejected("the path leads to another root")


def verify_consistency(old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Return if the tree of `old` leaves is a prefix of the tree of `new` leaves; RFC 9162 §2.1.4.2.

    From an empty tree anything may follow: then the path must be empty, and nothing is said about `new_root`.
    Raises ConsistencyRejected.
    """
    if not 0 <= old <= new:
        raise ConsistencyRejected(f"a tree of {new} leaves never had {old}")
    if any(len(hash_) != HASH_SIZE for hash_ in (old_root, new_root, *path)):
        raise ConsistencyRejected(f"a hash does not have {HASH_SIZE} bytes")
    if old in (0, new):
        _verify_without_path(old, new, path, old_root, new_root)
        return
    here, last = old - 1, new - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    hashes = iter(path if here else (old_root, *path))  # here is 0: old is a power of two
    start = next(hashes, None)
    if start is None:
        raise ConsistencyRejected("the path is too short")
    old_computed = new_computed = start
    for sibling in hashes:
        if last == 0:
            raise ConsistencyRejected("the path is too long")
        if here & 1 or here == last:
            old_computed = node_hash(sibling, old_computed)
            new_computed = node_hash(sibling, new_computed)
            here, last = _up_to_left_neighbour(here, last)
        else:
            new_computed = node_hash(new_computed, sibling)
        here, last = here >> 1, last >> 1
    if last:
        raise ConsistencyRejected("the path is too short")
    if old_computed != old_root:
        raise ConsistencyRejected("the path does not lead to the old root")
    if new_computed != new_root:
        raise ConsistencyRejected("the path does not lead to the new root")


def _verify_without_path(old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    if path:
        raise ConsistencyRejected("the path must be empty between these sizes")
    if old == 0 and old_root != EMPTY_ROOT:
        raise ConsistencyRejected("the old root is not that of an empty tree")
    if old == new and old_root != new_root:
        raise ConsistencyRejected("one size has two roots")


def _up_to_left_neighbour(here: int, last: int) -> tuple[int, int]:
    """Climb the right edge past the heights at which the subtree `here` has no sibling."""
    while here and not here & 1:
        here, last = here >> 1, last >> 1
    return here, last


def _left_width(width: int) -> int:
    """The largest power of two below `width` (at least 2)."""
    return 1 << (width - 1).bit_length() - 1


def _range_root(begin: int, end: int, node: NodeSource) -> bytes:
    """Root of leaves [begin, end), a subtree of the whole: `begin` is a multiple of its rounded-up width."""
    width = end - begin
    if width & (width - 1) == 0:
        level = width.bit_length() - 1
        return node(level, begin >> level)
    middle = begin + _left_width(width)
    return node_hash(_range_root(begin, middle, node), _range_root(middle, end, node))
