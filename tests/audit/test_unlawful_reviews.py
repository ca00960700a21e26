"""Reviews written past the program: verify draws every sample again and knows who may say what, and when."""

from __future__ import annotations

import uuid
from typing import Any

from domain.review_draw import draw, list_hash, nonce_hash, seed_of
from proofs.merkle import Frontier
from tests.audit.attacker import Attacker
from tests.audit.conftest import Evidence
from tests.audit.test_unlawful import person

Document = dict[str, Any]
WATCHED = {
    "excluded-actor", "illegal-transition", "not-entitled", "sample-differs", "wrong-date", "wrong-facts",
    "wrong-signature", "wrong-stream",
}  # fmt: skip
NONCE = b"\x09" * 32


def newest(documents: list[Document], type_: str) -> Document:
    return next(document for document in reversed(documents) if document["type"] == type_)


def forged(like: Document, who: str | None = None, **data: Any) -> Document:
    """A record as one that stands, by somebody, with other data and without what was sealed in it."""
    copied = {name: like[name] for name in ("stream", "type", "actor")}
    return copied | {"data": like["data"] | data} | ({"actor": person(who)} if who else {})


def told(evidence: Evidence, attacker: Attacker, *documents: Document) -> list[set[str]]:
    """What verify says of each of these, appended one after another."""
    at = len(attacker.documents())
    attacker.append_each(*documents)
    found = evidence.verify(attacker.path).findings
    return [
        {finding.code for finding in found if finding.position == at + index} & WATCHED
        for index in range(len(documents))
    ]


def test_who_says_what_about_whom_and_when(evidence: Evidence, attacker: Attacker) -> None:
    documents, world = attacker.documents(), evidence.world
    raised, answered = newest(documents, "FindingRaised"), newest(documents, "FindingAnswered")
    closed, note = newest(documents, "FindingClosed"), newest(documents, "ReviewNoted")
    open_stream, head = raised["stream"], answered["actor"]["id"]
    subject = next(
        document["data"]["subject_id"]
        for document in documents
        if document["stream"] == raised["data"]["about"] and document["type"] == "ActionSubmitted"
    )
    of_open = {"review_id": raised["data"]["review_id"]}
    anew = {"review_id": str(uuid.uuid4())}
    own = {"review_id": str(uuid.uuid4()), "about": f"employee/{note['actor']['id']}"}
    elsewhere = {"stream": f"review/{anew['review_id']}"}
    case = {"about": f"personnel-action/{uuid.uuid4()}"}
    cases: list[tuple[Document, set[str]]] = [
        (forged(note, subject), {"excluded-actor", "wrong-signature"}),
        (forged(note, world.holder("agency_head")), {"wrong-signature"}),
        (forged(note, **case) | {"stream": note["stream"]}, {"wrong-facts"}),
        (forged(note, **own) | {"stream": f"review/{own['review_id']}"}, {"excluded-actor"}),
        (forged(raised, answer_due="2030-01-01", **anew) | elsewhere, {"wrong-date"}),
        (forged(raised, unit_id="nowhere", **of_open), {"illegal-transition", "wrong-facts"}),
        (forged(raised, at_position=0, review_id=str(uuid.uuid4())), {"wrong-facts", "wrong-stream"}),
        (forged(closed, **of_open) | {"stream": open_stream}, {"illegal-transition"}),
        (forged(answered), {"illegal-transition"}),
        (forged(answered, raised["actor"]["id"], **of_open) | {"stream": open_stream},
         {"excluded-actor", "wrong-signature"}),
        (forged(closed, head, **of_open) | {"stream": open_stream}, {"wrong-signature", "excluded-actor"}),
    ]  # fmt: skip
    found = told(evidence, attacker, *(document for document, _ in cases))
    for number, (says, (document, expected)) in enumerate(zip(found, cases, strict=True)):
        assert expected <= says, (number, document["type"], says)


def drawn_from(
    request: Document, position: int, leaves: list[bytes], found: list[int], lie: Document
) -> Document:
    """The lawful draw of a request that stands at `position`, but for what `lie` says."""
    data, frontier = request["data"], Frontier()
    for leaf in leaves[: position + 1]:
        frontier.append(leaf)
    seed = seed_of(data["sample_id"], NONCE, frontier.root())
    drawn = draw(seed, found, data["size"])
    told = {
        "sample_id": data["sample_id"],
        "nonce": NONCE.hex(),
        "tree_size": position + 1,
        "root": frontier.root().hex(),
        "seed": seed,
        "population": len(found),
        "population_hash": list_hash(found),
        "drawn": list(drawn),
        "drawn_hash": list_hash([leaves[at].hex() for at in drawn]),
    }
    return {"type": "SampleDrawn", "actor": request["actor"], "data": told | lie, "stream": request["stream"]}


def test_a_sample_that_is_not_what_query_and_seed_give(evidence: Evidence, attacker: Attacker) -> None:
    lies: list[Document] = [
        {},
        {"nonce": "00" * 32},
        {"root": "00" * 32},
        {"tree_size": 5},
        {"seed": "11" * 32},
        {"population": 3},
        {"population_hash": "22" * 32},
        {"drawn": [1, 2]},
        {"drawn_hash": "33" * 32},
    ]
    documents = attacker.documents()
    like, at = newest(documents, "SampleRequested"), len(documents)
    population = [
        document["position"]
        for document in documents
        if document["type"] == "TaskCompleted" and document["data"]["outcome"] == "approve"
    ]
    requests = []
    for _ in lies:
        known = str(uuid.uuid4())
        asked = forged(like, sample_id=known, size=2, of="events", nonce_hash=nonce_hash(NONCE))
        requests.append(asked | {"stream": f"review-sample/{known}"})
    attacker.append_each(*requests)
    leaves = attacker.leaves()
    draws = [
        drawn_from(request, at + index, leaves, population, lie)
        for index, (request, lie) in enumerate(zip(requests, lies, strict=True))
    ]
    assert told(evidence, attacker, *draws) == [set(), *[{"sample-differs"}] * 8]


def test_two_acts_in_one_command(evidence: Evidence, attacker: Attacker) -> None:
    """Each alone would be lawful, judged by what was before."""
    closed, raised = (newest(attacker.documents(), name) for name in ("FindingClosed", "FindingRaised"))
    end = {"review_id": raised["data"]["review_id"], "outcome": "withdrawn"}
    twice = [forged(closed, **end) | {"stream": raised["stream"]} for _ in range(2)]
    at = len(attacker.documents())
    attacker.append(*twice)
    found = evidence.verify(attacker.path).findings
    assert ("illegal-transition", at) in {(finding.code, finding.position) for finding in found}


def test_a_sample_that_nobody_could_ask_for(evidence: Evidence, attacker: Attacker) -> None:
    query, request = (newest(attacker.documents(), name) for name in ("ReviewQuerySaved", "SampleRequested"))
    other = evidence.world.holder("agency_head")
    narrowed: Document = {"filter": {"type": "VoteCast"}}
    found = told(
        evidence,
        attacker,
        forged(query, revision=7),
        forged(query, other, revision=2),
        forged(query, revision=4, filter={"unit": "nowhere"}),
        forged(request),
        forged(request, sample_id=str(uuid.uuid4()), **narrowed),
        forged(request, sample_id=str(uuid.uuid4()), size=5000),
    )
    assert [says & {"wrong-facts", "illegal-transition", "not-entitled"} for says in found] == [
        {"illegal-transition"},
        {"not-entitled", "illegal-transition"},
        {"wrong-facts"},
        {"illegal-transition"},
        {"wrong-facts"},
        {"wrong-facts"},
    ]
