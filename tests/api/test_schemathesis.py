"""The whole OpenAPI description, driven at random with every kind of caller: no 500, nothing undocumented."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.live import head_of
from tests.api.conftest import House

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
# Times six callers and over forty endpoints; what is looked for is how the edge reads requests, which is the
# same on both databases, so it runs on SQLite alone.
EXAMPLES = 6


def _callers(house: House) -> dict[str, str | None]:
    world = house.world
    office = world.offices.holders
    today = world.today
    return {
        "nobody": None,
        "civil servant": house.a_stranger(),
        "analyst": min(office("personnel_analyst", today)),
        "regional secretary": min(office("regional_secretary", today)),
        "auditor": min(office("auditor", today)),
        "integration": house.key(
            "actions:write",
            "actions:read",
            "audit:read",
            "employees:read",
            "documents:write",
            "webhooks:write",
        ),
    }


@pytest.mark.parametrize(
    "role", ["nobody", "civil servant", "analyst", "regional secretary", "auditor", "integration"]
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nothing_that_a_client_sends_is_a_500_or_undocumented(house: House, role: str) -> None:
    """Each case goes once as it was made and once to things that exist."""
    state = house.world.walk(house.a_case(), until="analyst_verification")
    headers = house.headers(_callers(house)[role])
    real = {"action_id": state.id, "task_id": state.open_tasks[0].id, "nip": house.nip(state.subject_id)}
    schema = schemathesis.openapi.from_asgi("/openapi.json", house.app)
    head_of(house.app).close()  # so that nobody waits for news
    failures: list[str] = []
    seen = 0
    for result in schema.get_all_operations():
        operation = result.ok()  # type: ignore[union-attr]  # a broken operation fails here, as it should
        if operation.label in ("DELETE /v1/sessions/current", "GET /v1/tasks/live"):
            continue  # the caller would sign out, or listen for ten minutes (tests/web/test_live.py does)
        seen += 1

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def run(case: Any) -> None:
            case.call_and_validate(headers=headers, checks=list(CHECKS))
            known = real.keys() & case.path_parameters.keys()
            if known:
                case.path_parameters.update({name: real[name] for name in known})
                case.call_and_validate(headers=headers, checks=list(CHECKS))

        try:
            run()
        except (AssertionError, BaseExceptionGroup) as error:
            failures.append(f"{operation.label}: {error!r}"[:1500])
    assert seen > 20
    assert failures == [], "\n\n".join(failures)
