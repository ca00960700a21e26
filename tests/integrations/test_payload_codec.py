"""What Temporal is told is encrypted, under keys that can be replaced while processes run."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from temporalio.api.common.v1 import Payload

from integrations.payload_codec import (
    CodecKeysUnsafe,
    EncryptionCodec,
    UnknownCodecKey,
    load_or_create_keys,
    rotate,
)

PLAIN = Payload(metadata={"encoding": b"json/plain"}, data=b'"rahasia"')


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "temporal.keys"


def closed(codec: EncryptionCodec) -> Payload:
    return asyncio.run(codec.encode([PLAIN]))[0]


def opened(codec: EncryptionCodec, payload: Payload) -> Payload:
    return asyncio.run(codec.decode([payload]))[0]


def test_a_payload_is_closed_and_opened(path: Path) -> None:
    codec = EncryptionCodec(path)
    box = closed(codec)
    assert b"rahasia" not in box.SerializeToString()
    assert box.metadata["encryption-key-id"].decode() == load_or_create_keys(path).current
    assert opened(codec, box) == PLAIN


def test_the_same_twice_gives_other_bytes(path: Path) -> None:
    codec = EncryptionCodec(path)
    assert closed(codec).data != closed(codec).data


def test_what_was_written_before_there_was_a_key_is_read_as_it_is(path: Path) -> None:
    assert opened(EncryptionCodec(path), PLAIN) == PLAIN


def test_an_altered_payload_does_not_open(path: Path) -> None:
    codec = EncryptionCodec(path)
    box = closed(codec)
    box.data = box.data[:-1] + bytes([box.data[-1] ^ 1])
    with pytest.raises(InvalidTag):
        opened(codec, box)
    box.data = b"kurang"
    with pytest.raises(InvalidTag):
        opened(codec, box)


def test_after_a_rotation_running_processes_read_both_old_and_new(path: Path) -> None:
    running = EncryptionCodec(path)
    old = closed(running)
    rotate(path)
    restarted = EncryptionCodec(path)
    new = closed(restarted)
    assert old.metadata["encryption-key-id"] != new.metadata["encryption-key-id"]
    assert opened(restarted, old) == PLAIN
    assert opened(running, new) == PLAIN


def test_without_its_key_nothing_opens(path: Path) -> None:
    codec = EncryptionCodec(path)
    old = closed(codec)
    path.unlink()
    with pytest.raises(UnknownCodecKey):
        opened(EncryptionCodec(path), old)


def test_a_file_that_others_may_read_is_not_used(path: Path) -> None:
    load_or_create_keys(path)
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    with pytest.raises(CodecKeysUnsafe):
        load_or_create_keys(path)


@pytest.mark.parametrize(
    "text", ["", "{}", '{"current": "a", "keys": {}}', '{"current": "a", "keys": {"a": "00"}}']
)
def test_a_broken_file_is_not_replaced_in_silence(path: Path, text: str) -> None:
    load_or_create_keys(path)
    path.write_text(text)
    with pytest.raises(CodecKeysUnsafe):
        load_or_create_keys(path)
    assert path.read_text() == text
