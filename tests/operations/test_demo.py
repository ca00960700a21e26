"""The demo is whole, however its making was cut off."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo import seed as seeding
from demo.logins import one_for_each_role, read_logins
from demo.seed import UNFINISHED, needs_demo, seed_demo
from installation import Installation
from ledger.facts import vacancies_for_reading
from projections import evaluation_cycles, rank_promotions
from settings import Settings


@pytest.mark.parametrize(("cut_off_at", "people"), [("start_cases", 200), ("create_logins", 60)])
def test_a_demo_that_was_cut_off_is_finished_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut_off_at: str, people: int
) -> None:
    installation = Installation(Settings(data=tmp_path))
    installation.set_up()
    assert needs_demo(installation, tmp_path)

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(seeding, cut_off_at, die)
        with pytest.raises(KeyboardInterrupt):
            seed_demo(installation, people, tmp_path, lambda _: None)
    assert needs_demo(installation, tmp_path)
    registered = _people(installation)
    seed_demo(installation, people, tmp_path, lambda _: None)
    assert _people(installation) == registered >= people
    assert _work_to_be_seen(installation) == (1, 2, 1)
    shown = dict(one_for_each_role(read_logins(tmp_path)))
    assert shown["employee"].roles == ("employee",)
    assert all(role in login.roles for role, login in shown.items())
    (tmp_path / UNFINISHED).unlink()
    assert not needs_demo(installation, tmp_path)
    installation.close()


def _people(installation: Installation) -> int:
    with installation.reader.engine.connect() as connection:
        view = installation.reader.directory.current(connection)
    return len(view.agency.people)


def _work_to_be_seen(installation: Installation) -> tuple[int, int, int]:
    """Cycles of evaluations, vacancies with their lists, and rank lists, however small the agency."""
    with installation.reader.engine.connect() as connection:
        cycles = evaluation_cycles.page(connection, 5, None)
        vacancies = vacancies_for_reading(installation.reader, connection).newest(5, None)
        return len(cycles), len(vacancies), len(rank_promotions.page(connection, 5, None))
