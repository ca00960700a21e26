"""The codes under which the public asks for decrees: each is the one that the agency's key gives."""

from __future__ import annotations

from collections.abc import Iterable

from audit.findings import Findings
from domain import events as ev
from domain import rank_events as rk
from domain.decree_codes import code_hash, rank_code
from ledger.decree_code import decree_code, rank_code_key
from ledger.mirror import action_id_of
from ledger.record import StoredEvent


def check_decree_codes(issued: Iterable[StoredEvent], sealing_key: bytes | None, findings: Findings) -> None:
    """Another code would let somebody print a QR code that answers for a decree that is not theirs."""
    if sealing_key is None:
        return
    for stored in issued:
        event = stored.event
        if not isinstance(event, ev.DecreeIssued | rk.RankDecreeIssued) or event.code_hash is None:
            continue
        if isinstance(event, rk.RankDecreeIssued):
            code = rank_code(rank_code_key(sealing_key, event.list_id), event.person_id)
        else:
            code = decree_code(sealing_key, action_id_of(stored.stream))
        if event.code_hash != code_hash(code):
            findings.add("decree-code-differs", stored.position, f"the code of {event.number} is another's")
