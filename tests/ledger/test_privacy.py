"""No name, NIP, birth date or free text about a person stands readable in a record."""

from __future__ import annotations

from datetime import timedelta

from domain.commands import AnnulAction, CommentTask, FileDocument, GrantDelegation
from domain.identity import Capacity
from ledger.read import all_events
from tests.world import World, a_person, new_id

WORDS = (
    "rahasia-alasan",
    "rahasia-komentar",
    "rahasia-tolak",
    "rahasia-surat",
    "rahasia-berkas",
    "rahasia-batal",
    "800/123-Rek",
    "pertimbangan tertulis pimpinan",
    "kebutuhan organisasi",
)


def test_records_hold_no_personal_data_readable(world: World) -> None:
    subjects, targets = world.movable(), world.vacancies()
    first = world.submit(subjects[0], targets[0], reason="rahasia-alasan").state
    assert first is not None
    task = first.open_tasks[0]
    owner = world.owners(first, task)[0]
    world.installation.ledger.execute(
        CommentTask(
            command_id=new_id(),
            actor=a_person(owner),
            action_id=first.id,
            task_id=task.id,
            comment="rahasia-komentar",
        )
    )
    completed = world.walk(first)
    mayor = world.holder("appointing_official")
    world.installation.ledger.execute(
        AnnulAction(
            command_id=new_id(),
            actor=a_person(mayor),
            action_id=completed.id,
            reason="rahasia-batal",
            letter_number="rahasia-surat",
        )
    )
    second = world.submit(subjects[1], targets[1]).state
    assert second is not None
    world.decide(
        second, world.owners(second, second.open_tasks[0])[0], outcome="reject", comment="rahasia-tolak"
    )
    holder = world.agency.posts[world.agency.people[mayor].position_id or ""]
    world.installation.ledger.execute(
        GrantDelegation(
            command_id=new_id(),
            actor=a_person(mayor),
            delegation_id=new_id(),
            capacity=Capacity.DELEGATE,
            position_id=holder.id,
            delegate_id=subjects[2],
            first_day=world.today,
            last_day=world.today + timedelta(days=5),
            letter_number="rahasia-surat",
            reason="rahasia-alasan",
        )
    )
    world.installation.ledger.execute(
        FileDocument(
            command_id=new_id(),
            actor=a_person(subjects[0]),
            document_id=new_id(),
            person_id=subjects[0],
            document_type="872",
            media_type="application/pdf",
            size_bytes=3,
            sha256="0" * 64,
            file_name="rahasia-berkas.pdf",
        )
    )
    with world.installation.reader.engine.connect() as connection:
        records = b"\n".join(record for _, record, _ in all_events(connection)).decode().casefold()
    for word in WORDS:
        assert word.casefold() not in records, word
    for row in world.synthetic.employees:
        assert row.nip not in records
        assert f'"{row.name.casefold()}"' not in records
        assert f'"birth_date":"{row.birth_date.isoformat()}"' not in records
    assert '"birth_date"' not in records
