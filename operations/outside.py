"""Where this installation's checkpoints go, as its settings say."""

from __future__ import annotations

from installation import mail_server_of
from proofs.witness_policy import parse_policy
from relay.publisher import Outside
from settings import Settings


def outside_of(settings: Settings) -> Outside:
    """Witnesses, timestamp authority and destinations. Raises OSError, MalformedPolicy, ValueError."""
    policy = None
    if settings.witness_policy is not None:
        policy = parse_policy(settings.witness_policy.read_bytes())
    mail = None
    if settings.publish_mail_to is not None:
        mail = mail_server_of(settings)
        if mail is None:
            raise ValueError("JENJANG_PUBLISH_MAIL_TO needs a mail server: set JENJANG_SMTP_HOST")
    return Outside(
        policy=policy,
        timestamp_url=settings.timestamp_url,
        folder=settings.publish_folder,
        url=settings.publish_url,
        mail_to=settings.publish_mail_to,
        mail_server=mail,
    )
