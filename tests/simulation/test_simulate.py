"""Recorded cases under another policy: what comes out otherwise, and why; under their own, nothing does."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import Connection

from domain.events import PersonalDataRead
from domain.policy import Policy
from installation import Installation
from ledger.read import event_at, size
from policies.library import policy_documents
from simulation.differences import Change
from simulation.events import recorded
from simulation.simulate import Simulation
from tests.audit.conftest import Evidence, evidence_of
from tests.pool import a_pool

ROOT = Path(__file__).resolve().parents[2]
YEAR = (date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Cases of all kinds, two frozen lists, a promotion that was chosen against findings."""
    made = evidence_of(tmp_path_factory.mktemp("simulated"), people=200)
    found = next(made)
    a_pool(found.world)
    vacancies = [found.world.open_vacancy(post) for post in found.world.vacancies("PENGAWAS")[:2]]
    promoted = found.world.promote(vacancies[0]).state
    assert promoted is not None
    found.world.walk(promoted, until="awaiting_review")
    yield found
    next(made, None)


def under(installation: Installation, document: dict[str, Any], window: tuple[date, date] = YEAR) -> Any:
    """The changes, and the counts of all kinds."""
    simulation = Simulation(Policy.model_validate(document), *window)
    reader = installation.reader
    with reader.engine.connect() as connection:
        changes = list(simulation.run(recorded(reader, connection)))
    return changes, {kind: count.as_json() for kind, count in simulation.counts.items()}


