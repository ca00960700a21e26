"""A bucket is asked as little as it must be, and what it answers wrongly is never taken for a document."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from installation import document_store_of
from integrations.object_store import ObjectStore, StoreUnavailable
from settings import Settings
from tests.integrations.s3_service import S3Service
from tests.integrations.test_object_store import CONTENT, put

DIGEST = hashlib.sha256(CONTENT).hexdigest()


def use(store: ObjectStore) -> list[Callable[[], Any]]:
    return [
        lambda: put(store, CONTENT),
        lambda: store.open(DIGEST),
        lambda: list(store.names()),
    ]


def test_a_wrong_secret_is_told_apart_from_a_missing_document(s3_service: S3Service, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("not the secret")
    store = document_store_of(s3_service.settings(s3_secret_key_file=wrong))
    for act in use(store):
        with pytest.raises(StoreUnavailable) as told:
            act()
        assert DIGEST[2:] not in str(told.value)
        assert "not the secret" not in str(told.value)


def test_a_service_that_is_away_is_no_missing_document(tmp_path: Path, s3_service: S3Service) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound and not listening: nobody answers
        store = document_store_of(
            s3_service.settings(s3_endpoint=f"http://127.0.0.1:{held.getsockname()[1]}")
        )
        with pytest.raises(StoreUnavailable):
            store.open(DIGEST)


def test_a_bucket_that_is_not_there_is_unavailable(s3_service: S3Service) -> None:
    store = document_store_of(s3_service.settings(s3_bucket="lain"))
    with pytest.raises(StoreUnavailable):
        put(store, CONTENT)


@pytest.mark.parametrize("left_out", ["s3_access_key_file", "s3_secret_key_file"])
def test_secrets_come_from_files_and_a_missing_one_is_named(s3_service: S3Service, left_out: str) -> None:
    for value in (None, Path("/nonexistent/secret")):
        with pytest.raises(StoreUnavailable, match=f"JENJANG_{left_out.upper()}"):
            document_store_of(s3_service.settings(**{left_out: value}))


def test_plain_http_is_spoken_only_where_the_address_says_so(s3_service: S3Service) -> None:
    https = s3_service.endpoint.replace("http://", "https://")
    with pytest.raises(StoreUnavailable):
        put(document_store_of(s3_service.settings(s3_endpoint=https)), CONTENT)


def test_without_a_bucket_documents_lie_in_the_data_folder(tmp_path: Path) -> None:
    put(document_store_of(Settings(data=tmp_path)), CONTENT)
    assert (tmp_path / "documents" / DIGEST[:2] / DIGEST[2:]).read_bytes() == CONTENT
