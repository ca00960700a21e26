"""Proofs that a public log gave of 961,984,013 leaves: both verifiers take them, and none near them.

Answers of the Certificate Transparency log Google Argon 2020 to get-sth, get-proof-by-hash (entry 10,000) and
get-sth-consistency (from 3,654,490), as Go's golang.org/x/mod/sumdb/tlog keeps them; the leaf is the hash of
entry 10,000 as RFC 6962 §3.4 builds it.
"""

from __future__ import annotations

from base64 import b64decode
from functools import partial

import pytest

from evidence.verify_bundle import continued, included
from proofs.errors import AuditError
from proofs.merkle import verify_consistency, verify_inclusion

SIZE, OLD, INDEX = 961_984_013, 3_654_490, 10_000
ROOT = b64decode("dwlueapdd7LaOEnX2W2Wp9v2XE+KzejHRQGHwEx0oaM=")
OLD_ROOT = b64decode("AuIZ5V6sDUj1vn3Y1K85oOaQ7y+FJJKtyRTl1edIKBQ=")
LEAF = bytes.fromhex("9c2b3799f232761f71e022b243ebb6c6d9a9c66160800e4c2f2987c0d41294b8")
INCLUSION = """
T46AmJsuOM/gFiGlUp+IJJebp+1Z5qratFNW7U0JyOQ= 9Jj1Feodn42uRYEfffkV4HF/EIPFQ5Zo9IwkxbQ2uhk=
D53/1oCNebF4J59HHgioovKZxrmrKcVuCVhy3Izg8Ck= wSFDgGSrsXRPA+1c8WHoAFCsWeUv8NDyP/Q/SgsyVyY=
516/RcwsgdwdzHn18v1dJHqBkgFUbNhmCIWOGjsMJaE= naTFY2ajLFgrgs5XUl+zJYZnnlJksLGsA1VYwpLfqbY=
mKBRJo6qao+0Kdh/rhGkZUbHUAxMhrtrclrTpIbNjIg= Co4ueOFE7lpifLio94irxxsv1wFMMaK3tPu2ZQkHlro=
yRgy800K6JMYCC05sWfqF2kvCg2riT/pVM+nEa6V5+0= n2O38XJZC8/Wpbwi9HhgVizlUyeUHVZvYyQB1607MRc=
go3tAjuNfNSCj87y2Rg1xOroDknGN1eaf3cgvzObf7Q= 8D0Mj3/J7ySSnFb0afIHYXv6rlOhECnsebY6XKi1IR8=
6rcez46ZU8M5vPiWVMAUfJfAOV0pPP/mch/lYzZhj/M= 2rtIeXrPvSdUyHc5maIgSAVB2BzaKaupWxSAiVayDE4=
nniW/IMFQPN5xw8UsHFn7CRStYbm1gLu7NNa6kkRqJQ= mRPPi7sQS22MduIEyvcNzCNFqIt6kLwYPkNKrVtIcu8=
JvTivzESNS9wHI8aph5a7uieVmtS/p9PciMZ5D6GyOo= UTyQd+Ym0wY4zG+qK806bBORwi1CSVvFQ/KknnqoZj8=
hXODrqN+ff+U6zPqRQ+ZQKs6im1fPcxIerDSfNwflhE= II6GE+WY/DrpZzfHztLwkR46o37zVkNLCyPYlf68zA0=
d609kWWcNBllbA8Jb/ad4XAVVGnScLRmtP8FYyr+Dck= rikBsP0G0gioXRpBFED2CzQdSLrGPvRd0bEcbEZw1rI=
GXIElfmnRuWfbA4z7ubV/UwlpSRUbUeec7oL5HDDnh0= pR0SH/NYP6s9+8azWwaeUXA4Ze/3WCIgMfh5YW6wvcE=
f3GuAKYVrF8RBg3s15jvA/YvV9oAliWtzP/imwPhQVA= WHn8zDxlVgkV+lSlmzaOdfSBrTHoRr5nT3d76q0KKWE=
f2uV2ZxVgULzLPKuZcowRY3ZY7fRlX59iDBjV1R8kNQ= NzQVjJsvQwbi7WStMr9oFkh9VbHfK7LB6o7WwAqwNTs=
C0LttBeYHZHgL+032JIcJC3CTBIyza/hsbmJUgJfmDI= nixU5CWTFVDlF4BGdcU6kA7WSYurEpe9jRWc+F/7sOc=
"""
CONSISTENCY = """
80Sfbj6UQEdVSZCSIgh9NMPj3vCBzcc1A48B2crJSWg= FZcrgAHUk6nNPviJZq8kEK6jCG1d18pJOFE45ZDc1TQ=
Q67reWXmPBo1UfmwBap4Xi9PMPfFdUSSw3WGlRZdG7k= eJ7CyhR4PxzBxDIsWgrVYW1eFUb9ndgf46tFmiqVrxA=
QrDwp062Grm5WY8KdrhFsBuuNjGzRox2Jb8PmVL5OYw= XM4YMjMEdLH/XJam/ZWyaP14k3cmsOtnPsOWQ54lW1s=
SGiBh+jOTGccXU48ZzgQ88lRcBmtB4wz4oSDndv2QTg= WAS6txqNLYKGL1GdBdpqmV42TTfn6cJsuDsqLXuTCNI=
QFmRS0rirUA7ZN3lxFjDncV+E1OCrn3NUB4RCp+5fzc= Hdbp7It2XBNZmNDBpCN/KPd7vfVqxgzwOosqVIaEA9E=
mxvHL0ZiblBdD7j7pIa1jlfB0gSqfJ6oX0UGo7L0VsU= q5hjyvoW6TL/PThgcitpDcSTrnKX2p1+aqscqH2euRA=
jTOWDqt3IHj2NVFeezyBz2ofpru+ztEywqKUAfFclKI= GIRn0w3HqJdvU9j1WVD//eR6lk2AaTVjyzjsJNP8U88=
x52GJvxG81fnQBrgOTbll1A5tz95/LXK0Ag1NhB0r1I= 6/0OqrcTgc3o5dD5PymmoC96lB9yLPFuTHVvLy8fSGk=
Gf+iKLfcXO5l4JEFmsZvSdG5q1uEeWPfYLrds6pmjz0= DGuaco+McyM3AfRSF6qX7RwSetwe2ieYJmxw5e9rVx0=
2tQJ9V32hnYp+fdpP6TcjmgJmLeNVOMKM0Ml1kk4cNU= 3PapK+IkyJr8I9yAErAmzuZezzLMzsg+PfeRCgNW8NQ=
s6xiYeejb+wtqHA+URJZ2I/SCPyIW8coP6aB00FJbMY= z9lSpmdTcr5M5ZzKlc4EPh3SrSypKFdk6JUF/UccaZU=
GXIElfmnRuWfbA4z7ubV/UwlpSRUbUeec7oL5HDDnh0= pR0SH/NYP6s9+8azWwaeUXA4Ze/3WCIgMfh5YW6wvcE=
f3GuAKYVrF8RBg3s15jvA/YvV9oAliWtzP/imwPhQVA= WHn8zDxlVgkV+lSlmzaOdfSBrTHoRr5nT3d76q0KKWE=
f2uV2ZxVgULzLPKuZcowRY3ZY7fRlX59iDBjV1R8kNQ= NzQVjJsvQwbi7WStMr9oFkh9VbHfK7LB6o7WwAqwNTs=
C0LttBeYHZHgL+032JIcJC3CTBIyza/hsbmJUgJfmDI= nixU5CWTFVDlF4BGdcU6kA7WSYurEpe9jRWc+F/7sOc=
"""


