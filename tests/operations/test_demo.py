"""The demo is whole, however its making was cut off."""

from __future__ import annotations

from pathlib import Path

import pytest

from demo import seed as seeding
from demo.logins import one_for_each_role, read_logins
from demo.seed import UNFINISHED, needs_demo, seed_demo
from installation import Installation
from settings import Settings


@pytest.mark.parametrize("cut_off_at", ["start_cases", "create_logins"])
def test_a_demo_that_was_cut_off_is_finished_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut_off_at: str
) -> None:
    installation = Installation(Settings(data=tmp_path))
    installation.set_up()
    assert needs_demo(installation, tmp_path)

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(seeding, cut_off_at, die)
        with pytest.raises(KeyboardInterrupt):
            seed_demo(installation, 200, tmp_path, lambda _: None)
    assert needs_demo(installation, tmp_path)
    people = _people(installation)
    seed_demo(installation, 200, tmp_path, lambda _: None)
    assert _people(installation) == people > 0
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
