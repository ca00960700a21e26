"""Terms of keys of integrations, and the record of what they were refused."""

from __future__ import annotations

import base64
import binascii

from domain.directory import operator_only
from domain.errors import NotFound, NotPermitted, Unlawful
from domain.event import NewEvent
from domain.facts import Facts
from domain.inbound_commands import RecordRefusals, SetApiKeyTerms
from domain.inbound_events import ApiKeyTermsSet, RequestsRefused

VERIFICATION_KEY_BYTES = 32


class InvalidTerms(Unlawful):
    code = "invalid-terms"
    sentence_id = "Ketentuan kunci tidak dapat dipenuhi ({field})."
    sentence_en = "Those terms of a key cannot be kept ({field})."


def set_terms(facts: Facts, command: SetApiKeyTerms) -> list[NewEvent]:
    """The key's terms from now on. Raises NotPermitted, NotFound, and InvalidTerms for terms that cannot be
    kept: a signature that is required and has no key, or a key that is none.
    """
    operator_only(command.actor, facts)
    stream = stream_of(command.key_id)
    if facts.last_recorded(stream) is None:
        raise NotFound()
    if (command.signature_algorithm is None) != (command.verification_key is None):
        raise InvalidTerms(field="signature")
    if command.signature_required and command.signature_algorithm is None:
        raise InvalidTerms(field="signature_required")
    if command.verification_key is not None and not _is_key(command.verification_key):
        raise InvalidTerms(field="public_key")
    event = ApiKeyTermsSet(**command.model_dump(include=set(ApiKeyTermsSet.model_fields)))
    return [NewEvent(stream, event)]


def record_refusals(facts: Facts, command: RecordRefusals) -> list[NewEvent]:
    """The edge alone says what it refused."""
    stream = stream_of(command.key_id)
    if command.actor.kind != "system" or facts.last_recorded(stream) is None:
        raise NotPermitted()
    return [NewEvent(stream, RequestsRefused(key_id=command.key_id, code=command.code, times=command.times))]


def stream_of(key_id: str) -> str:
    return f"api-key/{key_id}"


def _is_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text, validate=True)) == VERIFICATION_KEY_BYTES
    except (binascii.Error, ValueError):
        return False
