"""A transfer from request to completion, on both databases."""

from __future__ import annotations

from tests.world import World


def test_a_transfer_runs_from_request_to_completion(world: World) -> None:
    submitted = world.submit(world.movable()[0], world.vacancies()[0])
    assert world.walk(submitted.state).status == "completed"
