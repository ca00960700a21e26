"""Sending a letter by SMTP."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from integrations.http_call import OutsideUnreachable

ANSWERS_WITHIN = 20.0
PERMANENT = 500


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


class AddressRefused(OutsideUnreachable):
    """The server will not take letters to this address (a reply of 5xx, RFC 5321 section 4.2.1)."""


def send(
    server: MailServer,
    to: str,
    subject: str,
    text: str,
    attachments: tuple[Attachment, ...] = (),
    *,
    html: str | None = None,
) -> None:
    """Hand a letter over, plain and as HTML beside it where there is one. Raises AddressRefused,
    OutsideUnreachable.
    """
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = server.sender, to, subject
    letter["Date"], letter["Message-ID"] = formatdate(), make_msgid(domain=server.sender.rpartition("@")[2])
    letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence answers it
    letter.set_content(text)
    if html is not None:
        letter.add_alternative(html, subtype="html")
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
    except smtplib.SMTPRecipientsRefused as error:
        if all(code >= PERMANENT for code, _ in error.recipients.values()):
            raise AddressRefused(f"mail by {server.host}:{server.port}: the address is refused") from None
        raise OutsideUnreachable(f"mail by {server.host}:{server.port}: put off") from None
    except (OSError, smtplib.SMTPException) as error:
        raise OutsideUnreachable(f"mail by {server.host}:{server.port}: {type(error).__name__}") from error
