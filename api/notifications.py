"""Where I want to be told that something waits for me, and when."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from accounts import notification_settings as wishes
from api.credentials import CallerDep
from api.idempotency import IdempotencyKey
from api.problems import Problem, responses
from api.wiring import Services, ServicesDep
from integrations.channels import LONGEST_ADDRESS, Channel
from integrations.http_call import OutsideUnreachable
from integrations.mail import AddressRefused
from notification.letters import code_letter

router = APIRouter(prefix="/v1/notification-settings", tags=["tasks"])

Hour = Annotated[int, Field(ge=0, le=23, description="Local time.")]
WISHES: dict[str, Any] = {
    "channel": "mail",
    "address": "pegawai@contoh.go.id",
    "language": "id",
    "mode": "digest",
    "digest_hour": 7,
    "quiet_from": 18,
    "quiet_until": 6,
}
CHANNEL: dict[str, Any] = {
    "name": "mail",
    "label": {"id": "Surel", "en": "E-mail"},
    "hint": {"id": "nama@contoh.go.id", "en": "name@example.go.id"},
}


class Wishes(BaseModel):
    """Both quiet hours or none; they hold back what is told at once."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [WISHES]})

    channel: str = Field(max_length=31, pattern=r"^[a-z][a-z0-9-]*$")
    address: str = Field(min_length=1, max_length=LONGEST_ADDRESS, pattern=r"^[!-~]+$")
    language: Literal["id", "en"] = "id"
    mode: Literal["at_once", "digest"] = "digest"
    digest_hour: Hour = 7
    quiet_from: Hour | None = None
    quiet_until: Hour | None = None


class OfferedChannel(BaseModel):
    name: str
    label: dict[str, str]
    hint: dict[str, str] = Field(description="What an address looks like.")


class NotificationSettings(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"channels": [CHANNEL], "wishes": WISHES, "confirmed": True, "refused": False}]
        }
    )

    channels: list[OfferedChannel] = Field(description="What the agency has set up; empty where nothing.")
    wishes: Wishes | None
    confirmed: bool = Field(description="Nothing is sent to an address before its owner showed the code.")
    refused: bool = Field(description="The address was refused when last tried.")


class Code(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"code": "40718293"}]})

    code: str = Field(min_length=1, max_length=32)


@router.get(
    "", response_model=NotificationSettings, responses=responses(), summary="How I am told what waits"
)
def show(services: ServicesDep, caller: CallerDep) -> dict[str, Any]:
    return _shown(services, caller.require_person())


@router.put(
    "",
    response_model=NotificationSettings,
    responses=responses(409, 413, 415, 429, 503),
    summary="Say how I want to be told",
)
def put(
    body: Wishes,
    services: ServicesDep,
    caller: CallerDep,
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001  (the same wishes again change nothing)
) -> dict[str, Any]:
    """A new address gets a code of eight digits, and is told nothing else until `confirmation` has it."""
    person_id = caller.require_person()
    channel = services.installation.channels.get(body.channel)
    _check(body, channel)
    now = services.now()
    with services.installation.writing_engine.begin() as connection:
        try:
            kept = wishes.keep(connection, person_id, wishes.Wishes(**body.model_dump()), now)
        except wishes.CodeTooSoon as soon:
            raise Problem(
                "code-too-soon",
                status=429,
                title=(
                    "Kode baru saja dikirim. Tunggu semenit sebelum meminta yang lain.",
                    "A code was sent just now. Wait a minute before you ask for another.",
                ),
                headers={"Retry-After": str(max(1, round((soon.until - now).total_seconds())))},
            ) from None
    if kept is not None and channel is not None:
        _send_code(services, channel, body, kept)
    return _shown(services, person_id)


@router.post(
    "/confirmation",
    response_model=NotificationSettings,
    responses=responses(413, 415),
    summary="Confirm my address",
)
def confirm(
    body: Code,
    services: ServicesDep,
    caller: CallerDep,
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001  (the right code again changes nothing)
) -> dict[str, Any]:
    """With the code that was sent to it, within 30 minutes. After five wrong ones ask for another."""
    person_id = caller.require_person()
    with services.installation.writing_engine.begin() as connection:
        right = wishes.confirm(connection, person_id, body.code.strip(), services.now())
    if not right:
        raise Problem(
            "wrong-code",
            status=422,
            title=(
                "Kode tidak benar atau sudah lewat waktunya. Minta kode yang baru.",
                "The code is wrong or too old. Ask for a new one.",
            ),
            errors=[{"field": "code", "in": "body", "message": "not the code that was sent"}],
        )
    return _shown(services, person_id)


@router.delete("", status_code=204, responses=responses(413, 415), summary="Be told nothing any more")
def forget(services: ServicesDep, caller: CallerDep) -> None:
    """Address and wishes are forgotten."""
    person_id = caller.require_person()
    with services.installation.writing_engine.begin() as connection:
        wishes.forget(connection, person_id)


def _shown(services: Services, person_id: str) -> dict[str, Any]:
    with services.reading() as connection:
        mine = wishes.settings_of(connection, person_id)
    offered = services.installation.channels.values()
    return {
        "channels": [
            {"name": each.name, "label": dict(each.labels), "hint": dict(each.hints)} for each in offered
        ],
        "wishes": vars(mine.wishes) if mine is not None else None,
        "confirmed": mine is not None and mine.confirmed_at is not None,
        "refused": mine is not None and mine.refusals > 0,
    }


def _check(body: Wishes, channel: Channel | None) -> None:
    """Raises a problem that names the field."""
    errors = []
    if channel is None:
        errors.append(("channel", "Saluran ini tidak ada.", "There is no such channel."))
    elif not channel.takes(body.address):
        errors.append(
            ("address", "Alamat ini tidak berlaku di saluran itu.", "This is no address on that channel.")
        )
    if (body.quiet_from is None) != (body.quiet_until is None):
        errors.append(
            ("quiet_until", "Isi kedua jam tenang atau kosongkan keduanya.", "Give both quiet hours or none.")
        )
    if errors:
        raise Problem(
            "invalid-request",
            title=(" ".join(each[1] for each in errors), " ".join(each[2] for each in errors)),
            errors=[{"field": field, "in": "body", "message": message} for field, _, message in errors],
        )


def _send_code(services: Services, channel: Channel, body: Wishes, kept: wishes.Kept) -> None:
    """Outside of any transaction: a mail server may take its time."""
    try:
        channel.send(body.address, code_letter(kept.code, body.language))
    except OutsideUnreachable as error:
        with services.installation.writing_engine.begin() as connection:
            wishes.take_back(connection, kept)
        if isinstance(error, AddressRefused):
            raise Problem(
                "invalid-request",
                title=("Alamat ini ditolak oleh server surel.", "The mail server refuses this address."),
                errors=[{"field": "address", "in": "body", "message": "refused by the mail server"}],
            ) from None
        raise Problem(
            "channel-unreachable",
            status=503,
            title=(
                "Saluran itu sedang tidak terjangkau; coba lagi nanti.",
                "That channel cannot be reached now; try again later.",
            ),
        ) from None
