"""Objects are written once, under their own hash, and come back whole or not at all: in a folder, and in
a bucket of an S3 service that is asked over HTTP and signs its callers in.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from integrations.object_folder import ObjectFolder
from integrations.object_store import ObjectMissing, ObjectStore, ObjectTooLarge, chunks, name_of, whole
from tests.integrations.s3_service import BUCKET, S3Service

CONTENT = b"%PDF-1.7 surat"
OTHER = b"%PDF-1.7 lain"


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    if request.param == "folder":
        return ObjectFolder(tmp_path / "documents")
    service: S3Service = request.getfixturevalue("s3_service")
    return service.store()


@pytest.fixture
def alter(store: ObjectStore, tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[str, bytes], None]:
    """What somebody with access to the store does behind our back."""

    def change(name: str, content: bytes) -> None:
        if isinstance(store, ObjectFolder):
            path = tmp_path / "documents" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        else:
            request.getfixturevalue("s3_service").put_behind_our_back(name, content)

    return change


def put(store: ObjectStore, content: bytes, limit: int = 100) -> str:
    with store.receive(limit) as arrival:
        arrival.write(content)
        return arrival.finish().sha256


def test_the_same_bytes_are_one_object(store: ObjectStore) -> None:
    assert put(store, CONTENT) == put(store, CONTENT) == hashlib.sha256(CONTENT).hexdigest()
    assert b"".join(chunks(store, put(store, CONTENT))) == CONTENT
    assert list(store.names()) == [name_of(put(store, CONTENT))]


def test_large_objects_come_back_in_pieces_as_they_were(store: ObjectStore) -> None:
    large = bytes(range(256)) * 20_000
    digest = put(store, large, limit=len(large))
    pieces = list(chunks(store, digest))
    assert len(pieces) > 1
    assert b"".join(pieces) == whole(store, digest) == large


def test_nothing_is_left_of_what_was_too_large_or_broken_off(store: ObjectStore, tmp_path: Path) -> None:
    with pytest.raises(ObjectTooLarge):
        put(store, CONTENT, limit=3)
    with store.receive(100) as arrival:
        arrival.write(CONTENT)
    assert list(store.names()) == []
    for folder in (tmp_path, Path(tempfile.gettempdir())):
        assert list(folder.glob("**/.arriving-*" if folder == tmp_path else ".arriving-*")) == []


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "0" * 63, "0" * 64, "G" * 64])
def test_what_is_not_there_is_missing(store: ObjectStore, name: str) -> None:
    with pytest.raises(ObjectMissing):
        store.open(name)
    assert whole(store, name) is None


def test_altered_bytes_are_not_handed_out(store: ObjectStore, alter: Callable[[str, bytes], None]) -> None:
    digest = put(store, CONTENT)
    alter(name_of(digest), OTHER)
    with pytest.raises(ObjectMissing):
        chunks(store, digest)


def test_what_lies_in_a_place_is_never_replaced_and_never_taken_for_something_else(
    store: ObjectStore, alter: Callable[[str, bytes], None]
) -> None:
    name = name_of(hashlib.sha256(CONTENT).hexdigest())
    alter(name, OTHER)
    with pytest.raises(ObjectMissing):
        put(store, CONTENT)
    assert list(store.names()) == [name]
    assert whole(store, hashlib.sha256(CONTENT).hexdigest()) is None


def test_only_bytes_under_their_own_name_are_documents(
    store: ObjectStore, alter: Callable[[str, bytes], None]
) -> None:
    alter("readme.txt", b"bukan dokumen")
    digest = put(store, CONTENT)
    assert sorted(store.names()) == sorted([name_of(digest), "readme.txt"])


def test_the_bucket_s_name_is_the_only_address_that_is_asked(s3_service: S3Service) -> None:
    put(s3_service.store(), CONTENT)
    assert s3_service.names(BUCKET) == [name_of(hashlib.sha256(CONTENT).hexdigest())]


def test_what_was_removed_is_gone_and_can_come_again(store: ObjectStore) -> None:
    digest = put(store, CONTENT)
    assert store.has(digest)
    for _ in range(2):  # removing what is gone is no error
        store.remove(digest)
        assert not store.has(digest)
        assert whole(store, digest) is None
    assert put(store, CONTENT) == digest
    assert whole(store, digest) == CONTENT


def test_a_sweep_takes_what_is_old_and_named_by_nobody(store: ObjectStore) -> None:
    named, unnamed = put(store, CONTENT), put(store, OTHER)
    store.sweep({named}, datetime.now(UTC) - timedelta(hours=1))
    assert store.has(unnamed), "it may have come for a command that is still judged"
    store.sweep({named}, datetime.now(UTC) + timedelta(hours=1))
    assert (store.has(named), store.has(unnamed)) == (True, False)


def test_what_came_again_is_young_again(tmp_path: Path) -> None:
    store = ObjectFolder(tmp_path)
    digest = put(store, CONTENT)
    os.utime(store.path_of(digest), (0, 0))
    put(store, CONTENT)
    store.sweep(set(), datetime.now(UTC) - timedelta(hours=1))
    assert store.has(digest)
