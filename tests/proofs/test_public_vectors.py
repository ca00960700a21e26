"""Examples that the formats themselves publish (C2SP, RFC 8032), by library and stand-alone verifier."""

from __future__ import annotations

import pytest

from evidence import verify_bundle
from proofs.checkpoint import Checkpoint
from proofs.keys import Signer
from proofs.signed_note import VerifierKey, ed25519_signed, parse_note, sign_note, verify_note
from tests.proofs.test_cosignature import PUBLISHED, TEXT

# C2SP signed-note, "Example" of verifier keys.
FOO = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
FOO_NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu7"
    "2IneyaQM=\n"
)
# C2SP signed-note, its first example: a text with an empty line in it.
POEM = (
    "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n"
    "— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj"
    "99ihAQwaqP3ZekRwNtIc=\n"
)
# RFC 8032 §7.1, TEST 1 to TEST 3: public key, message, signature.
ED25519 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


def test_the_published_note_verifies_with_its_published_key() -> None:
    verified = verify_note(FOO_NOTE, [VerifierKey.parse(FOO)])
    assert verified.text == "This is an example message.\n"
    assert str(verified.signers[0]) == FOO
    text, key, signatures = verify_bundle._signatures(FOO_NOTE, FOO, b"\x01")
    assert [verify_bundle.signed(key, text.encode(), signature) for signature in signatures] == [True]


def test_a_text_may_have_an_empty_line_of_its_own() -> None:
    note = parse_note(POEM)
    assert note.text.endswith("sole:\n\ned è subito sera.\n")
    assert [(line.name, line.key_id.hex()) for line in note.signatures] == [
        ("quasimodo.example/salvatore", "367ba04b")
    ]


def test_the_published_checkpoint_is_taken_apart_with_all_its_signatures() -> None:
    note = parse_note(PUBLISHED)
    assert note.text == TEXT
    assert [line.key_id.hex() for line in note.signatures] == ["033de0ae", "8d66cf3f"]
    head = Checkpoint.parse(note.text)
    assert (head.origin, head.size) == ("example.com/behind-the-sofa", 20_852_163)


@pytest.mark.parametrize(("key", "message", "signature"), ED25519)
def test_rfc_8032_vectors_verify_in_both_implementations(key: str, message: str, signature: str) -> None:
    public, text, signed = (bytes.fromhex(value) for value in (key, message, signature))
    for verify in (ed25519_signed, verify_bundle.signed):
        assert verify(public, text, signed)
        assert not verify(public, text + b"\x00", signed)
        assert not verify(public, text, signed[:-1] + bytes([signed[-1] ^ 1]))


def test_what_is_signed_here_is_of_the_published_form() -> None:
    signer = Signer("example.com/behind-the-sofa", bytes(range(32)))
    note = sign_note(TEXT, signer)
    assert note.startswith(f"{TEXT}\n— example.com/behind-the-sofa ")
    assert verify_note(note, [signer.verifier_key]).text == TEXT
