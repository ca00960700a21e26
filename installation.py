"""One installation of Jenjang, opened from its settings: database, keys, writer and reader."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from accounts import schema as _accounts  # noqa: F401  (its tables belong to the schema)
from domain.commands import AdoptCalendar, AdoptPolicy
from domain.erasure_commands import ReinstateErasure
from domain.errors import NotPermitted
from domain.identity import SYSTEM
from integrations.channels import Channel, channels
from integrations.mail import MailServer
from integrations.object_folder import ObjectFolder
from integrations.object_store import ObjectStore, StoreUnavailable
from integrations.openid import Client, OpenIdProvider
from ledger.append import Ledger
from ledger.database import DatabaseUnavailable, open_database
from ledger.erased_people import ErasedPeople, with_keys
from ledger.migrate import is_current, migrate
from ledger.read import Reader, log_state
from ledger.sealing import load_or_create_sealing_key
from policies.library import policy_documents, working_calendar
from projections.catalogue import all_projections
from proofs.checkpoint import origin_of
from proofs.key_folder import KeyFolder
from proofs.keys import Signer
from settings import Settings

DOCUMENTS = "documents"


class Installation:
    """Opens lazily what a command needs; `close` ends the writer."""

    def __init__(
        self, settings: Settings, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.settings = settings
        self.clock = clock
        self._writing: Engine | None = None
        self._ledger: Ledger | None = None
        self._reader: Reader | None = None
        self._documents: ObjectStore | None = None
        self._channels: dict[str, Channel] | None = None
        self._openid: OpenIdProvider | None = None
        self._opening = threading.RLock()

    @property
    def writing_engine(self) -> Engine:
        with self._opening:
            if self._writing is None:
                if self.settings.database.get_backend_name() == "sqlite":
                    self.settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._writing = open_database(self.settings.database)
            return self._writing

    @property
    def log_keys(self) -> KeyFolder:
        """The log's signing keys as they lie on disk."""
        self.settings.keys_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return KeyFolder(self.settings.keys_folder, origin_of(self.settings.agency))

    @property
    def signer(self) -> Signer:
        """The newest key in force; the first one is generated at first use."""
        return self.log_keys.in_force(self.vkeys_in_force)[-1]

    @property
    def vkeys(self) -> tuple[str, ...]:
        """The verifier keys that sign now, oldest first."""
        return tuple(signer.vkey for signer in self.log_keys.in_force(self.vkeys_in_force))

    @property
    def vkeys_in_force(self) -> tuple[str, ...]:
        """The verifier keys that the ledger says sign it; none before the first rotation."""
        try:
            with self.reader.engine.connect() as connection:
                return log_state(connection).keys
        except DatabaseUnavailable:
            return ()

    @property
    def sealing_key(self) -> bytes:
        return load_or_create_sealing_key(self.settings.keys_folder / "sealing.key")

    @property
    def ledger(self) -> Ledger:
        """The writer of this process. Raises DatabaseUnavailable before `migrate`."""
        with self._opening:
            if self._ledger is None:
                if not is_current(self.writing_engine):
                    raise DatabaseUnavailable("the database is not of this version: run `jenjang migrate`")
                # A key that is missing is told at once, and not by the first commit.
                self.log_keys.in_force(self.vkeys_in_force)
            # Reading the keys in force may have opened it, after a backup was put back.
            if self._ledger is None:
                self._ledger = self.open_ledger()
                self._erase_again()
            return self._ledger

    def open_ledger(self) -> Ledger:
        """A writer of its own, to be closed by the caller; `ledger` is the one to use."""
        return Ledger(
            self.writing_engine, self.log_keys, self.sealing_key, all_projections(), clock=self.clock
        )

    @property
    def reader(self) -> Reader:
        """The ledger to read. Raises DatabaseUnavailable where there is none of this version."""
        with self._opening:
            if self._reader is None:
                database = self.settings.database
                if database.get_backend_name() == "sqlite" and not Path(database.database or "").is_file():
                    raise DatabaseUnavailable(
                        f"there is no ledger at {database.database}: run `jenjang migrate`"
                    )
                engine = open_database(database, read_only=True)
                if not is_current(engine):
                    engine.dispose()
                    raise DatabaseUnavailable("the database is not of this version: run `jenjang migrate`")
                self._reader = Reader(engine, self.sealing_key)
                if self._brought_back(engine):
                    _ = self.ledger  # a restored backup brought erased people back: they go first
            return self._reader

    @property
    def channels(self) -> dict[str, Channel]:
        """The ways by which people are told what waits; empty where the settings name none. Raises
        MalformedChannels, OSError, ValueError where they are not whole.
        """
        with self._opening:
            if self._channels is None:
                self._channels = channels(mail_server_of(self.settings), self.settings.notification_channels)
            return self._channels

    @property
    def openid(self) -> OpenIdProvider | None:
        """The provider that may sign people in; None where none is set. Raises OSError, ValueError where its
        settings are not whole.
        """
        with self._opening:
            if self._openid is None and self.settings.openid_issuer is not None:
                self._openid = OpenIdProvider(openid_client_of(self.settings, self.settings.openid_issuer))
            return self._openid

    @property
    def documents(self) -> ObjectStore:
        """Where the bytes of documents lie. Raises StoreUnavailable where its settings are not whole."""
        with self._opening:
            if self._documents is None:
                self._documents = document_store_of(self.settings)
            return self._documents

    def _brought_back(self, engine: Engine) -> list[str]:
        """Erased people whose key is in the database again."""
        erased = ErasedPeople(self.settings.keys_folder).all()
        if not erased:
            return []
        with engine.connect() as connection:
            return with_keys(connection, sorted(erased))

    def _erase_again(self) -> None:
        """Destroy the keys that a restored backup has brought back, as the list beside the keys says."""
        assert self._ledger is not None
        erased = ErasedPeople(self.settings.keys_folder).all()
        for person_id in self._brought_back(self.writing_engine):
            again = ReinstateErasure(command_id=_new_id(), actor=SYSTEM, **erased[person_id])
            self._ledger.execute(again)

    def set_up(self) -> tuple[str, ...]:
        """Bring the database to this version and adopt calendar and policies. Safe to repeat. Answers with
        the policies that came with this version and have to be proposed and adopted by two people,
        because the ledger has people in it.
        """
        migrate(self.writing_engine)
        version, holidays = working_calendar()
        calendar = AdoptCalendar(command_id=_new_id(), actor=SYSTEM, version=version, holidays=holidays)
        self.ledger.execute(calendar)
        left: list[str] = []
        for document in policy_documents(self.settings.agency):
            try:
                self.ledger.execute(AdoptPolicy(command_id=_new_id(), actor=SYSTEM, document=document))
            except NotPermitted:
                left.append(document["id"])
        return tuple(left)

    def close(self) -> None:
        if self._openid is not None:
            self._openid.close()
        if self._ledger is not None:
            self._ledger.close()
        for engine in (self._writing, self._reader.engine if self._reader else None):
            if engine is not None:
                engine.dispose()


