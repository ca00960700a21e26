"""`jenjang verify` reads every stored document and holds it against the hash that the ledger has."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from audit.findings import Verification
from domain.commands import FileDocument
from domain.identity import SYSTEM
from integrations.object_store import name_of
from operations.verification import verify_installation
from settings import Settings
from tests.integrations.conftest import s3_endpoint, s3_service  # noqa: F401  (fixtures)
from tests.integrations.s3_service import S3Service
from tests.world import World, new_id

CONTENT, OTHER = b"%PDF-1.7\nijazah\n%%EOF\n", b"%PDF-1.7\npalsu\n%%EOF\n"


@dataclass
class Kept:
    """A ledger with one filed document, and the hands of whoever can reach the store."""

    settings: Settings
    sha256: str
    position: int
    put: Callable[[str, bytes], None]
    remove: Callable[[str], None]

    def verify(self, *, documents: bool = True) -> Verification:
        return verify_installation(self.settings, documents=documents)

    def findings(self) -> list[tuple[str, int | None]]:
        return [(finding.code, finding.position) for finding in self.verify().findings]


@pytest.fixture(params=["folder", "bucket"])
def kept(request: pytest.FixtureRequest, world: World, tmp_path: Path) -> Kept:
    installation = world.installation
    settings, folder = installation.settings, tmp_path / "documents"

    def put(name: str, content: bytes) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)

    def remove(name: str) -> None:
        (folder / name).unlink()

    if request.param == "bucket":
        service: S3Service = request.getfixturevalue("s3_service")
        elsewhere = service.settings()
        settings = settings.model_copy(
            update={name: getattr(elsewhere, name) for name in type(elsewhere).model_fields if "s3" in name}
        )
        installation.settings = settings
        put, remove = service.put_behind_our_back, service.remove_behind_our_back
    with installation.documents.receive(1000) as arrival:
        arrival.write(CONTENT)
        stored = arrival.finish()
    command = FileDocument(
        command_id=new_id(),
        actor=SYSTEM,
        document_id=new_id(),
        person_id=world.movable()[0],
        document_type="IJAZAH",
        media_type="application/pdf",
        size_bytes=stored.size_bytes,
        sha256=stored.sha256,
        file_name="ijazah.pdf",
    )
    receipt = installation.ledger.execute(command).receipt
    assert receipt is not None
    return Kept(settings, stored.sha256, receipt.position, put, remove)


def test_documents_as_they_were_filed_are_in_order(kept: Kept) -> None:
    found = kept.verify()
    assert (found.findings, found.unchecked) == ((), ())


def test_an_altered_document_is_named_by_the_event_that_filed_it(kept: Kept) -> None:
    kept.put(name_of(kept.sha256), OTHER)
    assert kept.findings() == [("document-altered", kept.position)]


def test_a_document_that_is_gone_is_named_by_the_event_that_filed_it(kept: Kept) -> None:
    kept.remove(name_of(kept.sha256))
    assert kept.findings() == [("document-missing", kept.position)]


def test_what_is_stored_and_is_no_document_is_named(kept: Kept) -> None:
    kept.put(f"{kept.sha256[:2]}/{'0' * 62}", OTHER)
    kept.put("catatan.txt", b"titipan")
    assert kept.findings() == [("document-extra", None)] * 2


def test_a_whole_document_that_no_event_names_is_counted_and_no_finding(kept: Kept) -> None:
    """A command that was refused after the upload leaves one; so would an event that was cut off."""
    kept.put(name_of(hashlib.sha256(OTHER).hexdigest()), OTHER)
    found = kept.verify()
    assert found.ok
    assert found.unchecked[0].startswith("1 stored documents that no event names")


def test_documents_may_be_left_unread_and_that_is_said(kept: Kept) -> None:
    kept.put(name_of(kept.sha256), OTHER)
    found = kept.verify(documents=False)
    assert (found.ok, found.unchecked) == (True, ("the bytes of 1 documents: no store was given",))


def test_a_store_that_does_not_answer_is_no_verdict(kept: Kept, tmp_path: Path) -> None:
    secret = tmp_path / "wrong"
    secret.write_text("wrong")
    changes = {"s3_bucket": "dokumen", "s3_endpoint": "http://127.0.0.1:9"} | {
        f"s3_{name}_key_file": secret for name in ("access", "secret")
    }
    kept.settings = kept.settings.model_copy(update=changes)
    found = kept.verify()
    assert found.ok
    assert found.unchecked == (
        "the bytes of documents: the bucket does not answer as it should (GenericError)",
    )
