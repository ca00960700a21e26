"""A document in the files of two people goes when the last of them is erased, and not before."""

from __future__ import annotations

from typing import Any

import pytest

from domain.commands import FileDocument
from domain.identity import SYSTEM
from erasure import purge
from integrations.object_folder import ObjectFolder
from integrations.object_store import whole
from projections import documents
from tests.erasure.conftest import Somebody, erased, findings
from tests.world import new_id


def also_filed_for(somebody: Somebody, person_id: str) -> str:
    """Somebody's document in that person's file too; the hash of its bytes."""
    with somebody.installation.reader.engine.connect() as connection:
        document = documents.by_id(connection, somebody.document)
    assert document is not None
    copied = ("document_type", "media_type", "size_bytes", "sha256")
    somebody.installation.ledger.execute(
        FileDocument(
            command_id=new_id(),
            actor=SYSTEM,
            document_id=new_id(),
            person_id=person_id,
            file_name="sama.pdf",
            **{key: document[key] for key in copied},
        )
    )
    return str(document["sha256"])


def test_a_document_that_lies_in_another_s_file_too_stays(somebody: Somebody) -> None:
    sha256 = also_filed_for(somebody, somebody.world.movable()[3])
    erased(somebody)
    assert whole(somebody.installation.documents, sha256) is not None


def test_it_goes_with_the_last_of_them(somebody: Somebody) -> None:
    other = Somebody(somebody.world, somebody.world.movable()[3], (), somebody.document)
    sha256 = also_filed_for(somebody, other.person_id)
    erased(somebody)
    erased(other)
    assert whole(somebody.installation.documents, sha256) is None
    assert findings(somebody.installation) == []


def test_what_is_filed_for_another_while_the_bytes_go_comes_back(
    somebody: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    remove = ObjectFolder.remove
    filed: list[str] = []

    def removes(store: ObjectFolder, sha256: str) -> None:
        remove(store, sha256)
        filed.append(also_filed_for(somebody, somebody.world.movable()[3]))

    monkeypatch.setattr(ObjectFolder, "remove", removes)
    somebody.ask()
    somebody.consent()
    told: Any = purge.finish(somebody.installation, somebody.person_id)
    assert told.documents == 0
    (sha256,) = filed
    assert whole(somebody.installation.documents, sha256) is not None
    assert findings(somebody.installation) == []
