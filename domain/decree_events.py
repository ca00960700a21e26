"""What happens to a decree as a file, after it has its number."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from domain.event import Event

SHA256 = r"^[0-9a-f]{64}$"
# Where the key that signed lies: in a file of this installation, in a token, or at the signing service.
KeyKind = Literal["software", "pkcs11", "bsre"]


class DecreeSigned(Event):
    """The decree has its one signed file, document `document_id` of the person's file. `issued_position` is
    where the ledger has the decree; `unsigned_sha256` is of the pages without the signature, which are the
    first bytes of the signed file; `certificate_sha256` of the signer's certificate (DER); `words_sha256`
    of the city's words and templates.
    """

    decree_id: str
    action_id: str | None = None
    list_id: str | None = None
    person_id: str
    number: str
    issued_position: int
    document_id: str
    unsigned_sha256: str = Field(pattern=SHA256)
    signed_sha256: str = Field(pattern=SHA256)
    certificate_sha256: str = Field(pattern=SHA256)
    key: KeyKind
    words_id: str
    words_sha256: str = Field(pattern=SHA256)
