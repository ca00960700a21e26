"""The store of objects that is a bucket of an S3-compatible service, the agency's own or a hosted one."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import S3Store

if TYPE_CHECKING:  # obstore has it for type checkers only
    from obstore.store import ClientConfig
from integrations.object_store import Arrival, ObjectMissing, StoreUnavailable, checked_copy, name_of

ANSWERS_WITHIN = timedelta(seconds=60)
TRIES_AGAIN = 3


@dataclass(frozen=True)
class BucketAddress:
    """Where a bucket is and how to sign in. `endpoint` is the service's URL (None: that of AWS in the
    region); over plain HTTP only where it says `http://`. `root_certificate` is PEM of a private CA.
    """

    bucket: str
    endpoint: str | None
    region: str
    access_key: str
    secret_key: str = field(repr=False)
    root_certificate: bytes | None = None


class ObjectBucket:
    """Satisfies `ObjectStore`. What is written asks the service to refuse the name if it is taken
    (`If-None-Match: *`), so that nothing kept is ever replaced.
    """

    def __init__(self, address: BucketAddress) -> None:
        client: ClientConfig = {"timeout": ANSWERS_WITHIN}
        if address.endpoint is not None and address.endpoint.startswith("http://"):
            client["allow_http"] = True
        if address.root_certificate is not None:
            client["root_certificate"] = address.root_certificate
        self._store = S3Store(
            address.bucket,
            config={} if address.endpoint is None else {"endpoint": address.endpoint},
            region=address.region,
            access_key_id=address.access_key,
            secret_access_key=address.secret_key,
            virtual_hosted_style_request=False,
            client_options=client,
            retry_config={"max_retries": TRIES_AGAIN, "retry_timeout": ANSWERS_WITHIN},
        )

    def receive(self, limit_bytes: int) -> Arrival:
        return Arrival(self, Path(tempfile.gettempdir()), limit_bytes)

    def keep(self, draft: Path, sha256: str) -> None:
        name = name_of(sha256)
        try:
            _asked(lambda: obstore.put(self._store, name, draft, mode="create", use_multipart=False))
        except AlreadyExistsError:
            self.open(sha256).close()

    def open(self, sha256: str) -> BinaryIO:
        name = name_of(sha256)

        def pieces() -> Iterator[bytes]:
            try:
                for piece in obstore.get(self._store, name):
                    yield bytes(piece)
            except FileNotFoundError as error:
                raise ObjectMissing(sha256) from error
            except BaseError as error:
                raise StoreUnavailable(_told(error)) from None

        return checked_copy(pieces(), sha256)

    def has(self, sha256: str) -> bool:
        try:
            obstore.head(self._store, name_of(sha256))
        except FileNotFoundError:
            return False
        except BaseError as error:
            raise StoreUnavailable(_told(error)) from None
        return True

    def names(self) -> Iterator[str]:
        try:
            for part in obstore.list(self._store):
                yield from (found["path"] for found in part)
        except BaseError as error:
            raise StoreUnavailable(_told(error)) from None

    def remove(self, sha256: str) -> None:
        with suppress(FileNotFoundError):
            self._delete(name_of(sha256))

    def sweep(self, named: Collection[str], before: datetime) -> None:
        kept = {name_of(sha256) for sha256 in named}
        try:
            found = [item for part in obstore.list(self._store) for item in part]
        except BaseError as error:
            raise StoreUnavailable(_told(error)) from None
        for item in found:
            if item["path"] not in kept and item["last_modified"] < before:
                with suppress(FileNotFoundError):
                    self._delete(item["path"])

    def _delete(self, name: str) -> None:
        try:
            obstore.delete(self._store, name)
        except BaseError as error:
            raise StoreUnavailable(_told(error)) from None


def _asked(request: Callable[[], object]) -> None:
    try:
        request()
    except AlreadyExistsError:
        raise
    except (BaseError, FileNotFoundError) as error:
        raise StoreUnavailable(_told(error)) from None


def _told(error: Exception) -> str:
    """What happened, without what the service wrote: an address of an object names a person's document."""
    return f"the bucket does not answer as it should ({type(error).__name__})"
