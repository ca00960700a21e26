"""Every code that verify can give is explained in docs/verify.md."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = re.compile(r'[(\[,]\s*"([a-z]+(?:-[a-z]+)+)",')


def test_every_code_is_explained() -> None:
    source = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "audit").glob("*.py"))
    explained = (ROOT / "docs" / "verify.md").read_text(encoding="utf-8")
    codes = set(CODE.findall(source))
    assert len(codes) > 60
    assert sorted(code for code in codes if f"`{code}`" not in explained) == []
