"""Everything that goes wrong, as RFC 9457 problem details in the caller's language."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from domain.eligibility import Finding, explain
from domain.errors import (
    Conflict,
    IdempotencyKeyReused,
    NotFound,
    NotPermitted,
    Refusal,
    TaskAlreadyDecided,
    TaskClaimed,
    Unlawful,
    WrongExpectedVersion,
)
from domain.policy import Policy
from integrations.object_store import StoreUnavailable
from ledger.append import LedgerUnavailable
from ledger.database import DatabaseUnavailable
from projections import employees

log = logging.getLogger(__name__)

PROBLEM_JSON = "application/problem+json"
STATUS: tuple[tuple[type[Refusal], int], ...] = (
    (NotFound, 404),
    (NotPermitted, 403),
    (WrongExpectedVersion, 412),
    (IdempotencyKeyReused, 422),
    (Conflict, 409),
    (Unlawful, 422),
)
TITLES: dict[str, tuple[int, str, str]] = {
    "invalid-request": (
        422,
        "Permintaan tidak sesuai bentuknya.",
        "The request does not have the right form.",
    ),
    "bundle-too-large": (
        422,
        "Lebih dari yang dimuat satu bundel; persempit pertanyaan.",
        "More than one bundle holds; narrow the query.",
    ),
    "copy-busy": (
        503,
        "Salinan lain sedang dibuat; coba lagi sebentar.",
        "Another copy is being made; try again in a moment.",
    ),
    "purpose-required": (
        422,
        "Sebutkan untuk apa berkas ini dibaca (purpose).",
        "Say what this file is read for (purpose).",
    ),
    "malformed-json": (400, "JSON tidak terbaca.", "The JSON cannot be read."),
    "bad-request": (400, "Permintaan tidak terbaca.", "The request cannot be read."),
    "unauthenticated": (401, "Masuk dahulu.", "Sign in first."),
    "password-change-required": (
        403,
        "Ganti kata sandi dahulu.",
        "Change your password first.",
    ),
    "second-factor-required": (
        403,
        "Masukkan kode faktor kedua dahulu.",
        "Give the code of your second factor first.",
    ),
    "password-again": (
        403,
        "Langkah ini meminta kata sandi Anda sekali lagi.",
        "This step asks for your password once more.",
    ),
    "wrong-password": (403, "Kata sandi tidak benar.", "That is not your password."),
    "scope-missing": (403, "Kunci API ini tidak mencakup hal itu.", "This API key does not cover that."),
    "not-found": (404, "Tidak ditemukan.", "Not found."),
    "not-permitted": (403, "Anda tidak berwenang melakukan ini.", "You have no right to do this."),
    "method-not-allowed": (405, "Metode tidak tersedia di sini.", "This method is not available here."),
    "not-acceptable": (406, "Bentuk itu tidak tersedia.", "That form is not available."),
    "body-too-large": (413, "Isi permintaan terlalu besar.", "The request body is too large."),
    "unsupported-media-type": (415, "Kirim sebagai application/json.", "Send it as application/json."),
    "webhook-address-refused": (
        422,
        "Alamat itu tidak boleh dipanggil.",
        "That address may not be called.",
    ),
    "webhook-host-unknown": (
        422,
        "Nama host itu tidak dikenal; periksa atau coba lagi.",
        "That host's name cannot be resolved; check it, or try again.",
    ),
    "file-unreadable": (
        422,
        "Berkas tidak terbaca sebagai daftar.",
        "The file cannot be read as a table.",
    ),
    "quota-exceeded": (
        429,
        "Kuota permintaan kunci ini untuk menit ini sudah habis.",
        "This key has used its quota of requests for this minute.",
    ),
    "signature-required": (
        401,
        "Kunci ini hanya menerima permintaan bertanda tangan.",
        "This key takes signed requests only.",
    ),
    "signature-invalid": (
        401,
        "Tanda tangan permintaan tidak sah.",
        "The request's signature does not hold.",
    ),
    "signature-replayed": (
        401,
        "Tanda tangan ini sudah pernah dipakai; tanda tangani lagi dengan nonce baru.",
        "This signature was used before; sign again with a new nonce.",
    ),
    "sandbox-only": (
        403,
        "Kunci uji coba hanya dapat mencoba memulai proses.",
        "A sandbox key can only try to start actions.",
    ),
    "too-many-attempts": (429, "Terlalu banyak percobaan.", "Too many attempts."),
    "internal-error": (500, "Terjadi kesalahan pada sistem.", "Something went wrong on our side."),
    "decree-not-signed": (
        409,
        "Berkas keputusan ini belum ditandatangani; coba lagi nanti.",
        "The file of this decree is not signed yet; try again later.",
    ),
    "document-unreadable": (
        503,
        "Berkas tidak terbaca di penyimpanan.",
        "The store cannot give this document back.",
    ),
    "document-store-unavailable": (
        503,
        "Penyimpanan berkas sedang tidak tersedia; kirim ulang.",
        "The store of documents is not available; send it again.",
    ),
    "ledger-unavailable": (
        503,
        "Buku besar sedang tidak tersedia; kirim ulang.",
        "The ledger is not available; send it again.",
    ),
}
BY_STATUS = {
    400: "bad-request",
    401: "unauthenticated",
    403: "not-permitted",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    413: "body-too-large",
    415: "unsupported-media-type",
    422: "invalid-request",
    429: "too-many-attempts",
    503: "ledger-unavailable",
}


class Problem(Exception):
    """An answer that is not the one asked for. `code` is one of TITLES, or a new one with `title`
    in Indonesian and English; `more` are further members of the problem.
    """

    def __init__(
        self,
        code: str,
        *,
        detail: str | None = None,
        status: int | None = None,
        title: tuple[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        known_status, *known = TITLES.get(code, (400, code, code))
        self.code = code
        self.status = status or known_status
        self.title = title or (known[0], known[1])
        self.detail = detail
        self.headers = dict(headers or {})
        self.more = more
        super().__init__(code)

    def body(self, language: str) -> dict[str, Any]:
        return problem_body(
            self.status, self.code, self.title[language != "id"], detail=self.detail, **self.more
        )


def problem_body(
    status: int, code: str, title: str, *, detail: str | None = None, **more: Any
) -> dict[str, Any]:
    body = {"type": f"urn:jenjang:problem:{code}", "title": title, "status": status, "code": code}
    return body | {key: value for key, value in {"detail": detail, **more}.items() if value is not None}


def problem_response(body: dict[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    return Response(
        orjson.dumps(body, default=str),
        status_code=body["status"],
        media_type=PROBLEM_JSON,
        headers=dict(headers or {}),
    )


def language_of(accept_language: str | None) -> str:
    """`id` or `en`: the one that the header weighs higher, `id` where it names neither (RFC 9110)."""
    weights = {"id": 0.0, "en": 0.0}
    for part in (accept_language or "").split(","):
        tag, _, parameter = part.strip().partition(";")
        primary = tag.strip().lower().partition("-")[0]
        if primary not in weights:
            continue
        try:
            weight = float(parameter.strip().removeprefix("q=")) if parameter else 1.0
        except ValueError:
            weight = 0.0
        weights[primary] = max(weights[primary], weight)
    return "en" if weights["en"] > weights["id"] else "id"


def status_of(refusal: Refusal) -> int:
    return next((status for kind, status in STATUS if isinstance(refusal, kind)), 422)


def findings_in(items: Any, policies: Mapping[str, Policy], language: str) -> list[dict[str, Any]]:
    """Findings of a refusal as the contract shows them, said again in the caller's language."""
    found = []
    for item in items or ():
        finding = item if isinstance(item, Finding) else Finding.model_validate(item)
        policy = policies.get(finding.policy.id)
        if policy is not None and language != "id":
            finding = explain(finding.rule, finding.outcome, finding.facts, policy, language)
        found.append(finding.model_dump(mode="json", exclude={"parameters"}))
    return found


