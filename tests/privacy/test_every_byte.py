"""A word is found among bytes in whatever way it was written."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from urllib.parse import quote

from tests.privacy.every_byte import files_that_tell


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
    ways |= {f"base64-{n}": base64.b64encode(b"abc"[:n] + word.encode() + b"tail") for n in range(3)}
    for name, content in ways.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "innocent").write_bytes(b"Zulkarnain, base64 and other words")
    assert {Path(file).name for file in files_that_tell([tmp_path], [word])} == {*ways}
