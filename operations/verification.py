"""Verification and rebuilding of one installation: the auditor's tools with our projections."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

from cryptography.x509 import Certificate

from audit.document_check import DocumentsUnreadable
from audit.rebuild import rebuild
from audit.verify import CannotVerify, Outside, Verification, verify
from installation import Installation, document_store_of
from integrations.http_call import OutsideUnreachable
from integrations.object_store import ObjectMissing, ObjectStore, StoreUnavailable
from integrations.witnesses import latest_checkpoint
from ledger.database import open_database
from ledger.erased_people import ErasedPeople
from projections.catalogue import all_projections
from proofs.checkpoint import origin_of
from proofs.errors import AuditError
from proofs.timestamp import read_certificates
from proofs.witness_policy import WitnessPolicy, parse_policy
from settings import Settings


def verify_installation(
    settings: Settings,
    *,
    checkpoints: Sequence[Path] = (),
    keys: Sequence[Path] = (),
    documents: bool = True,
    witness_policy: Path | None = None,
    ask_witnesses: bool = False,
    timestamp_certificate: Path | None = None,
    processes: int | None = None,
) -> Verification:
    """Verify the database of `settings` against its own key, the given keys and kept checkpoints, and
    the stored documents against their hashes unless `documents` is False.

    With a witness policy a quorum of it must have cosigned; `ask_witnesses` also fetches from each of
    them the newest checkpoint that it cosigned, which counts as kept. `processes`: 1, 2, or as the ledger's
    size suggests. Nothing is written. Without the
    sealing key, what is personal stays unchecked and is named so. Raises CannotVerify.
    """
    if (
        settings.database.get_backend_name() == "sqlite"
        and not Path(settings.database.database or "").is_file()
    ):
        raise CannotVerify(f"there is no ledger at {settings.database.database}")
    key_files = list(keys) or sorted(settings.keys_folder.glob("*.vkey"))
    sealing_file = settings.keys_folder / "sealing.key"
    origin = origin_of(settings.agency)
    policy = read_policy(witness_policy) if witness_policy is not None else None
    silent: tuple[str, ...] = ()
    kept = [_kept(file) for file in checkpoints]
    vkeys = [vkey for file in key_files for vkey in file.read_text(encoding="utf-8").split()]
    if policy is not None:
        vkeys += [str(log.key) for log in policy.logs if log.key.name == origin]
        asked, silent = _of_witnesses(policy, origin) if ask_witnesses else ([], ())
        kept += asked
    elif ask_witnesses:
        raise CannotVerify("--ask-witnesses needs the file that names them: --witness-policy")
    engine = open_database(settings.database, read_only=True)
    try:
        return verify(
            engine,
            keys=list(dict.fromkeys(vkeys)),
            kept_checkpoints=kept,
            sealing_key=sealing_file.read_bytes() if sealing_file.is_file() else None,
            projections=all_projections(),
            origin=origin,
            documents=_Documents(settings) if documents else None,
            outside=Outside(policy, _certificates(timestamp_certificate), silent),
            erased=ErasedPeople(settings.keys_folder).all().keys(),
            processes=processes,
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


def read_policy(file: Path) -> WitnessPolicy:
    """A file in C2SP's tlog-policy format. Raises CannotVerify."""
    try:
        return parse_policy(file.read_bytes())
    except (OSError, AuditError) as error:
        raise CannotVerify(f"{file}: {error}") from error


def _of_witnesses(policy: WitnessPolicy, origin: str) -> tuple[list[str], tuple[str, ...]]:
    """What the witnesses cosigned last, and who could not be asked: less than a quorum of answers is
    none, because the silent ones may know better.
    """
    found: list[str] = []
    answered, silent = [], []
    for name, witness in policy.witnesses.items():
        try:
            note = latest_checkpoint(witness.url or "", origin)
        except (OutsideUnreachable, ValueError):
            silent.append(name)
            continue
        answered.append(witness.key)
        found += [note] if note is not None else []
    if not policy.reached_by(answered):
        raise CannotVerify(f"these witnesses could not be asked: {', '.join(silent)}")
    return found, tuple(silent)


def _certificates(file: Path | None) -> list[Certificate] | None:
    if file is None:
        return None
    try:
        return read_certificates(file.read_bytes())
    except (OSError, ValueError) as error:
        raise CannotVerify(f"{file}: {error}") from error


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
