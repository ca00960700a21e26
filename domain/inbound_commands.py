"""What operators may say of keys after their issue, and what the edge records of them."""

from __future__ import annotations

from domain.commands import Command
from domain.inbound_events import SignatureAlgorithm


class SetApiKeyTerms(Command):
    """All terms anew; what is left out falls back to what every key has."""

    key_id: str
    requests_per_minute: int | None = None
    signature_algorithm: SignatureAlgorithm | None = None
    verification_key: str | None = None
    signature_required: bool = False


class RecordRefusals(Command):
    key_id: str
    code: str
    times: int
