"""What somebody may try so that a step passes without the document that it needs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain import commands as cmd
from domain.errors import (
    AlreadyExists,
    DateOutOfOrder,
    DocumentRejected,
    DocumentsLacking,
    ExcludedOwner,
    UnknownReference,
)
from domain.identity import SYSTEM
from domain.personnel_file import DocumentState
from tests.domain.test_personnel_file import file, state, strict, verify
from tests.domain.town import TUESDAY, Town, new_id, person

OTHER_BYTES = "1" * 64


@pytest.fixture
def town() -> Town:
    """Here the unit's officer approves nothing without a verified SK Jabatan."""
    return Town(policy=strict())


@pytest.fixture
def case(town: Town) -> str:
    return town.submit()


def lacks(town: Town, case: str) -> str:
    """How the document stands for which the step waits."""
    with pytest.raises(DocumentsLacking) as refused:
        town.decide(case, "kasubag")
    (lack,) = refused.value.facts["documents"]
    assert lack["document_type"] == "SK_JABATAN"
    return str(lack["state"])


@pytest.mark.parametrize("word", ["IJAZAH", "sk_jabatan", "887", "SK_JABATAN_LAMA"])
def test_a_verified_document_of_another_kind_is_not_the_one(town: Town, case: str, word: str) -> None:
    verify(town, file(town, "nurse", word, person("nurse")), "analyst")
    assert lacks(town, case) == "missing"


def test_a_verified_document_in_another_s_file_is_not_the_subject_s(town: Town, case: str) -> None:
    verify(town, file(town, "nurse_2", "SK_JABATAN", person("nurse_2")), "analyst")
    assert lacks(town, case) == "missing"


def test_a_request_cannot_rest_on_another_s_document_nor_on_none() -> None:
    town = Town()
    theirs = file(town, "nurse_2", "SK_JABATAN", person("nurse_2"))
    for document in (theirs, new_id()):
        with pytest.raises(UnknownReference):
            town.submit(document_ids=(document,))
    mine = file(town, "nurse", "SK_JABATAN", person("nurse"))
    assert town.state(town.submit(document_ids=(mine,))).document_ids == (mine,)


def test_who_filed_it_cannot_let_it_pass_by_their_own_verdict(town: Town, case: str) -> None:
    document = file(town, "nurse", "SK_JABATAN", person("kasubag"))
    with pytest.raises(ExcludedOwner):
        verify(town, document, "kasubag")
    assert lacks(town, case) == "unverified"


def test_a_document_that_lapsed_while_the_case_ran_stops_it(town: Town, case: str) -> None:
    verify(town, file(town, "nurse", "SK_JABATAN", person("nurse")), "analyst", valid_until=TUESDAY)
    assert state(town, "nurse", "SK_JABATAN") is DocumentState.VERIFIED
    town.now += timedelta(days=1)
    assert lacks(town, case) == "expired"


def test_a_document_that_an_officer_calls_expired_stops_it(town: Town, case: str) -> None:
    document = file(town, "nurse", "SK_JABATAN", person("nurse"))
    verify(town, document, "analyst")
    verify(town, document, "analyst", "expired", reason="sudah ada yang baru")
    assert lacks(town, case) == "expired"


def test_what_was_verified_cannot_be_exchanged(town: Town, case: str) -> None:
    """The verdict is on a document's bytes: others are another document, without a verdict."""
    document = file(town, "nurse", "SK_JABATAN", person("nurse"))
    verify(town, document, "analyst")
    exchanged = cmd.FileDocument(
        command_id=new_id(),
        actor=person("nurse"),
        document_id=document,
        person_id="nurse",
        document_type="SK_JABATAN",
        media_type="application/pdf",
        size_bytes=9,
        sha256=OTHER_BYTES,
        file_name="berkas.pdf",
    )
    with pytest.raises(AlreadyExists):
        town.send(exchanged)
    other = file(town, "nurse", "SK_JABATAN", person("nurse"), OTHER_BYTES)
    verify(town, document, "analyst", "rejected", reason="bukan miliknya")
    assert lacks(town, case) == "unverified"
    verify(town, other, "analyst")
    town.decide(case, "kasubag")


def test_rejected_bytes_do_not_come_in_again_by_any_word_for_the_same_kind(town: Town, case: str) -> None:
    document = file(town, "nurse", "SK_JABATAN", person("nurse"))
    verify(town, document, "analyst", "rejected", reason="hasil suntingan")
    for word in ("SK_JABATAN", "872"):
        with pytest.raises(DocumentRejected):
            file(town, "nurse", word, person("nurse"))
    assert lacks(town, case) == "rejected"
    file(town, "nurse", "IJAZAH", person("nurse"))  # rejected as this kind, not as every kind
    file(town, "nurse_2", "SK_JABATAN", person("nurse_2"))  # one decree may be of many people


def test_who_was_rejected_files_another_or_is_looked_at_again(town: Town, case: str) -> None:
    document = file(town, "nurse", "SK_JABATAN", person("nurse"))
    verify(town, document, "analyst", "rejected", reason="tidak terbaca")
    file(town, "nurse", "SK_JABATAN", person("nurse"), OTHER_BYTES)
    assert lacks(town, case) == "unverified"
    verify(town, document, "kasubag")
    town.decide(case, "kasubag")


def test_a_document_from_tomorrow_does_not_stretch_its_time() -> None:
    town = Town()
    with pytest.raises(DateOutOfOrder):
        file(town, "nurse", "EVALUASI_KINERJA", SYSTEM, issued_on=TUESDAY + timedelta(days=1))
    file(town, "nurse", "EVALUASI_KINERJA", SYSTEM, issued_on=TUESDAY)
