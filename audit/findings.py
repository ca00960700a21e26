"""What a verification found: named anomalies with their place, and what could not be looked at."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

MOST_OF_A_CODE = 50


class CannotVerify(Exception):
    """Nothing can be said about this ledger; the sentence says why. Never a verdict."""


@dataclass(frozen=True)
class Finding:
    """One anomaly. `position` is the event's, None where no single event is concerned."""

    code: str
    position: int | None
    detail: str

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "position": self.position, "detail": self.detail}


@dataclass
class Findings:
    """Collects findings: of each code the first MOST_OF_A_CODE in full, the rest counted."""

    found: list[Finding] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    _counts: Counter[str] = field(default_factory=Counter)

    def add(self, code: str, position: int | None, detail: str) -> None:
        self._counts[code] += 1
        if self._counts[code] <= MOST_OF_A_CODE:
            printable = detail.encode("utf-8", "backslashreplace").decode()
            self.found.append(Finding(code, position, printable[:500]))

    def leave_unchecked(self, what: str) -> None:
        if what not in self.unchecked:
            self.unchecked.append(what)

    def all(self) -> tuple[Finding, ...]:
        more = [
            Finding(code, None, f"{count - MOST_OF_A_CODE} more of this kind")
            for code, count in self._counts.items()
            if count > MOST_OF_A_CODE
        ]
        return (*self.found, *more)


@dataclass(frozen=True)
class Witnessed:
    """The largest tree that a quorum cosigned: by whom and when, and who of the policy did not."""

    size: int
    by: tuple[tuple[str, str], ...]
    lacking: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        by = [{"witness": name, "at": at} for name, at in self.by]
        return {"size": self.size, "by": by, "lacking": list(self.lacking)}

    def as_text(self, size: int) -> str:
        by = ", ".join(f"{name} at {at}" for name, at in self.by)
        lacking = f"; without {', '.join(self.lacking)}" if self.lacking else ""
        return f"witnessed to size {self.size} ({size - self.size} events after it): {by}{lacking}"


@dataclass(frozen=True)
class Verification:
    """The verdict on a ledger of `size` events with the recomputed `root` (hexadecimal)."""

    size: int
    root: str
    findings: tuple[Finding, ...]
    unchecked: tuple[str, ...]
    witnessed: Witnessed | None = None

    @property
    def ok(self) -> bool:
        return not self.findings

    def as_json(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "size": self.size,
            "root": self.root,
            "findings": [finding.as_json() for finding in self.findings],
            "unchecked": list(self.unchecked),
            "witnessed": self.witnessed.as_json() if self.witnessed is not None else None,
        }

    def as_text(self) -> str:
        lines = [f"{self.size} events, root {self.root}"]
        for finding in self.findings:
            at = "" if finding.position is None else f" at position {finding.position}"
            lines.append(f"{finding.code}{at}: {finding.detail}")
        if self.witnessed is not None:
            lines.append(self.witnessed.as_text(self.size))
        lines += [f"not checked: {what}" for what in self.unchecked]
        lines.append("in order" if self.ok else f"{len(self.findings)} findings")
        return "\n".join(lines)
