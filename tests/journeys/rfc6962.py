"""RFC 6962 and C2SP signed notes as an outside verifier would write them: nothing of the project's own."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def leaf(record: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + record).digest()


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_by_inclusion(index: int, size: int, leaf_hash: bytes, path: list[bytes]) -> bytes:
    """RFC 9162 §2.1.3.2."""
    fn, sn, found = index, size - 1, leaf_hash
    for sibling in path:
        assert sn > 0, "the path is too long"
        if fn & 1 or fn == sn:
            found = node(sibling, found)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            found = node(found, sibling)
        fn, sn = fn >> 1, sn >> 1
    assert sn == 0, "the path is too short"
    return found


def is_consistent(old: int, new: int, old_root: bytes, new_root: bytes, path: list[bytes]) -> bool:
    """RFC 9162 §2.1.4.2."""
    if old == new:
        return not path and old_root == new_root
    steps = list(path)
    if old & (old - 1) == 0:
        steps.insert(0, old_root)
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            first, second = node(step, first), node(step, second)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            second = node(second, step)
        fn, sn = fn >> 1, sn >> 1
    return (first, second, sn) == (old_root, new_root, 0)


def check_signature(vkey: str, text: str, signature: str) -> None:
    """The Ed25519 line of a signed note under `vkey`; raises when it does not hold."""
    name, _, encoded = vkey.split("+", 2)
    key = base64.b64decode(encoded)
    assert key[0] == 1
    key_hash = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
    raw = base64.b64decode(signature)
    assert raw[:4] == key_hash
    Ed25519PublicKey.from_public_bytes(key[1:]).verify(raw[4:], text.encode())


def check_receipt(vkey: str, receipt: dict[str, Any]) -> None:
    """A receipt's signature over the checkpoint text of its size and root."""
    name = vkey.split("+", 1)[0]
    encoded = base64.b64encode(bytes.fromhex(receipt["root"])).decode()
    check_signature(vkey, f"{name}\n{receipt['tree_size']}\n{encoded}\n", receipt["signature"])
