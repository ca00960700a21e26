"""The floors of an HTTP decision, served as the API is: an endpoint that does nothing behind the same
sign-in and validation, and a plain one that writes case, task and history in one durable transaction.

Run by uvicorn: `bench.floors:app`, with the settings of a place in the environment.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import (
    Column,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session, sessionmaker

from api.app import create_app
from api.credentials import Caller, current_caller
from api.tasks import Decision
from installation import Installation
from settings import Settings

metadata = MetaData()
cases = Table(
    "plain_case", metadata, Column("id", String(36), primary_key=True), Column("status", String(32))
)
tasks = Table(
    "plain_task",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("case_id", String(36)),
    Column("state", String(16)),
    Column("version", Integer),
    Column("decided_by", String(36)),
)
history = Table(
    "plain_history",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("task_id", String(36)),
    Column("at", String(40)),
    Column("outcome", String(16)),
    Column("comment", Text),
)

settings = Settings()
app: FastAPI = create_app(Installation(settings))
plain_url = settings.database
if plain_url.get_backend_name() == "sqlite":
    plain_url = plain_url.set(database=str(settings.data / "plain.db"))
engine = create_engine(plain_url)


@event.listens_for(engine, "connect")
def _durable(connection: Any, _: Any) -> None:
    if engine.dialect.name == "sqlite":
        connection.execute("PRAGMA journal_mode = WAL").close()
        connection.execute("PRAGMA synchronous = FULL").close()
        connection.execute("PRAGMA busy_timeout = 60000").close()


metadata.create_all(engine)
sessions = sessionmaker(engine)


@app.post("/bench/empty/{task_id}")
async def empty(
    task_id: str, decision: Decision, caller: Annotated[Caller, Depends(current_caller)]
) -> dict[str, Any]:
    """Sign-in and validation, and nothing else."""
    return {"id": task_id, "outcome": decision.outcome, "by": caller.person_id}


@app.post("/bench/plain/{task_id}")
def plain(
    task_id: str, decision: Decision, caller: Annotated[Caller, Depends(current_caller)]
) -> dict[str, Any]:
    """What a simple application does: check, update, note, commit."""
    with sessions.begin() as session:
        return _decide(session, task_id, decision, caller)


def _decide(session: Session, task_id: str, decision: Decision, caller: Caller) -> dict[str, Any]:
    found = session.execute(select(tasks).where(tasks.c.id == task_id).with_for_update()).mappings().first()
    if found is None:
        session.execute(insert(cases).values(id=task_id, status="in_review"))
        session.execute(insert(tasks).values(id=task_id, case_id=task_id, state="READY", version=1))
        found = session.execute(select(tasks).where(tasks.c.id == task_id)).mappings().one()
    if found["state"] != "READY":
        raise HTTPException(409)
    changed = session.execute(
        update(tasks)
        .where(tasks.c.id == task_id, tasks.c.version == found["version"])
        .values(state="DONE", version=found["version"] + 1, decided_by=caller.person_id)
    )
    assert changed.rowcount == 1  # type: ignore[attr-defined]
    session.execute(update(cases).where(cases.c.id == found["case_id"]).values(status="approved"))
    note = {
        "id": str(uuid.uuid4()),
        "task_id": task_id,
        "at": datetime.now(UTC).isoformat(),
        "outcome": decision.outcome,
        "comment": decision.comment,
    }
    session.execute(insert(history).values(**note))
    return {"id": task_id, "outcome": decision.outcome, "by": caller.person_id}
