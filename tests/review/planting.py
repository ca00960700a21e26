"""Records put into a ledger past the program, hashes and head right: what a question has to find."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import insert, select, update

from installation import Installation
from ledger import schema
from ledger.record import category_of, encode
from proofs.merkle import Frontier, leaf_hash

Document = dict[str, Any]


def plant(installation: Installation, *documents: Document) -> list[int]:
    """Append records, each with `stream`, `type` and `data`, and perhaps `actor`, `recorded_at` and
    `causation_id`; their positions.
    """
    positions = []
    with installation.writing_engine.begin() as connection:
        stored = connection.execute(select(schema.head)).mappings().one()
        frontier, position = Frontier.from_bytes(bytes(stored["frontier"])), stored["size"]
        at = stored["recorded_at"]
        for given in documents:
            stream = given["stream"]
            versions = select(schema.events.c.version).where(schema.events.c.stream == stream)
            known = connection.execute(versions.order_by(schema.events.c.version.desc())).scalars().first()
            document = {
                "id": str(uuid.uuid4()),
                "schema": 1,
                "position": position,
                "version": (known or 0) + 1,
                "recorded_at": at,
                "actor": {"kind": "system", "id": "jenjang"},
                "correlation_id": str(uuid.uuid4()),
                "causation_id": str(uuid.uuid4()),
                "commit": position,
                "wakes": False,
            } | given
            at = max(at, document["recorded_at"])
            record = encode(document)
            frontier.append(leaf_hash(record))
            row = {
                "position": position,
                "record": record,
                "leaf_hash": leaf_hash(record),
                "stream": stream,
                "version": document["version"],
                "category": category_of(stream),
                "type": document["type"],
                "actor": document["actor"]["id"],
                "recorded_at": document["recorded_at"],
                "wakes": 0,
            }
            connection.execute(insert(schema.events), [row])
            positions.append(position)
            position += 1
        connection.execute(
            update(schema.head).values(size=position, frontier=frontier.to_bytes(), recorded_at=at)
        )
    return positions


class Case:
    """A case made of planted records."""

    def __init__(self, installation: Installation, **submitted: Any) -> None:
        self.installation = installation
        self.id = str(uuid.uuid4())
        self.stream = f"personnel-action/{self.id}"
        policy = submitted.pop("policy_id", "kota-serang/2026-01")
        first = {
            "action_id": self.id,
            "kind": "mutation",
            "variant": "within_agency",
            "subject_id": str(uuid.uuid4()),
            "effective_date": "2026-12-01",
            "policy_id": policy,
            "policy_hash": "0" * 64,
            "calendar_version": "weekends-only",
            "steps": ["unit_file_check", "bkn_review", "appointing_decision"],
            "inauguration": False,
            "origin_unit_id": "U-1",
        }
        self.add("ActionSubmitted", first | submitted)

    def add(self, type_: str, data: Document, *, by: str | None = None, **more: Any) -> int:
        actor = {"actor": {"kind": "person", "id": by}} if by else {}
        (position,) = plant(
            self.installation, {"stream": self.stream, "type": type_, "data": data} | actor | more
        )
        return position

    def decided(
        self, step: str, by: str, signature: Document | None = None, *, outcome: str = "approve", **more: Any
    ) -> int:
        signed = {"office": f"office_of_{step}", "capacity": "D"} | (signature or {})
        data = {"task_id": str(uuid.uuid4()), "step": step, "outcome": outcome, "signature": signed}
        return self.add("TaskCompleted", data | more.pop("data", {}), by=by, **more)