def edited(change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    document = copy.deepcopy(policy_documents("kota-serang")[-1])
    change(document)
    return document


def of_kind(changes: list[Change], kind: str) -> list[Change]:
    return [change for change in changes if change.kind == kind]


def test_under_its_own_policy_no_case_comes_out_otherwise(town: Evidence) -> None:
    changes, counts = under(town.installation, policy_documents("kota-serang")[-1])
    assert changes == []
    assert counts["mutation"]["cases"] > 10
    assert counts["promotion"]["cases"] == 1
    assert counts["vacancy"]["cases"] == 2
    assert counts["evaluation"]["cases"] > 3
    assert counts["placement"]["cases"] > 5
    assert all(count["cases"] == count["unchanged"] for count in counts.values())


def test_cases_outside_the_window_are_not_counted(town: Evidence) -> None:
    _, counts = under(town.installation, policy_documents("kota-serang")[-1], (YEAR[1], YEAR[1]))
    assert all(count["cases"] == 0 for count in counts.values())


def test_a_stricter_rule_names_each_case_it_turns_with_numbers_and_facts(town: Evidence) -> None:
    def stricter(document: dict[str, Any]) -> None:
        document["rules"]["tenure_minimum"] |= {"severity": "HARD", "parameters": {"years": 30}}

    changes, counts = under(town.installation, edited(stricter))
    transfers = of_kind(changes, "mutation")
    assert len(transfers) == counts["mutation"]["changed"] > 10
    first = transfers[0]
    assert (first.before, first.after) == ("clear", "refused") or first.before == "warned"
    assert first.after == "refused"
    (why,) = [item for item in first.why if item.what == "tenure_minimum"]
    assert (why.before, why.after) == ("pass OVERRIDE", "fail HARD")
    assert why.parameters == {"years": {"before": 2, "after": 30}}
    assert set(why.facts) == {"position_since"}
    assert why.citation
    # After the request is refused nothing more is asked.
    assert all(item.at_step == "submission" for item in first.why)
    assert first.policy_id == "kota-serang/2026-01"


def test_a_rule_that_passes_under_both_changes_nothing(town: Evidence) -> None:
    def heavier(document: dict[str, Any]) -> None:
        document["rules"]["identity"]["severity"] = "WARN"
        del document["rules"]["birth_date_matches"]

    changes, counts = under(town.installation, edited(heavier))
    assert changes == []
    assert counts["mutation"]["unchanged"] == counts["mutation"]["cases"]


def test_another_route_and_another_inauguration_are_told(town: Evidence) -> None:
    def shorter(document: dict[str, Any]) -> None:
        for route in document["routes"]:
            if route["variant"] == "within_agency":
                route["steps"].remove("division_review")
        document["inauguration_for"] = ["JPT"]

    changes, _ = under(town.installation, edited(shorter))
    told = {item.what for change in of_kind(changes, "mutation") for item in change.why}
    assert told == {"route", "inauguration"}
    route = next(i for c in of_kind(changes, "mutation") for i in c.why if i.what == "route")
    assert set(route.before) - set(route.after) == {"division_review"}
    assert of_kind(changes, "evaluation") == []


def test_another_formula_moves_placements_and_the_lists_made_of_them(town: Evidence) -> None:
    def formula(document: dict[str, Any]) -> None:
        document["talent"] |= {"formula_version": "other"}
        document["talent"]["cut_offs"] |= {"high": 9500, "middle": 9000}

    changes, counts = under(town.installation, edited(formula))
    moved = of_kind(changes, "placement")
    assert len(moved) == counts["placement"]["changed"] > 0
    assert all(change.before != change.after for change in moved if change.why[0].what == "box")
    lists = of_kind(changes, "vacancy")
    assert len(lists) == 2
    assert {"ranking", "eligible", "widened_to"} & {item.what for item in lists[0].why}


def test_another_severity_turns_the_findings_of_lists_and_choices(town: Evidence) -> None:
    def stricter(document: dict[str, Any]) -> None:
        document["promotion"]["rules"]["candidate_documents"]["severity"] = "HARD"

    changes, _ = under(town.installation, edited(stricter))
    assert of_kind(changes, "mutation") == []
    assert len(of_kind(changes, "vacancy")) == 2
    (promotion,) = of_kind(changes, "promotion")
    assert promotion.after == "stopped"
    assert [item.what for item in promotion.why if item.at_step == "promotion_choice"] == [
        "candidate_documents"
    ]


def test_deadlines_that_would_have_decided_otherwise_are_told(town: Evidence) -> None:
    def slower(document: dict[str, Any]) -> None:
        document["steps"]["bkn_review"]["silence"] = None
        document["steps"]["unit_file_check"]["sla_working_days"] = 60

    changes, _ = under(town.installation, edited(slower))
    told = {(item.what, item.before) for change in changes for item in change.why}
    assert ("silence", "decided") in told
    assert ("deadline", "expired") in told


def test_what_a_low_rating_leads_to_is_told(town: Evidence) -> None:
    def milder(document: dict[str, Any]) -> None:
        document["evaluation"]["low_rating"]["predicates"] = ["KURANG"]

    changes, counts = under(town.installation, edited(milder))
    (change,) = of_kind(changes, "evaluation")
    assert (change.before, change.after) == ("opens an improvement", "opens nothing")
    assert change.why[0].facts == {"predicate": "SANGAT_KURANG"}
    assert counts["evaluation"]["changed"] == 1


def test_kinds_of_post_that_are_no_longer_evaluated_are_told(town: Evidence) -> None:
    def fewer(document: dict[str, Any]) -> None:
        document["evaluation"]["post_kinds_left_out"] = ["PPK", "FUNGSIONAL"]

    changes, _ = under(town.installation, edited(fewer))
    assert {change.after for change in of_kind(changes, "evaluation")} == {"not evaluated"}


def test_people_stand_in_it_by_surrogate_id_only(town: Evidence) -> None:
    def all_rules(document: dict[str, Any]) -> None:
        for rule in (*document["rules"].values(), *document["promotion"]["rules"].values()):
            rule["severity"] = "WARN" if rule["severity"] != "WARN" else "OVERRIDE"

    changes, _ = under(town.installation, edited(all_rules))
    told = json.dumps([change.as_json() for change in changes], default=str)
    assert len(changes) > 15
    for row in town.world.synthetic.employees:
        assert row.nip not in told
        assert row.name not in told


# --- the command ---


def simulate(town: Evidence, file: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        str(ROOT / "cli.py"),
        "policy",
        "simulate",
        str(file),
        "--data",
        str(town.folder),
    ]
    return subprocess.run([*command, *more], capture_output=True, text=True, check=False, timeout=120)


def reader_of(installation: Installation, connection: Connection, position: int) -> PersonalDataRead:
    """The reading recorded at a position, opened."""
    found = event_at(connection, position)
    assert found is not None
    event = installation.reader.open(connection, position, *found).event
    assert isinstance(event, PersonalDataRead)
    return event


DATES = ("--from", "2026-01-01", "--to", "2026-12-31")


def test_the_command_tells_changes_and_records_whose_cases_it_told(town: Evidence, tmp_path: Path) -> None:
    def stricter(document: dict[str, Any]) -> None:
        document["rules"]["tenure_minimum"] |= {"severity": "HARD", "parameters": {"years": 30}}

    file = tmp_path / "next.yaml"
    file.write_text(yaml.safe_dump(edited(stricter)))
    with town.installation.reader.engine.connect() as connection:
        before = size(connection)
    done = simulate(town, file, *DATES, "--json", "--purpose", "naskah 2027")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["tree"]["size"] == before
    assert told["done"]["counts"]["mutation"]["changed"] == len(told["changes"]) > 10
    assert told["changes"][0]["after"] == "refused"
    text = simulate(town, file, *DATES)
    assert text.returncode == 0
    assert "tenure_minimum: pass OVERRIDE -> fail HARD; years 2 -> 30; position_since=" in text.stdout
    people = {change["subject_id"] for change in told["changes"]} - {None}
    with town.installation.reader.engine.connect() as connection:
        assert size(connection) == before + 2 * len(people) > before
        newest = [reader_of(town.installation, connection, before + n) for n in range(2 * len(people))]
    assert {event.subject_id for event in newest} == people
    assert {(event.what, event.purpose) for event in newest} == {
        ("simulation", "naskah 2027"), ("simulation", "simulation"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("id: [", DATES),
        ("id: only", DATES),
        (None, DATES),
        ("", ("--from", "2026-12-31", "--to", "2026-01-01")),
        ("", ("--from", "yesterday", "--to", "2026-01-01")),
        ("", ("--from", "2026-01-01")),
    ],
)
def test_bad_input_is_one_clear_line(
    town: Evidence, tmp_path: Path, text: str | None, dates: tuple[str, ...]
) -> None:
    file = tmp_path / "policy.yaml"
    if text is not None:
        file.write_text(text or yaml.safe_dump(policy_documents("kota-serang")[-1]))
    done = simulate(town, file, *dates)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
