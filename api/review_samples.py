"""Samples that nobody chose: asked for with a secret's hash, drawn with the secret, drawn again by anyone."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.audit import TreeDep
from api.auditors import AuditorDep
from api.cases import receipt_of
from api.idempotency import REPLAY, IdempotencyKey, identify
from api.paging import Cursor, Limit, decode_cursor, page_of
from api.problems import Problem, responses
from api.review_queries import filter_view
from api.shapes import RECEIPT
from api.views import answer, as_id, names_of, person_view
from api.wiring import Services, ServicesDep
from domain.errors import NotFound
from domain.review_commands import DrawSample, RequestSample
from domain.review_draw import draw, list_hash, seed_of
from domain.review_state import SAMPLE, Sample, sample_of
from ledger import read
from ledger.facts import reviews_for_reading
from ledger.result import Result
from proofs.tree_reader import TreeReader
from review.population import PopulationTooLarge, population, streams_at

router = APIRouter(prefix="/v1/reviews/samples", tags=["reviews"])

SampleId = Annotated[str, Path(max_length=64, examples=["2c4a1f0b-6d3e-4f7a-8b59-1d2e3f405162"])]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
TOO_LARGE = (
    "Kueri ini menemukan terlalu banyak peristiwa; persempit.",
    "The query finds too much; narrow it.",
)
SHOWN: dict[str, Any] = {
    "id": "2c4a1f0b-6d3e-4f7a-8b59-1d2e3f405162",
    "state": "requested",
    "query_id": "6f7d1c2e-55c1-4a3e-9d3f-0d8f4a0c9b21",
    "revision": 1,
    "filter": {"type": "TaskCompleted"},
    "of": "cases",
    "size": 10,
    "nonce_hash": "ab" * 32,
    "salt": "cd" * 16,
    "requested_by": {"id": "8d8ac610-566d-4ef0-9c22-186b2a5ed793", "name": "Siti Aminah"},
    "position": 18342,
    "draw": None,
}


class SampleBody(BaseModel):
    """`nonce_hash` is the SHA-256 of 32 secret random bytes of yours; keep them for the draw."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "query_id": "6f7d1c2e-55c1-4a3e-9d3f-0d8f4a0c9b21",
                    "revision": 1,
                    "of": "cases",
                    "size": 10,
                    "nonce_hash": "ab" * 32,
                }
            ]
        },
    )

    query_id: Annotated[str, Field(max_length=64)]
    revision: Annotated[int, Field(ge=1, le=100_000)]
    of: Literal["events", "cases"]
    size: Annotated[int, Field(ge=1, le=1000)]
    nonce_hash: Sha256


class Nonce(BaseModel):
    """The 32 secret bytes, in hexadecimal."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra={"examples": [{"nonce": "0f" * 32}]}
    )

    nonce: Sha256


class SampleView(BaseModel):
    """The population is what `filter` finds at positions below `position`; of `cases` the first event found
    of each. `draw` is null until the nonce was shown.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [SHOWN]})

    id: str
    state: Literal["requested", "drawn"]
    query_id: str
    revision: int
    filter: dict[str, Any]
    of: str
    size: int
    nonce_hash: str
    salt: str
    requested_by: dict[str, Any] | None
    position: int
    draw: dict[str, Any] | None = Field(
        description="`nonce`, `tree_size`, `root`, `seed`, `population`, `population_hash`, `drawn` "
        "(positions in the order of the draw) and `drawn_hash`."
    )


class SamplePage(BaseModel):
    items: list[SampleView]
    next: str | None


class SampleDetail(SampleView):
    """`undrawn_before` counts earlier requests by the same person for the same query that were never drawn:
    whoever knows the nonce can look at a draw and ask again.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [SHOWN | {"items": [], "undrawn_before": 0}]})

    items: list[dict[str, Any]] = Field(
        description="What was drawn, in the order of the draw: `position`, `stream` and `leaf_hash`."
    )
    undrawn_before: int


class SampleReceipt(SampleDetail):
    model_config = ConfigDict(
        json_schema_extra={"examples": [SHOWN | {"items": [], "undrawn_before": 0, "receipt": RECEIPT}]}
    )

    receipt: dict[str, Any] | None


@router.post(
    "",
    status_code=201,
    response_model=SampleReceipt,
    responses=responses(404, 409, 413, 415),
    summary="Ask for a sample",
)
async def request_sample(
    body: SampleBody,
    request: Request,
    services: ServicesDep,
    caller: AuditorDep,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Of one's own or a shared query without words. The population is fixed by the position of this request;
    the seed will be SHA-256("jenjang/sample/v1" ‖ 0x00 ‖ sample id ‖ nonce ‖ root of the tree that ends with
    it), which neither the auditor nor the ledger can choose.
    """
    caller.require_person()
    identity = identify(request, caller, idempotency_key, body)
    sample_id = identity.made("sample")
    asked = body.model_dump() | {"query_id": as_id(body.query_id)}
    command = RequestSample(command_id=identity.command_id, actor=caller.actor, sample_id=sample_id, **asked)
    result = await services.send(command, identity.body_hash)
    return await run_in_threadpool(_answered, services, sample_id, result, 201)


