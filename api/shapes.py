"""The shapes of answers as OpenAPI describes them, with examples. Answers are built as plain dicts."""

from __future__ import annotations

from typing import Any

from api.problems import responses

ACTION_ID = "1b671a64-40d5-491e-99b0-da01ff1f3341"
TASK_ID = "6fa459ea-ee8a-5ca4-894e-db77e160355e"
PERSON_ID = "9b2d5c1e-3a5e-4c92-a1a7-0d0c8f3a2b11"

RECEIPT = {
    "position": 18342,
    "version": 4,
    "leaf_hash": "9f" * 32,
    "tree_size": 18343,
    "root": "3c" * 32,
    "recorded_at": "2026-11-24T02:15:07.120345Z",
    "signature": "3q2+7wAA…",
}
PERSON = {"id": PERSON_ID, "nip": "198503122010011007", "name": "Siti Aminah"}
ACTION = {
    "id": ACTION_ID,
    "kind": "mutation",
    "variant": "within_agency",
    "status": "in_review",
    "phase": "unit_review",
    "subject": PERSON,
    "effective_date": "2026-12-01",
    "reason": "kebutuhan organisasi",
    "policy": {"id": "kota-serang/2026-01", "version": "2026-01", "hash": "ab" * 32},
    "findings": [
        {
            "rule": "tenure_minimum",
            "outcome": "pass",
            "severity": "OVERRIDE",
            "citation": "Peraturan BKN 5/2019",
            "message": "Sudah minimal 2 tahun dalam jabatan.",
            "facts": {"years": 2},
            "remedy": None,
            "policy": {"id": "kota-serang/2026-01", "version": "2026-01", "hash": "ab" * 32},
        }
    ],
    "open_tasks": [{"id": TASK_ID, "step": "unit_file_check"}],
    "version": 3,
}
TASK = {
    "id": TASK_ID,
    "action_id": ACTION_ID,
    "kind": "mutation",
    "step": "unit_file_check",
    "office": "unit_personnel_officer@U-07",
    "state": "READY",
    "due_at": "2026-11-25T17:00:00.000000Z",
    "claimed_by": None,
    "allowed": ["claim", "delegate", "decide", "comment", "declare_conflict"],
    "form": None,
}
EVENT = {
    "id": "0e0e2c07-8a6f-5a43-9d65-41b1f6a0a9a2",
    "position": 18342,
    "stream": f"personnel-action/{ACTION_ID}",
    "version": 1,
    "type": "ActionSubmitted",
    "schema": 1,
    "recorded_at": "2026-11-24T02:15:07.120345Z",
    "actor": {"kind": "person", "id": PERSON_ID},
    "correlation_id": "5d2d4f0a-64b0-4f0c-8a58-1d7f3a1d2b77",
    "causation_id": "5d2d4f0a-64b0-4f0c-8a58-1d7f3a1d2b77",
    "data": {"action_id": ACTION_ID},
    "leaf_hash": "9f" * 32,
    "record_base64": "eyJhY3Rvci…",
    "personal": {"reason": "kebutuhan organisasi"},
}
CYCLE = {
    "id": ACTION_ID,
    "period_start": "2026-07-01",
    "period_end": "2026-12-31",
    "unit_ids": [],
    "status": "running",
    "opened_at": "2026-11-24T02:15:07.120345Z",
    "closed_at": None,
    "expected": 9217,
    "opened": 9217,
    "skipped": 0,
    "progress": {"total": 9217, "completed": 12, "ended": 12, "by_phase": {"planning": 9205}},
    "units": [
        {
            "unit": {"id": "OPD-01", "name": "Dinas Kesehatan"},
            "total": 900,
            "completed": 12,
            "ended": 12,
            "by_phase": {"planning": 888},
            "pattern": None,
        }
    ],
    "missing": None,
    "version": 24,
}
DISTRIBUTION = {
    "cycle_id": ACTION_ID,
    "unit": {"id": "OPD-01", "name": "Dinas Kesehatan"},
    "pattern": {
        "achievement": "BAIK",
        "document_number": "000.8/12-Org/2026",
        "expected_most_frequent": ["BAIK"],
        "citation": "PermenPANRB 6/2022",
        "doubt": None,
        "considered": None,
    },
    "counts": {"SANGAT_BAIK": 40, "BAIK": 800, "BUTUH_PERBAIKAN": 9, "KURANG": 2, "SANGAT_KURANG": 0},
    "most_frequent": ["BAIK"],
    "fits": True,
}
BATCH: dict[str, Any] = {
    "id": "5f0a52b8-30f1-4f7a-9a53-4f4f6f0b8a11",
    "state": "running",
    "form": "csv",
    "sha256": "4d" * 32,
    "rows": 100_000,
    "done": 2400,
    "started": 2390,
    "repeated": 0,
    "refused": 2,
    "faulty": 8,
    "received_at": "2026-11-24T02:15:07.120345Z",
    "finished_at": None,
}
BATCH_ROW: dict[str, Any] = {
    "row": 17,
    "outcome": "faulty",
    "action_id": None,
    "code": "unknown-reference",
    "fields": [{"field": "subject_nip", "message": ""}],
    "wrong": "Tidak dikenal: subject_nip.",
    "mend": "Periksa NIP, kode jabatan atau dokumen: tidak ada, atau bukan dalam wewenang Anda.",
}
EXAMPLES: dict[str, Any] = {
    "PersonnelAction": ACTION,
    "Batch": BATCH,
    "BatchDone": BATCH | {"state": "done", "items": [BATCH_ROW]},
    "BatchRows": {"items": [BATCH_ROW], "next": None},
    "EventsAnswer": {
        "items": [
            {
                "source": "/simpeg/kota-serang",
                "id": "b3f1c0de-7a52-4a51-9d6e-0d6a3f6c2d11",
                "status": 201,
                "action_id": ACTION_ID,
                "action_status": "in_review",
                "receipt": RECEIPT,
                "replayed": False,
            }
        ]
    },
    "PersonnelActionPage": {"items": [ACTION], "next": None},
    "EventPage": {"items": [EVENT], "next": None},
    "CommandAnswer": ACTION | {"receipt": RECEIPT},
    "Task": TASK,
    "TaskPage": {"items": [TASK], "next": None},
    "TaskAnswer": TASK | {"action": ACTION, "receipt": RECEIPT},
    "EvaluationCycle": CYCLE,
    "Distribution": DISTRIBUTION,
    "EvaluationCyclePage": {
        "items": [{name: CYCLE[name] for name in CYCLE if name not in ("progress", "units", "missing")}],
        "next": None,
    },
    "BulkAnswer": {
        "preview": False,
        "items": [{"task_id": TASK_ID, "status": 200, "receipt": RECEIPT}],
    },
}


