"""What leaves the building that is about no single person: bundles, exports of the ledger, lists."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import StringConstraints

from domain.event import Event

Taken = Literal["query_bundle", "case_bundle", "export", "workbook", "quality_list"]
Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class EvidenceTaken(Event):
    """Somebody took `records` records, or rows, of a tree of `tree_size` and `root` away in a file whose
    SHA-256 is `sha256`. Purpose, query and `account` (of the machine on which an operator's command ran) are
    sealed, under a key of this event alone. Whose file was opened with it is a PersonalDataRead besides.
    """

    PERSONAL = frozenset({"purpose", "query", "account"})

    taking_id: str
    what: Taken
    records: int
    tree_size: int
    root: Hash | None = None
    sha256: Hash | None = None
    purpose: str | None = None
    query: dict[str, Any] | None = None
    account: str | None = None
