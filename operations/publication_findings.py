"""What the doctor says of the log's publications: late ones, missing witnesses, and those who refuse."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection

from ledger.publications import Published, first_news, newest_publication
from ledger.record import moment
from operations.diagnosis import Finding
from operations.outside import outside_of
from proofs.cosignature import read_cosignatures
from proofs.errors import AuditError
from proofs.signed_note import parse_note
from proofs.witness_policy import WitnessPolicy
from settings import Settings

# Somebody may be away for an hour or two; then a person should know.
LATE_AFTER_INTERVALS = 3


def of_publications(connection: Connection, settings: Settings, now: datetime) -> Iterator[Finding]:
    """What people should know about the log's witnesses; nothing where none are configured."""
    try:
        outside = outside_of(settings)
    except (OSError, AuditError, ValueError) as error:
        yield Finding("publication-settings", f"nothing is published: {error}")
        return
    if not outside.anybody:
        return
    published = newest_publication(connection)
    waiting = first_news(connection, published.size if published is not None else 0)
    late = now - LATE_AFTER_INTERVALS * timedelta(minutes=settings.publish_every_minutes)
    if waiting is not None and waiting < moment(late):
        what = "what was recorded has not been published"
        advice = "is the worker running, and does it reach Temporal and the ledger?"
        yield Finding("checkpoint-unpublished", what, since=waiting, advice=advice)
    if published is not None:
        yield from _of_witnesses(published, outside.policy)


def _of_witnesses(published: Published, policy: WitnessPolicy | None) -> Iterator[Finding]:
    if published.refused:
        yield Finding(
            "witness-refuses",
            f"{', '.join(published.refused)} saw another history of this log than size {published.size}",
            since=published.recorded_at,
            advice="docs/operations.md, `A lost or stolen key`",
        )
    elif policy is not None:
        note = parse_note(published.note)
        good, _ = read_cosignatures(note.text, note.signatures, policy.witness_keys)
        cosigners = [found.witness for found in good]
        if not policy.reached_by(cosigners):
            yield Finding(
                "quorum-lacking",
                f"size {published.size} lacks cosignatures of {', '.join(policy.lacking(cosigners))}",
                since=published.recorded_at,
                advice="ask the witnesses' operators whether they run and watch this log's newest key",
            )
