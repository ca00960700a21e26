"""The tree is RFC 6962's: published vectors, an independent recursive definition, and forged proofs."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofs.errors import ConsistencyRejected, InclusionRejected, MalformedFrontier
from proofs.merkle import (
    EMPTY_ROOT,
    Frontier,
    NodeSource,
    consistency_path,
    inclusion_path,
    leaf_hash,
    node_hash,
    root_from,
    root_of,
    verify_consistency,
    verify_inclusion,
)

# Inputs, roots and proofs of the Certificate Transparency reference tree (transparency-dev/merkle, testonly).
CT_INPUTS = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
CT_LEAF_HASHES = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7",
    "07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7",
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "4271a26be0d8a84f0bd54c8c302e7cb3a3b5d1fa6780a40bcce2873477dab658",
    "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
    "46f6ffadd3d06a09ff3c5860d2755c8b9819db7df44251788c7d8e3180de8eb1",
]
CT_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
CT_INCLUSION = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CT_CONSISTENCY = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
    (6, 7): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}


def mth(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962 §2.1 word for word, over leaf hashes; the oracle for everything faster."""
    if len(leaves) < 2:
        return leaves[0] if leaves else EMPTY_ROOT
    k = split(len(leaves))
    return node_hash(mth(leaves[:k]), mth(leaves[k:]))


