"""Were keys used as they were issued? Terms follow an issue, scopes hold, a trial stays one."""

from __future__ import annotations

from domain import events as ev
from domain.inbound_events import ApiKeyTermsSet, RequestsRefused
from ledger.record import StoredEvent

Problem = tuple[str, str]
START_SCOPE = "actions:write"
OF_A_KEY = (ApiKeyTermsSet, RequestsRefused, ev.ApiKeyRevoked)
# What a key that only tries things out leaves behind: whose data it was shown, as everybody does.
OF_A_TRIAL = (ev.PersonalDataRead,)


class KeyLaw:
    """Follows the keys in order; asked of every event before it is applied."""

    def __init__(self) -> None:
        self._issued: dict[str, ev.ApiKeyIssued] = {}

    def problems(self, stored: StoredEvent) -> list[Problem]:
        """What is unlawful about an event of a key's stream, or about what a key did. Of keys that were
        never issued nothing is known: what they may do is asked where it is done.
        """
        event, found = stored.event, list[Problem]()
        known = not isinstance(event, OF_A_KEY) or event.key_id in self._issued
        if not known:
            found.append(("illegal-transition", f"{stored.type} of a key that was not issued"))
        if isinstance(event, ev.ApiKeyIssued) and event.key_id in self._issued:
            found.append(("illegal-transition", "a key that was issued before"))
        if isinstance(event, ApiKeyTermsSet):
            signs = event.signature_algorithm is not None
            if signs != (event.verification_key is not None) or (event.signature_required and not signs):
                found.append(("wrong-facts", "a signature that nothing could be verified by"))
        if isinstance(event, RequestsRefused) and (stored.actor.kind != "system" or event.times < 1):
            found.append(("not-the-system", f"{stored.type} by {stored.actor.kind} {stored.actor.id}"))
        key = self._issued.get(stored.actor.id) if stored.actor.kind == "integration" else None
        if key is None:
            return found
        if key.sandbox and not isinstance(event, OF_A_TRIAL):
            found.append(("not-entitled", f"{stored.type} by the sandbox key {key.key_id}"))
        if isinstance(event, ev.ActionSubmitted) and START_SCOPE not in key.scopes:
            found.append(("not-entitled", f"the key {key.key_id} has no scope {START_SCOPE}"))
        return found

    def follow(self, event: ev.Event) -> None:
        if isinstance(event, ev.ApiKeyIssued):
            self._issued[event.key_id] = event