def refusal_body(
    refusal: Refusal, language: str, names: Mapping[str, str | None], policies: Mapping[str, Policy]
) -> dict[str, Any]:
    """The problem that a refusal is. `names` are those of the people in its facts."""
    facts = refusal.facts
    more: dict[str, Any] = {}
    if isinstance(refusal, TaskAlreadyDecided):
        by = facts.get("by")
        more = {
            "decided_by": {"id": by, "name": names.get(by or "")},
            "decided_at": facts.get("at"),
            "outcome": facts.get("outcome"),
        }
    elif isinstance(refusal, TaskClaimed):
        by = facts.get("by")
        more = {"claimed_by": {"id": by, "name": names.get(by or "")}}
    elif isinstance(refusal, WrongExpectedVersion):
        more = {"expected": facts.get("expected"), "actual": facts.get("actual")}
    else:
        if "findings" in facts:
            more["findings"] = findings_in(facts["findings"], policies, language)
        for name in (
            "rules",
            "errors",
            "why",
            "what",
            "return_to",
            "position_id",
            "capacity",
            "field",
            "documents",
            "faults",
            "hash",
            "effective_from",
            "earliest",
            "needs",
            "kept",
        ):
            if name in facts:
                more[name] = facts[name]
    return problem_body(status_of(refusal), refusal.code, refusal.sentence(language), **more)


