"""Signed notes: what the reference implementation publishes is reproduced, what is malformed is named."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofs.errors import (
    AmbiguousVerifierKeys,
    AuditError,
    InvalidKeyName,
    MalformedNote,
    MalformedSignatureLine,
    MalformedVerifierKey,
    NoKnownSignature,
    NoteHasControlCharacter,
    NoteNotUtf8,
    NoteTooLong,
    NoteWithoutFinalNewline,
    NoteWithoutSignatures,
    SignatureInvalid,
    TooManySignatures,
)
from proofs.keys import Signer
from proofs.signed_note import VerifierKey, key_hash, parse_note, sign_note, verify_note

# The example of Go's golang.org/x/mod/sumdb/note, which C2SP signed-note writes down.
VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SKEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNATURE = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
LINE = f"— PeterNeumann {SIGNATURE}\n"
NOTE = f"{TEXT}\n{LINE}"
PETER = VerifierKey.parse(VKEY)

# C2SP tlog-cosignature: a checkpoint with the log's signature and a witness's timestamped cosignature.
COSIGNED = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 "
    "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)


def test_the_published_note_verifies() -> None:
    verified = verify_note(NOTE, [PETER])
    assert verified.text == TEXT
    assert verified.signers == (PETER,)
    assert verified.ignored == ()


def test_the_published_key_signs_the_published_note_byte_for_byte() -> None:
    assert sign_note(TEXT, Signer.from_text(SKEY)) == NOTE
    assert Signer.from_text(SKEY).to_text() == SKEY + "\n"
    assert Signer.from_text(SKEY).vkey == VKEY


def test_the_published_verifier_key_reads_and_writes_the_same() -> None:
    assert str(PETER) == VKEY
    assert PETER.key_id.hex() == key_hash(PETER.name, PETER.public_key).hex() == "c74f20a3"


def test_no_part_of_a_verifier_key_is_one() -> None:
    for start in range(len(VKEY)):
        for stop in range(start + 1, len(VKEY) + 1):
            if (start, stop) != (0, len(VKEY)):
                with pytest.raises((MalformedVerifierKey, InvalidKeyName)):
                    VerifierKey.parse(VKEY[start:stop])


def test_no_neighbour_of_a_verifier_key_is_one() -> None:
    for at, character in enumerate(VKEY):
        with pytest.raises((MalformedVerifierKey, InvalidKeyName)):
            VerifierKey.parse(VKEY[:at] + chr(ord(character) + 1) + VKEY[at + 1 :])


@pytest.mark.parametrize(
    ("vkey", "reason"),
    [
        ("PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==", "canonical"),
        ("PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADK", "32 bytes"),
        ("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "type 0x01"),
        (VKEY.replace("c74f20a3", "c74f20a4"), "key id should be"),
        (VKEY.replace("c74f20a3", "C74F20A3"), "lower-case"),
        (VKEY.replace("c74f20a3", "c74f20a"), "8 lower-case"),
        (VKEY + "\n", "base64"),
        (VKEY.replace("ARpc", "AR pc"), "base64"),
        ("PeterNeumann+c74f20a3", "not <name>"),
        ("", "not <name>"),
    ],
)
def test_malformed_verifier_keys_say_what_is_wrong(vkey: str, reason: str) -> None:
    with pytest.raises(MalformedVerifierKey, match=reason):
        VerifierKey.parse(vkey)


@pytest.mark.parametrize("name", ["", "two words", "no\u00a0break", "a+b", "tab\there", "line\nbreak"])
def test_names_that_would_break_a_signature_line_are_refused(name: str) -> None:
    with pytest.raises(InvalidKeyName):
        VerifierKey(name, PETER.public_key)


@pytest.mark.parametrize(
    ("note", "error"),
    [
        (TEXT, NoteWithoutSignatures),
        (TEXT + "\n", NoteWithoutSignatures),
        (TEXT + LINE, NoteWithoutSignatures),
        ("\n" + LINE, NoteWithoutSignatures),
        ("", NoteWithoutFinalNewline),
        (NOTE.removesuffix("\n"), NoteWithoutFinalNewline),
        ("\x01" + NOTE, NoteHasControlCharacter),
        (NOTE.replace("\n", "\r\n"), NoteHasControlCharacter),
        (NOTE.replace("your", "your\t"), NoteHasControlCharacter),
        (NOTE.encode().replace(b"If", b"\xff"), NoteNotUtf8),
        (NOTE.encode().replace(b"If", b"\xc0\xaf"), NoteNotUtf8),
        (NOTE.replace("If", "\ud800"), NoteNotUtf8),
        ("x" * (1 << 20) + "\n\n" + LINE, NoteTooLong),
        (TEXT + "\n" + LINE * 101, TooManySignatures),
        (NOTE + "Unexpected line.\n", MalformedSignatureLine),
        (NOTE.replace("— ", "- "), MalformedSignatureLine),
        (NOTE.replace("— ", "– "), MalformedSignatureLine),
        (NOTE.replace("— ", "—  "), MalformedSignatureLine),
        (NOTE.replace("— ", "—\u00a0"), MalformedSignatureLine),
        (NOTE.replace("— ", " — "), MalformedSignatureLine),
        (NOTE.replace("— PeterNeumann", "— Bad Name"), MalformedSignatureLine),
        (NOTE.replace("— PeterNeumann", "— Bad+Name"), MalformedSignatureLine),
        (NOTE.replace("— PeterNeumann", "— Bad\u2003Name"), MalformedSignatureLine),
        (NOTE.replace("— PeterNeumann", "— "), MalformedSignatureLine),
        (NOTE.replace(SIGNATURE, ""), MalformedSignatureLine),
        (NOTE.replace(SIGNATURE, SIGNATURE.rstrip("=")), MalformedSignatureLine),
        (NOTE.replace(SIGNATURE, SIGNATURE + "AAAA"), MalformedSignatureLine),
        (NOTE.replace(SIGNATURE, SIGNATURE.replace("/", "_")), MalformedSignatureLine),
        (NOTE.replace(SIGNATURE, SIGNATURE.replace("AM=", "AN=")), MalformedSignatureLine),
        (NOTE.replace(SIGNATURE, "x08gow=="), MalformedSignatureLine),
        (NOTE.replace(SIGNATURE, SIGNATURE + " "), MalformedSignatureLine),
    ],
)
def test_malformed_notes_are_named_by_kind(note: str | bytes, error: type[MalformedNote]) -> None:
    with pytest.raises(MalformedNote) as caught:
        verify_note(note, [PETER])
    assert type(caught.value) is error
    assert str(caught.value)[:4] == "The "


def test_an_altered_text_is_not_believed() -> None:
    with pytest.raises(SignatureInvalid, match=r"PeterNeumann\+c74f20a3"):
        verify_note(NOTE.replace("cryptography", "cryptographY"), [PETER])


def test_a_note_nobody_we_know_signed_is_not_believed() -> None:
    with pytest.raises(NoKnownSignature, match="PeterNeumann"):
        verify_note(NOTE, [])
    with pytest.raises(NoKnownSignature):
        verify_note(NOTE, [Signer("PeterNeumann", bytes(32)).verifier_key])


def test_cosignatures_of_strangers_are_ignored_and_kept() -> None:
    witness = Signer("inspektorat.example", bytes(32))
    note = NOTE + sign_note(TEXT, witness).rpartition("\n\n")[2]
    only_peter, both = verify_note(note, [PETER]), verify_note(note, [witness.verifier_key, PETER])
    assert [line.name for line in only_peter.ignored] == ["inspektorat.example"]
    assert only_peter.signers == (PETER,)
    assert both.signers == (PETER, witness.verifier_key)


def test_a_timestamped_cosignature_is_read_as_a_line_of_its_own() -> None:
    log, witness = parse_note(COSIGNED).signatures
    assert (log.name, log.key_id.hex(), len(log.signature)) == ("example.com/behind-the-sofa", "033de0ae", 64)
    assert (witness.name, witness.key_id.hex(), len(witness.signature)) == (
        "witness.example.com/w1",
        "8d66cf3f",
        72,
    )


def test_a_bad_line_of_a_known_key_rejects_the_whole_note() -> None:
    forged = base64.b64encode(base64.b64decode(SIGNATURE)[:4] + bytes(64)).decode()
    for lines in (LINE + LINE.replace(SIGNATURE, forged), LINE.replace(SIGNATURE, forged) + LINE):
        with pytest.raises(SignatureInvalid):
            verify_note(f"{TEXT}\n{lines}", [PETER])


def test_a_hundred_signatures_are_read() -> None:
    assert verify_note(TEXT + "\n" + LINE * 100, [PETER, PETER]).signers == (PETER,)


def test_two_keys_under_one_name_and_id_are_ambiguous(monkeypatch: pytest.MonkeyPatch) -> None:
    twin = VerifierKey("PeterNeumann", bytes(32))
    monkeypatch.setattr("proofs.signed_note.key_hash", lambda *_: bytes.fromhex("c74f20a3"))
    with pytest.raises(AmbiguousVerifierKeys, match="c74f20a3"):
        verify_note(NOTE, [PETER, twin])


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("no newline", NoteWithoutFinalNewline),
        ("", NoteWithoutFinalNewline),
        ("bell\a\n", NoteHasControlCharacter),
        ("\udfff\n", NoteNotUtf8),
    ],
)
def test_a_text_that_is_no_note_is_not_signed(text: str, error: type[MalformedNote]) -> None:
    with pytest.raises(error):
        sign_note(text, Signer.from_text(SKEY))


note_texts = st.text(st.characters(exclude_categories=["Cs"], min_codepoint=0x20) | st.just("\n")).map(
    lambda text: text + "\n"
)


@given(text=note_texts, seed=st.binary(min_size=32, max_size=32))
def test_every_signed_text_verifies_with_its_key(text: str, seed: bytes) -> None:
    signer = Signer("jenjang.kota-serang", seed)
    verified = verify_note(sign_note(text, signer).encode(), [VerifierKey.parse(signer.vkey)])
    assert verified.text == text


@given(
    at=st.integers(min_value=0, max_value=len(NOTE.encode()) - 1), bit=st.integers(min_value=0, max_value=7)
)
def test_a_note_with_one_bit_turned_is_never_believed(at: int, bit: int) -> None:
    turned = bytearray(NOTE.encode())
    turned[at] ^= 1 << bit
    with pytest.raises(AuditError):
        verify_note(bytes(turned), [PETER])


@given(noise=st.binary(max_size=80) | st.text(max_size=80))
def test_noise_is_refused_and_never_crashes(noise: str | bytes) -> None:
    with pytest.raises(AuditError):
        verify_note(noise, [PETER])
