"""A word is found among bytes in whatever way it was written."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import os
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from tests.privacy.every_byte import files_that_tell


def zipped(word: str) -> bytes:
    """A ZIP of a ZIP, as a workbook in a bundle."""
    content = word.encode()
    for name in ("sheet1.xml", "a.xlsx"):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, content)
        content = out.getvalue()
    return content


PACKED: dict[str, Callable[[str], bytes]] = {
    "pdf": lambda word: b"<< /Filter /FlateDecode >>stream\r\n" + zlib.compress(word.encode("utf-16-be")),
    "gzip": lambda word: gzip.compress(base64.b64encode(word.encode())),
    "zip": zipped,
    "bzip2": lambda word: bz2.compress(word.encode()),
    "xz": lambda word: lzma.compress(word.encode()),
    # A stream whose end was overwritten.
    "torn": lambda word: zlib.compress(word.encode() * 999 + os.urandom(4_000))[:-2_000] + b"\xff" * 2_000,
}


def test_a_word_is_found_in_whatever_way_it_was_written(tmp_path: Path) -> None:
    word = "Zulqarnaïn"
    ways = {
        "plain": word.encode(),
        "upper": word.upper().encode(),
        "utf16": word.encode("utf-16"),
        "json": json.dumps({"name": word}).encode(),
        "hex": f"xx{word.encode().hex()}".encode(),
        "url": quote(f"/v1/employees?q={word}").encode(),
        "across": b"x" * (16 * 2**20 - 4) + word.encode(),
    }
    ways |= {name: b"behind" + pack(word) for name, pack in PACKED.items()}
    ways |= {f"base64-{n}": base64.b64encode(b"abc"[:n] + word.encode() + b"tail") for n in range(3)}
    for name, content in ways.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "innocent").write_bytes(b"Zulkarnain, base64 and other words")
    assert {Path(file).name for file in files_that_tell([tmp_path], [word])} == {*ways}
