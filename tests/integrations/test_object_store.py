"""Objects are written once, under their own hash, and come back whole or not at all."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from integrations.object_store import ObjectMissing, ObjectStore, ObjectTooLarge, media_type_of

CONTENT = b"%PDF-1.7 surat"


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    return ObjectStore(tmp_path / "documents")


def put(store: ObjectStore, content: bytes, limit: int = 100) -> str:
    with store.receive(limit) as arrival:
        arrival.write(content)
        return arrival.finish().sha256


def test_the_same_bytes_are_one_object(store: ObjectStore) -> None:
    assert put(store, CONTENT) == put(store, CONTENT) == hashlib.sha256(CONTENT).hexdigest()
    assert b"".join(store.chunks(put(store, CONTENT))) == CONTENT


def test_nothing_is_left_of_what_was_too_large_or_broken_off(store: ObjectStore, tmp_path: Path) -> None:
    with pytest.raises(ObjectTooLarge):
        put(store, CONTENT, limit=3)
    with store.receive(100) as arrival:
        arrival.write(CONTENT)
    assert list((tmp_path / "documents").iterdir()) == []


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "0" * 63, "0" * 64, "G" * 64])
def test_what_is_not_there_is_missing(store: ObjectStore, name: str) -> None:
    with pytest.raises(ObjectMissing):
        store.open(name)


def test_altered_bytes_are_not_handed_out(store: ObjectStore) -> None:
    digest = put(store, CONTENT)
    store.path_of(digest).write_bytes(b"%PDF-1.7 lain")
    with pytest.raises(ObjectMissing):
        store.chunks(digest)


def test_types_are_known_by_their_first_bytes() -> None:
    assert media_type_of(CONTENT) == "application/pdf"
    assert media_type_of(b"\xff\xd8\xff\xe1") == "image/jpeg"
    assert media_type_of(b"GIF89a") is None
