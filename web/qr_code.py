"""QR codes as SVG (ISO/IEC 18004)."""

from __future__ import annotations

import io


def svg(text: str) -> bytes:
    """`text` as a picture that scales: black on white also in the dark, with a quiet zone around it."""
    import segno  # noqa: PLC0415  (only the pages that show a code need it)

    picture = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        picture,
        kind="svg",
        scale=4,
        border=4,
        dark="#000",
        light="#fff",
        xmldecl=False,
        svgns=True,
        omitsize=True,
    )
    return picture.getvalue()
