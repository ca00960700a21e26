"""Bytes that lie packed inside others: deflate in zlib, gzip, ZIP and PDF, bzip2, xz, wherever they begin."""

from __future__ import annotations

import bz2
import lzma
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from mmap import mmap
from typing import Protocol

# What packed bytes begin with. A ZIP's member has 30 bytes, a name and an extra field before them.
BEGINNING = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08|PK\x03\x04|BZh[1-9]1AY&SY|\xfd7zXZ\x00")
ZIP_HEADER = 30
# A piece that fails gives nothing, so pieces are small: what stands before the damage is found.
PIECE, LARGEST, DEEPEST = 512, 256 * 2**20, 3


class _Opener(Protocol):
    @property
    def eof(self) -> bool: ...

    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes: ...


OPENERS: dict[bytes, tuple[str, Callable[[], _Opener]]] = {
    b"x": ("zlib", zlib.decompressobj),
    b"\x1f": ("gzip", lambda: zlib.decompressobj(31)),
    b"P": ("zip", lambda: zlib.decompressobj(-15)),
    b"B": ("bzip2", bz2.BZ2Decompressor),
    b"\xfd": ("xz", lzma.LZMADecompressor),
}


def unpacked(content: bytes | mmap, depth: int = 1) -> Iterator[tuple[str, bytes]]:
    """`(way, bytes)` of all that opens, also what lies packed in it. Two bytes may look like a beginning by
    chance: what opens to nothing is none.
    """
    for found in BEGINNING.finditer(content):
        way, opener = OPENERS[found.group()[:1]]
        opened = _open(content, _start(content, found.start()) if way == "zip" else found.start(), opener())
        if opened:
            yield way, opened
            if depth < DEEPEST:
                yield from ((f"{way}, {inner}", more) for inner, more in unpacked(opened, depth + 1))


def _start(content: bytes | mmap, header: int) -> int:
    lengths = content[header + ZIP_HEADER - 4 : header + ZIP_HEADER]
    return header + ZIP_HEADER + sum(struct.unpack("<HH", lengths)) if len(lengths) == 4 else len(content)


def _open(content: bytes | mmap, start: int, opener: _Opener) -> bytes:
    """What could be opened before the end, or before it turned out to be something else."""
    found = bytearray()
    try:
        for place in range(start, len(content), PIECE):
            found += opener.decompress(content[place : place + PIECE])
            if opener.eof or len(found) > LARGEST:
                break
    except (zlib.error, OSError, EOFError, lzma.LZMAError):
        pass
    return bytes(found)
