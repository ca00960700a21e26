"""Encryption of everything Temporal is told: arguments, results, signals, failures.

AES-256-GCM (NIST SP 800-38D) under a key in an owner-only file; each payload names its key, so that keys
can be replaced while processes run. What was written before there was a key is read as it is.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import (
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    PayloadCodec,
)

from proofs.keys import place_file, sync_directory

ENCODING = b"binary/encrypted"
KEY_ID = "encryption-key-id"
BOUND_TO = b"jenjang/temporal"
NONCE_BYTES = 12


class CodecKeysUnsafe(Exception):
    """The file of keys may be read by others, or is not whole."""


class UnknownCodecKey(Exception):
    """A payload was encrypted under a key that the file does not hold."""


@dataclass(frozen=True)
class CodecKeys:
    """Keys by id (32 bytes each); `current` encrypts, all decrypt."""

    current: str
    keys: dict[str, bytes] = field(repr=False)


def load_or_create_keys(path: Path) -> CodecKeys:
    """The keys, one generated at first use. Raises CodecKeysUnsafe."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        key_id = secrets.token_hex(4)
        place_file(path, _text(CodecKeys(key_id, {key_id: secrets.token_bytes(32)})), mode=0o600)
    if path.stat().st_mode & 0o077:
        raise CodecKeysUnsafe(f"{path} may be read by others; run: chmod 600 {path}")
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        keys = {key_id: bytes.fromhex(key) for key_id, key in document["keys"].items()}
        current = document["current"]
    except (ValueError, KeyError, AttributeError) as error:
        raise CodecKeysUnsafe(f"{path} holds no keys") from error
    if current not in keys or any(len(key) != 32 for key in keys.values()):
        raise CodecKeysUnsafe(f"{path} does not hold its current key, or one of another length than 32 bytes")
    return CodecKeys(current, keys)


def rotate(path: Path) -> CodecKeys:
    """A new current key beside the old ones, which histories that are there still need. Raises
    CodecKeysUnsafe.
    """
    known = load_or_create_keys(path)
    key_id = secrets.token_hex(4)
    made = CodecKeys(key_id, known.keys | {key_id: secrets.token_bytes(32)})
    draft = path.with_name(f".{path.name}.{key_id}")
    place_file(draft, _text(made), mode=0o600)
    draft.replace(path)
    sync_directory(path.parent)  # before anything is closed under a key that a power cut would take back
    return made


class EncryptionCodec(PayloadCodec):
    """Encrypts with the current key of a file and reads the file again for a key it does not know."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._keys = load_or_create_keys(path)

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        key_id, cipher = self._keys.current, AESGCM(self._keys.keys[self._keys.current])
        return [_encrypted(payload, key_id, cipher) for payload in payloads]

    async def decode(self, payloads: Iterable[Payload]) -> list[Payload]:
        """Raises UnknownCodecKey, and InvalidTag for what was altered."""
        return [
            self._decrypted(payload) if payload.metadata.get("encoding") == ENCODING else payload
            for payload in payloads
        ]

    def _decrypted(self, payload: Payload) -> Payload:
        key_id = payload.metadata.get(KEY_ID, b"").decode("ascii", "replace")
        if key_id not in self._keys.keys:
            self._keys = load_or_create_keys(self._path)
        key = self._keys.keys.get(key_id)
        if key is None:
            raise UnknownCodecKey(f"there is no key {key_id!r} in {self._path}")
        if len(payload.data) < NONCE_BYTES:
            raise InvalidTag
        opened = AESGCM(key).decrypt(payload.data[:NONCE_BYTES], payload.data[NONCE_BYTES:], BOUND_TO)
        return Payload.FromString(opened)


def encrypting_converter(path: Path) -> DataConverter:
    """Pydantic models, encrypted; messages and stack traces of failures too."""
    return replace(
        pydantic_data_converter,
        payload_codec=EncryptionCodec(path),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


def _encrypted(payload: Payload, key_id: str, cipher: AESGCM) -> Payload:
    nonce = secrets.token_bytes(NONCE_BYTES)
    box = nonce + cipher.encrypt(nonce, payload.SerializeToString(), BOUND_TO)
    return Payload(metadata={"encoding": ENCODING, KEY_ID: key_id.encode()}, data=box)


def _text(keys: CodecKeys) -> str:
    return json.dumps(
        {"current": keys.current, "keys": {key_id: key.hex() for key_id, key in keys.keys.items()}}
    )