def path(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    """RFC 6962 §2.1.1 word for word."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: Sequence[bytes], *, known: bool = True) -> list[bytes]:
    """RFC 6962 §2.1.2 word for word."""
    if m == len(leaves):
        return [] if known else [mth(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], known=known), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], known=False), mth(leaves[:k])]


def split(n: int) -> int:
    k = 1
    while 2 * k < n:
        k *= 2
    return k


def nodes_of(leaves: Sequence[bytes]) -> NodeSource:
    def node(level: int, index: int) -> bytes:
        covered = leaves[index << level : (index + 1) << level]
        assert len(covered) == 1 << level, "only complete subtrees may be asked for"
        return mth(covered)

    return node


def flipped(hashes: Sequence[bytes], bit: int) -> list[bytes]:
    """The same hashes with one bit, counted over all of them, turned."""
    joined = bytearray(b"".join(hashes))
    joined[bit // 8] ^= 1 << bit % 8
    return [bytes(joined[at : at + 32]) for at in range(0, len(joined), 32)]


def some_leaves(count: int) -> list[bytes]:
    return [leaf_hash(f"record {position}".encode()) for position in range(count)]


sizes = st.integers(min_value=1, max_value=130)


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert EMPTY_ROOT.hex() == CT_ROOTS[0]
    assert root_of([]) == Frontier().root() == root_from(0, nodes_of([])) == EMPTY_ROOT


def test_published_leaf_hashes() -> None:
    assert [leaf_hash(record).hex() for record in CT_INPUTS] == CT_LEAF_HASHES


@pytest.mark.parametrize("size", range(9))
def test_published_roots(size: int) -> None:
    leaves = [leaf_hash(record) for record in CT_INPUTS[:size]]
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    assert frontier.root().hex() == CT_ROOTS[size]
    assert root_of(leaves).hex() == CT_ROOTS[size]
    assert root_from(size, nodes_of(leaves)).hex() == CT_ROOTS[size]


@pytest.mark.parametrize(("place", "expected"), CT_INCLUSION.items())
def test_published_inclusion_proofs(place: tuple[int, int], expected: list[str]) -> None:
    index, size = place
    leaves = [leaf_hash(record) for record in CT_INPUTS]
    proof = inclusion_path(index, size, nodes_of(leaves))
    assert [hash_.hex() for hash_ in proof] == expected
    verify_inclusion(leaves[index], index, size, proof, bytes.fromhex(CT_ROOTS[size]))


@pytest.mark.parametrize(("span", "expected"), CT_CONSISTENCY.items())
def test_published_consistency_proofs(span: tuple[int, int], expected: list[str]) -> None:
    old, new = span
    proof = consistency_path(old, new, nodes_of([leaf_hash(record) for record in CT_INPUTS]))
    assert [hash_.hex() for hash_ in proof] == expected
    verify_consistency(old, new, proof, bytes.fromhex(CT_ROOTS[old]), bytes.fromhex(CT_ROOTS[new]))


@given(batches=st.lists(st.integers(min_value=0, max_value=40), max_size=6))
def test_batches_of_any_length_grow_the_same_tree(batches: list[int]) -> None:
    leaves = some_leaves(sum(batches))
    by_batch, one_by_one = Frontier(), Frontier()
    for count in batches:
        by_batch.extend(leaves[by_batch.size : by_batch.size + count])
        assert by_batch.root() == mth(leaves[: by_batch.size])
    for leaf in leaves:
        one_by_one.append(leaf)
    assert by_batch == one_by_one
    assert Frontier.from_bytes(by_batch.to_bytes()) == by_batch
    assert len(by_batch.peaks) == by_batch.size.bit_count()


def test_a_copied_frontier_grows_alone() -> None:
    frontier = Frontier()
    frontier.extend(some_leaves(7))
    before = frontier.to_bytes()
    trial = frontier.copy()
    trial.extend(some_leaves(9))
    assert frontier.to_bytes() == before
    assert trial.size == 16


def test_a_refused_batch_leaves_the_frontier_as_it_was() -> None:
    frontier = Frontier()
    frontier.extend(some_leaves(7))
    before = frontier.to_bytes()
    with pytest.raises(ValueError, match="32 bytes"):
        frontier.extend([*some_leaves(1), b"short"])
    with pytest.raises(ValueError, match="32 bytes"):
        frontier.append(b"")
    assert frontier.to_bytes() == before


@pytest.mark.parametrize(
    "damage", [lambda b: b[:-1], lambda b: b + b"\0", lambda b: b[:5], lambda b: b"\1" + b[1:]]
)
def test_damaged_frontier_bytes_are_refused(damage: object) -> None:
    frontier = Frontier()
    frontier.extend(some_leaves(6))
    assert callable(damage)
    with pytest.raises(MalformedFrontier):
        Frontier.from_bytes(damage(frontier.to_bytes()))


@given(data=st.data(), size=sizes)
def test_every_leaf_is_proved_as_the_rfc_defines_it(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(min_value=0, max_value=size - 1))
    leaves = some_leaves(size)
    proof = inclusion_path(index, size, nodes_of(leaves))
    assert proof == path(index, leaves)
    verify_inclusion(leaves[index], index, size, proof, mth(leaves))


@given(data=st.data(), new=sizes)
def test_every_prefix_is_proved_as_the_rfc_defines_it(data: st.DataObject, new: int) -> None:
    old = data.draw(st.integers(min_value=1, max_value=new))
    leaves = some_leaves(new)
    proof = consistency_path(old, new, nodes_of(leaves))
    assert proof == subproof(old, leaves)
    verify_consistency(old, new, proof, mth(leaves[:old]), mth(leaves))


@given(data=st.data(), size=sizes)
def test_an_inclusion_proof_with_one_bit_turned_is_rejected(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(min_value=0, max_value=size - 1))
    leaves = some_leaves(size)
    honest = [leaves[index], mth(leaves), *path(index, leaves)]
    forged = flipped(honest, data.draw(st.integers(min_value=0, max_value=len(honest) * 256 - 1)))
    with pytest.raises(InclusionRejected):
        verify_inclusion(forged[0], index, size, forged[2:], forged[1])


@given(data=st.data(), new=sizes)
def test_a_consistency_proof_with_one_bit_turned_is_rejected(data: st.DataObject, new: int) -> None:
    old = data.draw(st.integers(min_value=1, max_value=new))
    leaves = some_leaves(new)
    honest = [mth(leaves[:old]), mth(leaves), *subproof(old, leaves)]
    forged = flipped(honest, data.draw(st.integers(min_value=0, max_value=len(honest) * 256 - 1)))
    with pytest.raises(ConsistencyRejected):
        verify_consistency(old, new, forged[2:], forged[0], forged[1])


@given(data=st.data(), size=st.integers(min_value=2, max_value=130))
def test_a_proof_does_not_hold_for_another_place(data: st.DataObject, size: int) -> None:
    index, elsewhere = data.draw(
        st.lists(st.integers(min_value=0, max_value=size - 1), min_size=2, max_size=2, unique=True)
    )
    leaves = some_leaves(size)
    with pytest.raises(InclusionRejected):
        verify_inclusion(leaves[index], elsewhere, size, path(index, leaves), mth(leaves))


@given(data=st.data(), new=st.integers(min_value=2, max_value=130))
def test_a_rewritten_history_is_not_a_continuation(data: st.DataObject, new: int) -> None:
    old = data.draw(st.integers(min_value=1, max_value=new - 1))
    altered = data.draw(st.integers(min_value=0, max_value=old - 1))
    leaves = some_leaves(new)
    rewritten = [*leaves]
    rewritten[altered] = leaf_hash(b"what should have been decided")
    with pytest.raises(ConsistencyRejected):
        verify_consistency(old, new, subproof(old, rewritten), mth(leaves[:old]), mth(rewritten))


@pytest.mark.parametrize("size", [1, 2, 5, 8])
def test_paths_of_the_wrong_length_are_rejected(size: int) -> None:
    leaves = some_leaves(size)
    proof = path(0, leaves)
    with pytest.raises(InclusionRejected, match="too long"):
        verify_inclusion(leaves[0], 0, size, [*proof, EMPTY_ROOT], mth(leaves))
    if proof:
        with pytest.raises(InclusionRejected, match="too short"):
            verify_inclusion(leaves[0], 0, size, proof[:-1], mth(leaves))


@pytest.mark.parametrize(("old", "new"), [(1, 2), (3, 7), (4, 8), (6, 8)])
def test_consistency_paths_of_the_wrong_length_are_rejected(old: int, new: int) -> None:
    leaves = some_leaves(new)
    proof, roots = subproof(old, leaves), (mth(leaves[:old]), mth(leaves))
    with pytest.raises(ConsistencyRejected, match="too long"):
        verify_consistency(old, new, [*proof, EMPTY_ROOT], *roots)
    with pytest.raises(ConsistencyRejected, match="too short"):
        verify_consistency(old, new, proof[:-1], *roots)
    with pytest.raises(ConsistencyRejected, match="too short"):
        verify_consistency(old, new, [], *roots)


def test_places_outside_the_tree_have_no_proof() -> None:
    leaves = some_leaves(4)
    for index in (-1, 4):
        with pytest.raises(ValueError, match="no leaf"):
            inclusion_path(index, 4, nodes_of(leaves))
        with pytest.raises(InclusionRejected, match="no leaf"):
            verify_inclusion(leaves[0], index, 4, [], mth(leaves))
    with pytest.raises(ValueError, match="never had"):
        consistency_path(5, 4, nodes_of(leaves))
    with pytest.raises(ConsistencyRejected, match="never had"):
        verify_consistency(5, 4, [], mth(leaves), mth(leaves))


def test_anything_may_follow_an_empty_ledger_and_nothing_needs_proof() -> None:
    leaves = some_leaves(4)
    assert consistency_path(0, 4, nodes_of(leaves)) == []
    verify_consistency(0, 4, [], EMPTY_ROOT, mth(leaves))
    with pytest.raises(ConsistencyRejected, match="empty tree"):
        verify_consistency(0, 4, [], mth(leaves), mth(leaves))
    with pytest.raises(ConsistencyRejected, match="must be empty"):
        verify_consistency(0, 4, [EMPTY_ROOT], EMPTY_ROOT, mth(leaves))


def test_one_size_has_one_root() -> None:
    leaves = some_leaves(4)
    for size in (0, 4):
        with pytest.raises(ConsistencyRejected):
            verify_consistency(size, size, [], mth(leaves[:size]), mth(some_leaves(3)))


def test_hashes_of_another_length_are_rejected() -> None:
    leaves = some_leaves(2)
    with pytest.raises(InclusionRejected, match="32 bytes"):
        verify_inclusion(leaves[0], 0, 2, [leaves[1] + b"\0"], mth(leaves))
    with pytest.raises(ConsistencyRejected, match="32 bytes"):
        verify_consistency(1, 2, [leaves[1][:-1]], leaves[0], mth(leaves))
