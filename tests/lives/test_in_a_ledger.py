"""A whole life told to a real ledger, on both databases: same answers, same states, same rows, lawful."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random

from sqlalchemy import select

from audit.rebuild import fold_history
from audit.verify import verify
from domain.personnel_action import ActionState
from ledger.database import open_database
from projections.action_state import state_json, state_of
from projections.catalogue import all_projections
from tests.lives.whole import WholeLives
from tests.projections.lives import Lived, relive

SEED, STEPS = 3, 350


@cache
def life() -> WholeLives:
    """One in which no key is destroyed: the ledger has no command for that."""
    found = WholeLives(Random(SEED))
    moves = {move: weight for move, weight in found.everything().items() if move != found.erase}
    for _ in range(STEPS):
        found.happen(moves)
    return found


def test_a_whole_life_is_the_same_in_the_ledger_and_its_rows_can_be_made_anew(
    database_url: str, tmp_path: Path
) -> None:
    lived = relive(life(), tmp_path, database_url)
    try:
        check_answers(lived)
        check_rows(lived)
        check_law(lived)
    finally:
        lived.installation.close()


def check_answers(lived: Lived) -> None:
    answered = [(type(sent.command).__name__, lived.code(answer)) for sent, answer in lived.answers]
    assert answered == [(type(sent.command).__name__, sent.refused) for sent, _ in lived.answers]
    with lived.installation.reader.engine.connect() as connection:
        for state in lived.states:
            found = without_code(state_of(connection, state.id))
            assert found == state
            assert state_json(found) == state_json(state)


def without_code(state: ActionState | None) -> ActionState:
    """The state as a town tells it, which has no key for the code of a decree."""
    assert state is not None
    return replace(state, decree=replace(state.decree, code_hash=None)) if state.decree else state


def check_rows(lived: Lived) -> None:
    with lived.installation.reader.engine.connect() as connection:
        history = fold_history(connection, lived.installation.sealing_key)
        for projection in all_projections():
            inline = sorted((tuple(row) for row in connection.execute(select(projection.table))), key=repr)
            assert inline == sorted(projection.rows(history), key=repr), projection.name


def check_law(lived: Lived) -> None:
    installation = lived.installation
    engine = open_database(installation.settings.database, read_only=True)
    try:
        for key in (installation.sealing_key, None):
            found = verify(
                engine,
                keys=[installation.signer.vkey],
                kept_checkpoints=[],
                sealing_key=key,
                projections=all_projections(),
                origin=installation.signer.name,
                now=lived.town.now,
            )
            assert found.ok, found.as_text()
    finally:
        engine.dispose()