def nodes(text: str) -> list[bytes]:
    return [b64decode(node) for node in text.split()]


def inclusion_holds(leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> bool:
    """By both verifiers, which have to agree."""
    try:
        verify_inclusion(leaf, index, size, path, root)
        held = True
    except (AuditError, ValueError):
        held = False
    assert included(leaf, index, size, path, root) is held
    return held


def consistency_holds(old: int, size: int, path: list[bytes], old_root: bytes, root: bytes) -> bool:
    """By both verifiers, which have to agree."""
    try:
        verify_consistency(old, size, path, old_root, root)
        held = True
    except (AuditError, ValueError):
        held = False
    assert continued(old, size, path, old_root, root) is held
    return held


def test_an_entry_is_in_the_log_at_its_place_and_no_other() -> None:
    path = nodes(INCLUSION)
    assert inclusion_holds(LEAF, INDEX, SIZE, path, ROOT)
    for index, size in (
        (INDEX - 1, SIZE),
        (INDEX + 1, SIZE),
        (INDEX, INDEX),
        (INDEX, OLD),
        (INDEX, 2**30 + 1),
    ):
        assert not inclusion_holds(LEAF, index, size, path, ROOT), (index, size)


@pytest.mark.parametrize(
    "wrong", ["first left out", "last left out", "one more", "two exchanged", "a bit turned"]
)
def test_no_proof_near_the_published_ones_holds(wrong: str) -> None:
    included_by = partial(inclusion_holds, LEAF, INDEX, SIZE, root=ROOT)
    continued_by = partial(consistency_holds, OLD, SIZE, old_root=OLD_ROOT, root=ROOT)
    for path, holds in ((nodes(INCLUSION), included_by), (nodes(CONSISTENCY), continued_by)):
        assert holds(path)
        altered = {
            "first left out": path[1:],
            "last left out": path[:-1],
            "one more": [*path, path[-1]],
            "two exchanged": [path[1], path[0], *path[2:]],
            "a bit turned": [bytes([path[0][0] ^ 1]) + path[0][1:], *path[1:]],
        }[wrong]
        assert not holds(altered)


def test_the_log_continued_an_older_tree_and_no_other() -> None:
    path = nodes(CONSISTENCY)
    assert consistency_holds(OLD, SIZE, path, OLD_ROOT, ROOT)
    for old, size in ((OLD - 1, SIZE), (OLD * 2, SIZE), (OLD, SIZE // 2), (SIZE, OLD)):
        assert not consistency_holds(old, size, path, OLD_ROOT, ROOT), (old, size)
    assert not consistency_holds(OLD, SIZE, path, ROOT, OLD_ROOT)