def _people_in(refusal: Refusal) -> set[str]:
    if isinstance(refusal, TaskAlreadyDecided | TaskClaimed):
        by = refusal.facts.get("by")
        return {by} if isinstance(by, str) else set()
    return set()


def body_of_refusal(request: Request, refusal: Refusal) -> dict[str, Any]:
    """The problem of `refusal` for this request, with names looked up."""
    names: dict[str, str | None] = {}
    policies: Mapping[str, Policy] = {}
    people = _people_in(refusal)
    if people or "findings" in refusal.facts:
        services = request.app.state.services
        with services.reading() as connection:
            names = {key: name for key, (name, _) in employees.names(connection, people).items()}
            policies = services.view(connection).policies
    return refusal_body(refusal, language_of(request.headers.get("accept-language")), names, policies)


def install(app: FastAPI) -> None:
    """Let every exception of the application become a problem."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(Refusal, _refusal)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    for kind in (LedgerUnavailable, DatabaseUnavailable, DBAPIError):
        app.add_exception_handler(kind, _unavailable)
    app.add_exception_handler(StoreUnavailable, _no_store)
    app.add_exception_handler(Exception, _internal)


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return problem_response(
        error.body(language_of(request.headers.get("accept-language"))), headers=error.headers
    )


async def _refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return problem_response(body_of_refusal(request, error))


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = error.errors()
    language = language_of(request.headers.get("accept-language"))
    if any(item["type"] == "json_invalid" for item in errors):
        return problem_response(Problem("malformed-json").body(language))
    listed = [
        {
            "field": ".".join(str(part) for part in item["loc"][1:]),
            "in": item["loc"][0],
            "message": item["msg"],
        }
        for item in errors
        if item["loc"]
    ]
    return problem_response(Problem("invalid-request", errors=listed).body(language))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = BY_STATUS.get(error.status_code, "bad-request")
    if error.status_code == 400 and "body" in str(error.detail):
        code = "malformed-json"
    problem = Problem(code, status=error.status_code, headers=error.headers)
    return problem_response(
        problem.body(language_of(request.headers.get("accept-language"))), headers=problem.headers
    )


async def _unavailable(request: Request, error: Exception) -> Response:
    if isinstance(error, asyncio.CancelledError):
        raise error
    log.error("the database is not available: %s", error)
    problem = Problem("ledger-unavailable", headers={"Retry-After": "1"})
    return problem_response(
        problem.body(language_of(request.headers.get("accept-language"))), headers=problem.headers
    )


async def _no_store(request: Request, error: Exception) -> Response:
    log.error("the store of documents is not available: %s", error)
    problem = Problem("document-store-unavailable", headers={"Retry-After": "1"})
    return problem_response(
        problem.body(language_of(request.headers.get("accept-language"))), headers=problem.headers
    )


async def _internal(request: Request, error: Exception) -> Response:
    log.error("a request failed", exc_info=error)
    return problem_response(
        Problem("internal-error").body(language_of(request.headers.get("accept-language")))
    )


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI entries for problems with these statuses, besides those that every endpoint may give."""
    described: dict[int | str, dict[str, Any]] = {}
    for status in sorted({400, 401, 403, 404, 405, 422, 429, 500, 503, *statuses} - {500}):
        code = BY_STATUS.get(status, "conflict")
        titles = TITLES.get(code, (status, "Keadaan sudah berubah.", "The world has moved on."))
        example = problem_body(status, code, titles[2])
        described[status] = {
            "description": titles[2],
            "content": {
                PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
            },
        }
    return described


PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457. `code` is stable; `title` is in the caller's language.",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "findings": {"type": "array", "items": {"type": "object"}},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
}