@router.post(
    "/{sample_id}/draw",
    response_model=SampleReceipt,
    responses=responses(404, 409, 413, 415),
    summary="Draw it",
)
async def draw_sample(
    sample_id: SampleId,
    body: Nonce,
    request: Request,
    services: ServicesDep,
    caller: AuditorDep,
    tree: TreeDep,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """By who asked for it, once. Drawn are the `size` positions with the smallest SHA-256(seed ‖ position as
    8 bytes, big-endian). `422 sample-differs` for a nonce that is not the one whose hash was given.
    """
    caller.require_person()
    known = as_id(sample_id)
    identity = identify(request, caller, idempotency_key, body)
    drawn = await run_in_threadpool(_drawn, services, tree, known, body.nonce)
    command = DrawSample(
        command_id=identity.command_id, actor=caller.actor, sample_id=known, nonce=body.nonce, **drawn
    )
    result = await services.send(command, identity.body_hash)
    return await run_in_threadpool(_answered, services, known, result, 200)


@router.get("", response_model=SamplePage, responses=responses(), summary="All samples, newest first")
def list_samples(
    services: ServicesDep, _: AuditorDep, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, Any]:
    """For every auditor: that a sample was asked for is nobody's secret, whether it was drawn or not."""
    place = decode_cursor(cursor, (int,))
    with services.reading() as connection:
        source = reviews_for_reading(connection)
        rows = source.newest(SAMPLE, limit + 1, place[0] if place else None)
        found = [sample_of(source.stream(stream)) for _, stream in rows]
        shown = [_shown(connection, sample) for sample in found if sample is not None]
    return page_of(rows, limit, lambda row: [row[0]], shown)


@router.get("/{sample_id}", response_model=SampleDetail, responses=responses(404), summary="One sample")
def get_sample(sample_id: SampleId, services: ServicesDep, _: AuditorDep) -> dict[str, Any]:
    """With all that is needed to draw it again from an export of the ledger."""
    with services.reading() as connection:
        return _detail(connection, as_id(sample_id))


def _drawn(services: Services, tree: TreeReader, sample_id: str, nonce: str) -> dict[str, Any]:
    """Population, root and draw of a sample. Raises NotFound, and a 422 where the population is too large."""
    with services.reading() as connection:
        sample = _sample(connection, sample_id)
        request, position = sample.request, sample.position
        try:
            found = population(connection, request.filter, position, of_cases=request.of == "cases")
        except PopulationTooLarge:
            raise Problem("population-too-large", status=422, title=TOO_LARGE) from None
        root = tree.root(position + 1)
        drawn = draw(seed_of(sample_id, bytes.fromhex(nonce), root), found, request.size)
        leaves = _leaves(connection, drawn)
    return {
        "tree_size": position + 1,
        "root": root.hex(),
        "population": len(found),
        "population_hash": list_hash(found),
        "drawn": drawn,
        "drawn_hash": list_hash([leaves[at] for at in drawn]),
    }


def _leaves(connection: Connection, positions: tuple[int, ...]) -> dict[int, str]:
    found = {at: read.event_at(connection, at) for at in positions}
    return {at: row[1].hex() for at, row in found.items() if row is not None}


def _sample(connection: Connection, sample_id: str) -> Sample:
    sample = sample_of(reviews_for_reading(connection).stream(f"{SAMPLE}/{sample_id}"))
    if sample is None:
        raise NotFound()
    return sample


def _shown(connection: Connection, sample: Sample) -> dict[str, Any]:
    request, drawn = sample.request, sample.drawn
    fields = request.model_dump(include={"query_id", "revision", "of", "size", "nonce_hash", "salt"})
    return {
        "id": request.sample_id,
        "state": "drawn" if drawn else "requested",
        **fields,
        "filter": filter_view(request.filter),
        "requested_by": person_view(sample.by, names_of(connection, {sample.by})),
        "position": sample.position,
        "draw": drawn.model_dump(mode="json", exclude={"sample_id"}) if drawn else None,
    }


def _detail(connection: Connection, sample_id: str) -> dict[str, Any]:
    sample = _sample(connection, sample_id)
    drawn = sample.drawn.drawn if sample.drawn else ()
    streams, leaves = streams_at(connection, list(drawn)), _leaves(connection, drawn)
    items = [{"position": at, "stream": streams[at], "leaf_hash": leaves[at]} for at in drawn]
    return _shown(connection, sample) | {
        "items": items,
        "undrawn_before": _undrawn_before(connection, sample),
    }


def _undrawn_before(connection: Connection, sample: Sample) -> int:
    source = reviews_for_reading(connection)
    earlier = source.requests_of(sample.request.query_id, sample.by, sample.position)
    others = [sample_of(source.stream(stream)) for stream in earlier]
    return sum(other is not None and other.drawn is None for other in others)


def _answered(services: Services, sample_id: str, result: Result, status: int) -> Response:
    with services.reading() as connection:
        shown = _detail(connection, sample_id) | {"receipt": receipt_of(result, connection)}
    headers = {"Location": f"/v1/reviews/samples/{sample_id}"} if status == 201 else {}
    return answer(shown, status, headers=headers | ({REPLAY: "true"} if result.replayed else {}))
