"""Copies of frozen dataclasses are what `dataclasses.replace` would give."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from domain.changed import changed
from domain.decree import Decree
from domain.human_task import Task
from domain.personnel_action import ActionState


@dataclass(frozen=True)
class Post:
    id: str
    holder: str | None = None
    tags: frozenset[str] = frozenset()


def test_a_copy_equals_what_replace_gives_and_leaves_the_original_alone() -> None:
    post = Post("p1", tags=frozenset({"a"}))
    assert changed(post, holder="h1") == replace(post, holder="h1")
    assert post == Post("p1", tags=frozenset({"a"}))


def test_a_field_that_does_not_exist_is_refused() -> None:
    with pytest.raises(TypeError, match="Post has no owner"):
        changed(Post("p1"), owner="h1")


@pytest.mark.parametrize("model", [ActionState, Task, Decree])
def test_states_are_plain_enough_to_be_copied(model: type) -> None:
    assert not hasattr(model, "__post_init__")
    assert not hasattr(model, "__slots__")
