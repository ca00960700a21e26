"""What the doctor found and did, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Repair(StrEnum):
    """What mends a finding without harm: two only make a process read the ledger again, one goes on with
    what a second person has consented to.
    """

    WAKE_PROCESS = "wake-process"
    END_PROCESS = "end-process"
    FINISH_ERASURE = "finish-erasure"


@dataclass(frozen=True)
class Finding:
    """One thing that is stuck: what, in which action, on which office, since when (UTC, ISO 8601).

    `repair` is what `doctor --repair` does about it; None where only people can help, and `advice`
    says how. `person_id` is whose erasure it is about.
    """

    code: str
    what: str
    action_id: str | None = None
    office: str | None = None
    since: str | None = None
    repair: Repair | None = None
    advice: str | None = None
    person_id: str | None = None


@dataclass
class Diagnosis:
    """All findings. `done` tells for each repaired finding what was done; `failed` what could not be."""

    checked_actions: int = 0
    findings: list[Finding] = field(default_factory=list)
    done: dict[Finding, str] = field(default_factory=dict)
    failed: dict[Finding, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong, or everything that was has been mended."""
        return all(finding in self.done for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "checked_actions": self.checked_actions,
            "findings": [
                asdict(finding) | {"repaired": finding in self.done, "repair_note": self._note(finding)}
                for finding in self.findings
            ],
        }

    def as_text(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        for finding in self.findings:
            place = f" [{finding.action_id}]" if finding.action_id else ""
            office = f", waits for {finding.office}" if finding.office else ""
            since = f", since {finding.since}" if finding.since else ""
            yield f"{finding.code}{place}: {finding.what}{office}{since}"
            note = self._note(finding)
            if note is not None:
                yield f"    {note}"
            elif finding.repair is not None:
                yield "    `jenjang doctor --repair` mends this"
            elif finding.advice is not None:
                yield f"    {finding.advice}"
        open_findings = sum(finding not in self.done for finding in self.findings)
        found = f"{len(self.findings)} findings, {open_findings} open" if self.findings else "all is well"
        yield f"{self.checked_actions} running actions checked: {found}"

    def _note(self, finding: Finding) -> str | None:
        return self.done.get(finding) or self.failed.get(finding)