def ok(shape: str, *problems: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI entries of an endpoint that answers 200 with `shape`, or with these problems."""
    return _described(200, shape) | responses(*problems)


def created(shape: str, *problems: int) -> dict[int | str, dict[str, Any]]:
    return _described(201, shape) | responses(*problems)


def accepted(shape: str, *problems: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI entries of an endpoint that answers 202: taken in, and not done yet."""
    return _described(202, shape) | responses(*problems)


def plain_ok(shape: str) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI entry of a 200 beside what an endpoint answers otherwise."""
    return _described(200, shape)


def _described(status: int, shape: str) -> dict[int | str, dict[str, Any]]:
    headers = {
        "ETag": {
            "schema": {"type": "string"},
            "description": "Version of the personnel action, where it has one.",
        },
        "Idempotent-Replay": {"schema": {"type": "string"}, "description": "`true` on a repeated answer."},
    }
    if status in (201, 202):
        headers["Location"] = {"schema": {"type": "string"}, "description": "Where it is now."}
    content = {"application/json": {"schema": _schema(EXAMPLES[shape], shape), "example": EXAMPLES[shape]}}
    return {status: {"description": shape, "headers": headers, "content": content}}


def _schema(example: Any, title: str) -> dict[str, Any]:
    """An open object: more fields are welcome, those of the example are always there."""
    if not isinstance(example, dict):
        return {}
    always = [name for name in example if name not in ("reason", "findings", "receipt")]
    return {
        "title": title,
        "type": "object",
        "required": always,
        "properties": {name: _kind(value) for name, value in example.items()},
    }


def _kind(value: Any) -> dict[str, Any]:
    match value:
        case bool():
            return {"type": "boolean"}
        case int():
            return {"type": "integer"}
        case list():
            return {"type": "array", "items": _kind(value[0]) if value else {}}
        case dict():
            return {"type": "object"}
        case str():
            return {"type": ["string", "null"]}
        case _:
            return {}
