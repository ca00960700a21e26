"""Verification and rebuilding of one installation: the auditor's tools with our projections."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

from audit.document_check import DocumentsUnreadable
from audit.rebuild import rebuild
from audit.verify import CannotVerify, Verification, verify
from installation import Installation, document_store_of
from integrations.object_store import ObjectMissing, ObjectStore, StoreUnavailable
from ledger.database import open_database
from projections.catalogue import all_projections
from proofs.checkpoint import origin_of
from settings import Settings


def verify_installation(
    settings: Settings,
    *,
    checkpoints: Sequence[Path] = (),
    keys: Sequence[Path] = (),
    documents: bool = True,
) -> Verification:
    """Verify the database of `settings` against its own key, the given keys and kept checkpoints, and
    the stored documents against their hashes unless `documents` is False.

    Nothing is written. Without the sealing key, what is personal stays unchecked and is named so.
    Raises CannotVerify.
    """
    if (
        settings.database.get_backend_name() == "sqlite"
        and not Path(settings.database.database or "").is_file()
    ):
        raise CannotVerify(f"there is no ledger at {settings.database.database}")
    key_files = list(keys) or sorted(settings.keys_folder.glob("*.vkey"))
    sealing_file = settings.keys_folder / "sealing.key"
    engine = open_database(settings.database, read_only=True)
    try:
        return verify(
            engine,
            keys=[file.read_text(encoding="utf-8").strip() for file in key_files],
            kept_checkpoints=[_kept(file) for file in checkpoints],
            sealing_key=sealing_file.read_bytes() if sealing_file.is_file() else None,
            projections=all_projections(),
            origin=origin_of(settings.agency),
            documents=_Documents(settings) if documents else None,
        )
    finally:
        engine.dispose()


class _Documents:
    """The installation's store, as `audit.document_check.StoredDocuments`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @cached_property
    def _store(self) -> ObjectStore:
        return document_store_of(self._settings)

    def names(self) -> Iterator[str]:
        try:
            yield from self._store.names()
        except StoreUnavailable as error:
            raise DocumentsUnreadable(str(error)) from error

    def is_whole(self, sha256: str) -> bool:
        try:
            self._store.open(sha256).close()
        except ObjectMissing:
            return False
        except StoreUnavailable as error:
            raise DocumentsUnreadable(str(error)) from error
        return True


def _kept(file: Path) -> str:
    """A kept note or receipt as it was signed, without what an editor or shell added at its end."""
    return file.read_text(encoding="utf-8").rstrip() + "\n"


def rebuild_projections(settings: Settings, names: Sequence[str]) -> list[tuple[str, bool, int]]:
    """Rebuild the named projections, or all; `(name, came out the same, rows)` for each."""
    installation = Installation(settings)
    wanted = [projection for projection in all_projections() if not names or projection.name in names]
    unknown = set(names) - {projection.name for projection in wanted}
    if unknown:
        known = ", ".join(projection.name for projection in all_projections())
        raise CannotVerify(f"there is no projection {', '.join(sorted(unknown))}; there are {known}")
    try:
        return rebuild(installation.writing_engine, wanted, installation.sealing_key)
    finally:
        installation.close()
