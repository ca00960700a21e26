"""Looking for words in every byte that was written, in whatever way the bytes were encoded or packed."""

from __future__ import annotations

import base64
import json
import mmap
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

from tests.privacy.packed import unpacked

CHUNK = 16 * 2**20


def written_as(word: str) -> dict[str, bytes]:
    """The byte strings that tell of `word`, by how it was written."""
    found: dict[str, bytes] = {}
    for case, text in (("", word), (" upper", word.upper()), (" lower", word.casefold())):
        plain = text.encode()
        found |= {
            f"UTF-8{case}": plain,
            f"UTF-16 LE{case}": text.encode("utf-16-le"),
            f"UTF-16 BE{case}": text.encode("utf-16-be"),
            f"Latin-1{case}": text.encode("latin-1"),
            f"JSON{case}": json.dumps(text)[1:-1].encode(),
            f"hexadecimal{case}": plain.hex().encode(),
            f"HEXADECIMAL{case}": plain.hex().upper().encode(),
            f"URL{case}": quote(text).encode(),
            f"URL form{case}": quote_plus(text).encode(),
        }
        for shift in range(3):
            # Where the word begins within a group of three bytes is the neighbour's affair.
            coded = base64.b64encode(b"\0" * shift + plain)
            inner = coded[(shift * 4 + 2) // 3 : len(coded) - 4 if coded.endswith(b"=") else None]
            found |= {
                f"base64+{shift}{case}": inner,
                f"base64url+{shift}{case}": inner.translate(bytes.maketrans(b"+/", b"-_")),
            }
    return found


def files_that_tell(folders: Iterable[Path], words: Iterable[str]) -> dict[str, list[str]]:
    """Files below the folders that hold one of the words, each with the ways in which they do."""
    patterns: dict[bytes, str] = {}
    for word in words:
        for way, pattern in written_as(word).items():
            patterns.setdefault(pattern, f"{word} in {way}")
    longest = max(map(len, patterns))
    told: dict[str, list[str]] = {}
    for folder in folders:
        for file in sorted(folder.rglob("*")):
            ways: set[str] = set()
            if file.is_file():
                for window in windows(file, longest):
                    ways |= {way for pattern, way in patterns.items() if pattern in window}
                for packing, opened in inside(file):
                    ways |= {f"{way} in {packing}" for pattern, way in patterns.items() if pattern in opened}
            if ways:
                told[str(file)] = sorted(ways)
    return told


def windows(file: Path, overlap: int) -> Iterator[bytes]:
    """The file in pieces of which each begins with the end of the one before; one that went is empty."""
    kept = b""
    try:
        with file.open("rb") as stream:
            while piece := stream.read(CHUNK):
                yield kept + piece
                kept = piece[-overlap:]
    except FileNotFoundError:
        return


def inside(file: Path) -> Iterator[tuple[str, bytes]]:
    """What lies packed in the file, with the way in which; nothing of one that is empty or went."""
    try:
        with file.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
            yield from unpacked(content)
    except (FileNotFoundError, ValueError):
        return
