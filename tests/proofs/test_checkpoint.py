"""Checkpoints: the ledger's signed tree head, read strictly and believed only with its own key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofs.checkpoint import LARGEST_SIZE, Checkpoint, origin_of, sign, verify
from proofs.errors import InvalidKeyName, MalformedCheckpoint, NoKnownSignature, SignatureInvalid, WrongOrigin
from proofs.keys import Signer
from proofs.merkle import EMPTY_ROOT
from proofs.signed_note import sign_note

ORIGIN = origin_of("kota-serang")
SIGNER = Signer(ORIGIN, bytes(range(32)))
ROOT = bytes(range(32))
TEXT = "jenjang.kota-serang\n8\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
# The example of C2SP tlog-checkpoint.
SOFA = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"


def test_the_text_is_origin_size_and_root() -> None:
    assert Checkpoint(ORIGIN, 8, ROOT).text == TEXT
    assert Checkpoint.parse(TEXT) == Checkpoint(ORIGIN, 8, ROOT)


def test_the_published_checkpoint_reads_and_writes_the_same() -> None:
    checkpoint = Checkpoint.parse(SOFA)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20_852_163)
    assert checkpoint.root.hex() == "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62"
    assert checkpoint.text == SOFA


@given(size=st.integers(min_value=1, max_value=LARGEST_SIZE), root=st.binary(min_size=32, max_size=32))
def test_a_signed_checkpoint_is_verified_with_the_ledgers_key(size: int, root: bytes) -> None:
    checkpoint = Checkpoint(ORIGIN, size, root)
    assert verify(sign(checkpoint, SIGNER), [SIGNER.verifier_key], ORIGIN) == checkpoint


def test_an_empty_ledger_has_a_checkpoint() -> None:
    checkpoint = Checkpoint(ORIGIN, 0, EMPTY_ROOT)
    assert verify(sign(checkpoint, SIGNER), [SIGNER.verifier_key], ORIGIN) == checkpoint
    with pytest.raises(MalformedCheckpoint, match="without leaves"):
        Checkpoint(ORIGIN, 0, ROOT)


def test_extension_lines_are_tolerated() -> None:
    note = sign_note(TEXT + "an extension\nand another\n", SIGNER)
    assert verify(note, [SIGNER.verifier_key], ORIGIN) == Checkpoint(ORIGIN, 8, ROOT)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "three lines"),
        ("jenjang.kota-serang\n8\n", "three lines"),
        (TEXT.removesuffix("\n"), "three lines"),
        (TEXT + "extension", "three lines"),
        (TEXT + "\n", "empty line"),
        (TEXT + "\nextension\n", "empty line"),
        ("\n" + TEXT.partition("\n")[2], "empty line"),
        (TEXT.replace("\n8\n", "\n\n"), "empty line"),
        (TEXT.replace("\n8\n", "\n08\n"), "decimal"),
        (TEXT.replace("\n8\n", "\n+8\n"), "decimal"),
        (TEXT.replace("\n8\n", "\n-8\n"), "decimal"),
        (TEXT.replace("\n8\n", "\n8 \n"), "decimal"),
        (TEXT.replace("\n8\n", "\n0x8\n"), "decimal"),
        (TEXT.replace("\n8\n", "\n٨\n"), "decimal"),
        (TEXT.replace("\n8\n", "\n1_0\n"), "decimal"),
        (TEXT.replace("\n8\n", "\n" + "9" * 5000 + "\n"), "decimal"),
        (TEXT.replace("\n8\n", f"\n{1 << 63}\n"), "no tree"),
        (TEXT.replace("\n8\n", "\n0\n"), "without leaves"),
        (TEXT.replace("Hh8=", "Hh8"), "base64"),
        (TEXT.replace("Hh8=", "Hh9="), "base64"),
        (TEXT.replace("AAEC", "-_EC"), "base64"),
        (TEXT.replace("AAEC", ""), "29 bytes"),
    ],
)
def test_malformed_checkpoints_say_what_is_wrong(text: str, reason: str) -> None:
    with pytest.raises(MalformedCheckpoint, match=reason):
        Checkpoint.parse(text)


def test_another_ledgers_checkpoint_is_not_ours() -> None:
    with pytest.raises(WrongOrigin, match="kota-serang"):
        verify(sign(Checkpoint(ORIGIN, 8, ROOT), SIGNER), [SIGNER.verifier_key], origin_of("kota-cilegon"))


def test_a_signer_signs_for_its_own_ledger_only() -> None:
    with pytest.raises(WrongOrigin):
        sign(Checkpoint(origin_of("kota-cilegon"), 8, ROOT), SIGNER)


def test_a_witness_alone_does_not_speak_for_the_ledger() -> None:
    witness = Signer("inspektorat.example", bytes(32))
    note = sign_note(TEXT, witness)
    with pytest.raises(NoKnownSignature, match="inspektorat"):
        verify(note, [SIGNER.verifier_key, witness.verifier_key], ORIGIN)


def test_checkpoints_of_before_a_key_rotation_still_verify() -> None:
    successor = Signer(ORIGIN, bytes(32))
    keys = [SIGNER.verifier_key, successor.verifier_key]
    for signer in (SIGNER, successor):
        assert verify(sign(Checkpoint(ORIGIN, 8, ROOT), signer), keys, ORIGIN).size == 8


def test_an_altered_size_is_not_believed() -> None:
    with pytest.raises(SignatureInvalid):
        verify(
            sign(Checkpoint(ORIGIN, 8, ROOT), SIGNER).replace("\n8\n", "\n7\n"), [SIGNER.verifier_key], ORIGIN
        )


@pytest.mark.parametrize("agency", ["", "kota serang", "kota+serang", "kota\nserang"])
def test_an_agency_that_makes_no_key_name_is_refused(agency: str) -> None:
    with pytest.raises(InvalidKeyName):
        origin_of(agency)