def has_document_folder(settings: Settings) -> bool:
    """Whether documents were ever kept in the data folder."""
    return (settings.data / DOCUMENTS).is_dir()


def document_store_of(settings: Settings) -> ObjectStore:
    """The bucket that the settings name, else the folder DATA/documents. Raises StoreUnavailable."""
    if settings.s3_bucket is None:
        return ObjectFolder(settings.data / DOCUMENTS)
    from integrations.object_bucket import (  # noqa: PLC0415  (15 MB that a folder does not need)
        BucketAddress,
        ObjectBucket,
    )

    def secret(file: Path | None, name: str) -> str:
        if file is None:
            raise StoreUnavailable(f"{name} is not set")
        try:
            return file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise StoreUnavailable(f"{name} cannot be read ({type(error).__name__})") from None

    ca = settings.s3_ca_file
    return ObjectBucket(
        BucketAddress(
            settings.s3_bucket,
            settings.s3_endpoint,
            settings.s3_region,
            secret(settings.s3_access_key_file, "JENJANG_S3_ACCESS_KEY_FILE"),
            secret(settings.s3_secret_key_file, "JENJANG_S3_SECRET_KEY_FILE"),
            secret(ca, "JENJANG_S3_CA_FILE").encode() if ca is not None else None,
        )
    )


def mail_server_of(settings: Settings) -> MailServer | None:
    """The mail server that the settings name. Raises OSError, ValueError."""
    if settings.smtp_host is None:
        return None
    is_here = settings.smtp_host in ("localhost", "127.0.0.1", "::1")
    if settings.smtp_user is not None and not (settings.smtp_starttls or is_here):
        raise ValueError("JENJANG_SMTP_USER needs JENJANG_SMTP_STARTTLS, or its password is sent openly")
    password = settings.smtp_password_file
    return MailServer(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_sender,
        settings.smtp_starttls,
        settings.smtp_user,
        password.read_text(encoding="utf-8").strip() if password is not None else None,
    )


def openid_client_of(settings: Settings, issuer: str) -> Client:
    """This installation at its OpenID provider. Raises OSError, ValueError."""
    if settings.openid_client_id is None:
        raise ValueError("JENJANG_OPENID_ISSUER needs JENJANG_OPENID_CLIENT_ID")
    if settings.public_url is None:
        raise ValueError(
            "JENJANG_OPENID_ISSUER needs JENJANG_PUBLIC_URL: the provider sends people back there"
        )
    required = None
    if settings.openid_required is not None:
        claim, separator, value = settings.openid_required.partition("=")
        if not (claim and separator and value):
            raise ValueError("JENJANG_OPENID_REQUIRED is claim=value")
        required = (claim, value)
    secret = settings.openid_client_secret_file
    return Client(
        issuer=issuer,
        client_id=settings.openid_client_id,
        secret=secret.read_text(encoding="utf-8").strip() if secret is not None else None,
        scopes=settings.openid_scopes,
        nip_claim=settings.openid_nip_claim,
        required=required,
        label=settings.openid_label,
        ca_file=settings.openid_ca_file,
    )


def _new_id() -> str:
    return str(uuid.uuid4())
