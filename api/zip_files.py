"""Zip files that are made for one caller: whole before the first byte goes out, and forgotten afterwards."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from typing import Any, BinaryIO

from fastapi.responses import StreamingResponse
from starlette.background import BackgroundTask

ZIP = "application/zip"
# Up to this size a file is made in memory, beyond it on disk without a name.
KEPT_IN_MEMORY = 8 * 2**20
CHUNK = 64 * 2**10


def zip_file(name: str, write: Callable[[BinaryIO], None]) -> StreamingResponse:
    """What `write` writes, as a file to be saved as `name`.zip. Raises what `write` raises."""
    out: BinaryIO = tempfile.SpooledTemporaryFile(max_size=KEPT_IN_MEMORY)  # type: ignore[assignment]  # noqa: SIM115
    try:
        write(out)
    except BaseException:
        out.close()
        raise
    out.seek(0)
    headers = {"Content-Disposition": f'attachment; filename="{name}.zip"'}
    chunks = iter(partial(out.read, CHUNK), b"")
    return StreamingResponse(chunks, media_type=ZIP, headers=headers, background=BackgroundTask(out.close))


def described(what: str) -> dict[int | str, dict[str, Any]]:
    """The answer's description for OpenAPI."""
    return {
        200: {"description": what, "content": {ZIP: {"schema": {"type": "string", "format": "binary"}}}},
    }
