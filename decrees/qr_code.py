"""A QR code as SVG for Typst (ISO/IEC 18004, error correction M)."""

from __future__ import annotations

import io

import segno


def qr_svg(address: str) -> str:
    """The code that leads to an address."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="svg", border=1, xmldecl=False)
    return out.getvalue().decode()
