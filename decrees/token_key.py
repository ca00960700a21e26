"""A signing key in a token or HSM (PKCS#11). Needs the package `python-pkcs11`, which is not among the
requirements: it is compiled against the token's own library.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from decrees.signing import SigningUnavailable, sealed_by
from domain.decree_events import KeyKind


@dataclass(frozen=True)
class TokenKey:
    """The key and certificate called `label` in the token called `token`, by the vendor's `library`. Each
    signature opens a session of its own, so that a token that was away works again.
    """

    library: Path
    token: str
    label: str
    pin_file: Path
    key: KeyKind = "pkcs11"

    def sign(self, pdf: bytes) -> bytes:
        try:
            from pyhanko.config.pkcs11 import TokenCriteria  # noqa: PLC0415  (only where a token is used)
            from pyhanko.sign.pkcs11 import (  # noqa: PLC0415  (as above)
                PKCS11Signer,
                open_pkcs11_session,
            )
        except ImportError:
            raise SigningUnavailable("the package python-pkcs11 is not installed") from None
        try:
            pin = self.pin_file.read_text(encoding="utf-8").strip()
            token = TokenCriteria(label=self.token)
            with open_pkcs11_session(str(self.library), token_criteria=token, user_pin=pin) as session:
                signer = PKCS11Signer(session, cert_label=self.label, key_label=self.label)
                return sealed_by(signer, pdf)
        except Exception as error:  # noqa: BLE001  (every vendor's library has errors of its own)
            raise SigningUnavailable(f"the token did not sign ({type(error).__name__})") from None
