"""Where this installation's checkpoints go, as its settings say."""

from __future__ import annotations

from integrations.mail import MailServer
from proofs.witness_policy import parse_policy
from relay.publisher import Outside
from settings import Settings


def _is_here(host: str) -> bool:
    return host in ("localhost", "127.0.0.1", "::1")


def outside_of(settings: Settings) -> Outside:
    """Witnesses, timestamp authority and destinations. Raises OSError, MalformedPolicy, ValueError."""
    policy = None
    if settings.witness_policy is not None:
        policy = parse_policy(settings.witness_policy.read_bytes())
    mail = None
    if settings.publish_mail_to is not None:
        if settings.smtp_host is None:
            raise ValueError("JENJANG_PUBLISH_MAIL_TO needs a mail server: set JENJANG_SMTP_HOST")
        if settings.smtp_user is not None and not (settings.smtp_starttls or _is_here(settings.smtp_host)):
            raise ValueError("JENJANG_SMTP_USER needs JENJANG_SMTP_STARTTLS, or its password is sent openly")
        password = settings.smtp_password_file
        mail = MailServer(
            settings.smtp_host,
            settings.smtp_port,
            settings.smtp_sender,
            settings.smtp_starttls,
            settings.smtp_user,
            password.read_text(encoding="utf-8").strip() if password is not None else None,
        )
    return Outside(
        policy=policy,
        timestamp_url=settings.timestamp_url,
        folder=settings.publish_folder,
        url=settings.publish_url,
        mail_to=settings.publish_mail_to,
        mail_server=mail,
    )
