"""The terms of an integration's key: how often it may ask, and by what its requests are signed."""

from __future__ import annotations

from typing import Annotated, Any, Self

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator

from accounts import api_keys as keys
from api.administration import OperatorDep
from api.idempotency import IdempotencyKey, identify
from api.problems import Problem, responses
from api.wiring import ServicesDep
from domain.errors import NotFound
from domain.inbound_events import SignatureAlgorithm
from integrations.request_signature import ed25519_material

router = APIRouter(prefix="/v1/administration", tags=["administration"])

EXAMPLE: dict[str, Any] = {
    "requests_per_minute": 600,
    "signature": {"algorithm": "ed25519", "public_key": "JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs="},
    "signature_required": True,
}


class SigningKey(BaseModel):
    """`public_key`: the 32 bytes of the Ed25519 public key in base64. For `hmac-sha256` none is given: the
    answer has the secret.
    """

    model_config = ConfigDict(extra="forbid")

    algorithm: SignatureAlgorithm
    public_key: Annotated[str, Field(max_length=64)] | None = None

    @model_validator(mode="after")
    def _has_its_key(self) -> Self:
        if self.algorithm == "hmac-sha256":
            if self.public_key is not None:
                raise ValueError("the secret of hmac-sha256 is made here")
            return self
        try:
            ed25519_material(self.public_key or "")
        except ValueError:
            raise ValueError("public_key is no Ed25519 public key in base64") from None
        return self


class Terms(BaseModel):
    """All terms anew. What is left out falls back: the installation's quota, no signature."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    requests_per_minute: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    signature: SigningKey | None = None
    signature_required: bool = False

    @model_validator(mode="after")
    def _can_be_kept(self) -> Self:
        if self.signature_required and self.signature is None:
            raise ValueError("signature_required needs a signature")
        return self


class TermsSet(BaseModel):
    key_id: str
    secret: str | None = Field(
        description="The secret that signs with hmac-sha256: its characters are the key. Shown this once."
    )


@router.post(
    "/api-keys/{key_id}/terms", response_model=TermsSet, responses=responses(403, 409, 413, 415),
    summary="Set the terms of a key",
)  # fmt: skip
def set_terms(
    key_id: Annotated[str, Path(max_length=64)],
    body: Terms,
    request: Request,
    services: ServicesDep,
    caller: OperatorDep,
    idempotency_key: IdempotencyKey = None,
) -> dict[str, Any]:
    """In force at once. Whether a key is a sandbox key is settled at its issue."""
    known = {key["key_id"]: key for key in keys.list_keys(services.installation)}
    if key_id not in known:
        raise NotFound()
    if known[key_id]["revoked_at"] is not None:
        raise Problem("not-permitted", detail="The key has ended.")
    identified = identify(request, caller, idempotency_key, body)
    secret = keys.set_terms(
        services.installation,
        key_id,
        requests_per_minute=body.requests_per_minute,
        algorithm=body.signature.algorithm if body.signature else None,
        public_key=body.signature.public_key if body.signature else None,
        signature_required=body.signature_required,
        actor=caller.actor,
        command_id=identified.command_id,
        body_hash=identified.body_hash,
    )
    return {"key_id": key_id, "secret": secret}
