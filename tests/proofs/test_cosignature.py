"""Cosignatures: a witness's key, its word over a checkpoint with a moment, and what does not count."""

from __future__ import annotations

import pytest

from proofs.cosignature import LATEST, WitnessKey, cosign, read_cosignatures, witness_key
from proofs.errors import MalformedVerifierKey, SignatureInvalid
from proofs.keys import Signer
from proofs.signed_note import VerifierKey, parse_note, verify_note

# The example of C2SP tlog-cosignature, whose message is printed there as well.
TEXT = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
PUBLISHED = (
    TEXT + "\n— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/"
    "Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin"
    "1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)
AT = 1_679_315_147
SAKSI = Signer("inspektorat.example/saksi", bytes(range(32)))
OTHER = Signer("inspektorat.example/saksi", bytes(32))


def cosigned(*lines: str) -> str:
    return f"{TEXT}\n{''.join(lines)}"


def test_the_published_cosignature_is_taken_apart_as_the_format_says() -> None:
    line = parse_note(PUBLISHED).signatures[1]
    assert line.name == "witness.example.com/w1"
    assert line.key_id.hex() == "8d66cf3f"
    assert int.from_bytes(line.signature[:8], "big") == AT
    assert len(line.signature) == 8 + 64


def test_the_message_is_header_moment_and_whole_text() -> None:
    """Word for word the message that the format prints, checked as a plain signature."""
    line = parse_note(cosigned(cosign(TEXT, SAKSI, AT))).signatures[0]
    message = f"cosignature/v1\ntime {AT}\n{TEXT}".encode()
    assert SAKSI.verifier_key.signed(message, line.signature[8:])
    assert not SAKSI.verifier_key.signed(TEXT.encode(), line.signature[8:])


def test_a_witness_key_has_its_own_type_and_id() -> None:
    key = witness_key(SAKSI)
    assert WitnessKey.parse(str(key)) == key
    assert key.key_id != SAKSI.verifier_key.key_id
    with pytest.raises(MalformedVerifierKey, match="0x04"):
        WitnessKey.parse(str(SAKSI.verifier_key))
    with pytest.raises(MalformedVerifierKey, match="0x01"):
        VerifierKey.parse(str(key))


def test_a_cosignature_counts_for_its_text_and_moment_only() -> None:
    key = witness_key(SAKSI)
    line = cosign(TEXT, SAKSI, AT)
    good, bad = read_cosignatures(TEXT, parse_note(cosigned(line)).signatures, [key])
    assert [(found.witness, found.at) for found in good] == [(key, AT)]
    assert bad == []
    elsewhere = read_cosignatures(
        TEXT.replace("20852163", "20852164"), parse_note(cosigned(line)).signatures, [key]
    )
    assert elsewhere == ([], [key])


def test_the_newest_of_several_counts_and_strangers_are_passed_over() -> None:
    note = parse_note(
        cosigned(cosign(TEXT, SAKSI, AT), cosign(TEXT, SAKSI, AT + 60), cosign(TEXT, OTHER, AT))
    )
    good, bad = read_cosignatures(note.text, note.signatures, [witness_key(SAKSI)])
    assert [found.at for found in good] == [AT + 60]
    assert bad == []


def test_a_note_function_verifies_log_and_witness_together() -> None:
    note = cosigned(cosign(TEXT, SAKSI, AT))
    assert verify_note(note, [witness_key(SAKSI)]).signers == (witness_key(SAKSI),)
    broken = note.replace("20852163", "20852164")
    with pytest.raises(SignatureInvalid):
        verify_note(broken, [witness_key(SAKSI)])


@pytest.mark.parametrize("at", [0, -1, LATEST + 1])
def test_no_moment_outside_the_format_is_signed(at: int) -> None:
    with pytest.raises(ValueError, match="no moment"):
        cosign(TEXT, SAKSI, at)


def test_short_signatures_are_no_cosignatures() -> None:
    key = witness_key(SAKSI)
    for length in (0, 7, 8, 71, 73):
        assert not key.signed(TEXT.encode(), bytes(length))
