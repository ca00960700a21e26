"""Sending a letter by SMTP."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from integrations.http_call import OutsideUnreachable

ANSWERS_WITHIN = 20.0


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed over. With `starttls` the connection is encrypted before anything is said."""

    host: str
    port: int
    sender: str
    starttls: bool = False
    user: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Attachment:
    name: str
    content: bytes


def send(server: MailServer, to: str, subject: str, text: str, attachments: tuple[Attachment, ...]) -> None:
    """Hand a letter over. Raises OutsideUnreachable."""
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = server.sender, to, subject
    letter["Date"], letter["Message-ID"] = formatdate(), make_msgid(domain=server.sender.rpartition("@")[2])
    letter.set_content(text)
    for each in attachments:
        letter.add_attachment(
            each.content, maintype="application", subtype="octet-stream", filename=each.name
        )
    try:
        with smtplib.SMTP(server.host, server.port, timeout=ANSWERS_WITHIN) as connection:
            if server.starttls:
                connection.starttls(context=ssl.create_default_context())
            if server.user is not None and server.password is not None:
                connection.login(server.user, server.password)
            connection.send_message(letter)
    except (OSError, smtplib.SMTPException) as error:
        raise OutsideUnreachable(f"mail by {server.host}:{server.port}: {type(error).__name__}") from error
