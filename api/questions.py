"""The questions that auditors ask, each with its meaning, its law, and answers that explain themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from api.auditors import AuditorDep, Moment, utc
from api.paging import Cursor, Limit, decode_cursor, encode_cursor
from api.problems import Problem, language_of, responses
from api.question_words import in_words
from api.views import names_of
from api.wiring import Services, ServicesDep
from domain.policy import Policy
from domain.question_policy import QuestionRule
from ledger import read
from projections.audit_search import first_position_at
from review.asking import Asking, ask, summary
from review.questions import KNOWN

router = APIRouter(prefix="/v1/audit/questions", tags=["audit"])

PEOPLE = ("person_id", "proposed_by", "confirmed_by", "suggested_by", "chosen_by", "reader", "subject_id")
# A summary looks at so many events at most; `complete` tells whether that was all.
SUMMED = 100_000
Language = Annotated[str | None, Header(alias="Accept-Language", max_length=255, examples=["id"])]
Name = Annotated[str, Path(max_length=64, examples=["overrides"])]


class Meaning(BaseModel):
    """A question as the policy in force defines it."""

    name: str
    title: str
    definition: str
    citation: str
    unverified: list[str] = Field(description="Parts of the citation that were checked against no text.")
    doubt: str | None
    parameters: dict[str, int] = Field(description="The thresholds, from the policy.")
    grouped_by: list[str] = Field(description="Fields of an answer under which its summary counts.")
    policy: dict[str, str] = Field(description="`id` and `hash` of the policy that defines it.")


class Meanings(BaseModel):
    items: list[Meaning]
    next: None = Field(default=None, description="All come at once.")


class AnswerPage(Meaning):
    """`items` newest first: `position`, `recorded_at`, `action_id` where it is about a case, `explanation`,
    and the facts that made it an answer. Fewer than `limit` come where many events had to be looked at;
    as long as `next` is not null there may be more.
    """

    items: list[dict[str, Any]]
    looked_at: int
    next: str | None


class Summary(Meaning):
    answers: int
    looked_at: int
    complete: bool = Field(description="Whether every event of the time asked about was looked at.")
    groups: dict[str, list[dict[str, Any]]]


@router.get("", response_model=Meanings, responses=responses(), summary="Which questions can be asked")
def list_questions(services: ServicesDep, _: AuditorDep, accept_language: Language = None) -> dict[str, Any]:
    """For the audit offices and keys with `audit:read`. Definitions and thresholds are those of the policy
    in force today.
    """
    with services.reading() as connection:
        policy = _policy(services, connection)
    language = language_of(accept_language)
    rules = policy.audit_questions.questions
    return {"items": [_meaning(name, rules[name], policy, language) for name in KNOWN if name in rules]}


@router.get("/{name}", response_model=AnswerPage, responses=responses(), summary="Answers, newest first")
def answers(
    services: ServicesDep,
    _: AuditorDep,
    name: Name,
    first: Annotated[Moment, Query(alias="from")] = None,
    last: Annotated[Moment, Query(alias="to")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
    accept_language: Language = None,
) -> dict[str, Any]:
    """What the ledger answers. `from` is included, `to` is not. An answer is something to look at, not a
    finding against anybody.
    """
    place = decode_cursor(cursor, (int,))
    language = language_of(accept_language)
    with services.reading() as connection:
        asking, policy = _asking(services, connection, name)
        start, end = _range(connection, first, last)
        end = min(end, place[0]) if place else end
        found = ask(asking, KNOWN[name], first=start, last=end, limit=limit)
        names = names_of(connection, {str(i[key]) for i in found.items for key in PEOPLE if i.get(key)})
    items = [
        item
        | {
            key: {"id": item[key], "name": names.get(item[key], (None, None))[0]}
            for key in PEOPLE
            if item.get(key)
        }
        | {"explanation": KNOWN[name].told(_worded(item, asking, policy, language), language)}
        for item in found.items
    ]
    return _meaning(name, asking.rule, policy, language) | {
        "items": items,
        "looked_at": found.looked_at,
        "next": encode_cursor([found.next]) if found.next is not None else None,
    }


@router.get(
    "/{name}/summary", response_model=Summary, responses=responses(), summary="How many, under which headings"
)
def summed(
    services: ServicesDep,
    _: AuditorDep,
    name: Name,
    first: Annotated[Moment, Query(alias="from")] = None,
    last: Annotated[Moment, Query(alias="to")] = None,
    accept_language: Language = None,
) -> dict[str, Any]:
    """Counts of the answers by the fields of `grouped_by`, the most frequent first: `key`, `count`, and in
    `name` the words for the key.
    """
    with services.reading() as connection:
        asking, policy = _asking(services, connection, name)
        start, end = _range(connection, first, last)
        found = ask(asking, KNOWN[name], first=start, last=end, limit=SUMMED, budget=SUMMED)
        groups = summary(found.items, KNOWN[name].grouped_by)
        people = {row["key"] for key in PEOPLE for row in groups.get(key, ())}
        names = names_of(connection, people)
    language = language_of(accept_language)
    for field, rows in groups.items():
        for row in rows:
            key = row["key"]
            row["name"] = (
                names.get(key, (None, None))[0]
                if field in PEOPLE
                else in_words(field, key, asking.view, policy, language)
            )
    return _meaning(name, asking.rule, policy, language) | {
        "answers": len(found.items),
        "looked_at": found.looked_at,
        "complete": found.next is None,
        "groups": groups,
    }


def _worded(item: dict[str, Any], asking: Asking, policy: Policy, language: str) -> dict[str, Any]:
    return {name: in_words(name, value, asking.view, policy, language) for name, value in item.items()}


def _policy(services: Services, connection: Connection) -> Policy:
    view = services.view(connection)
    return view.policy_in_force(services.today(view))


def _asking(services: Services, connection: Connection, name: str) -> tuple[Asking, Policy]:
    policy = _policy(services, connection)
    rule = policy.audit_questions.questions.get(name)
    if rule is None:
        raise Problem("not-found")
    return Asking(connection, services.reader, services.view(connection), rule), policy


def _meaning(name: str, rule: QuestionRule, policy: Policy, language: str) -> dict[str, Any]:
    indonesian = language == "id"
    return {
        "name": name,
        "title": rule.title_id if indonesian else rule.title_en,
        "definition": rule.definition_id if indonesian else rule.definition_en,
        "citation": rule.citation,
        "unverified": list(rule.unverified),
        "doubt": rule.doubt,
        "parameters": rule.parameters,
        "grouped_by": list(KNOWN[name].grouped_by),
        "policy": {"id": policy.id, "hash": policy.hash},
    }


def _range(connection: Connection, first: datetime | None, last: datetime | None) -> tuple[int, int]:
    """The positions recorded from `first` on and before `last`."""
    start = first_position_at(connection, utc(first, "from")) if first else 0
    end = first_position_at(connection, utc(last, "to")) if last else read.size(connection)
    return start, end
