"""One SIASN, reached as the settings say: what is read, what is written, and its names for our units."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from integrations.siasn.client import SiasnClient, http_client
from integrations.siasn.codes import Codes
from integrations.siasn.connection import Mode, addresses, trust
from integrations.siasn.reading import SiasnReader
from integrations.siasn.tokens import ClientCredentials, PasswordLogin, TokenFile, Tokens, TokenSource
from integrations.siasn.writing import SiasnWriter


@dataclass(frozen=True)
class Login:
    """An account at SIASN's single sign-on."""

    client_id: str
    username: str
    password: str


@dataclass(frozen=True)
class Access:
    """Everything that is needed to reach SIASN. `sso` is an account, or the file of a pasted token."""

    mode: Mode
    key: str
    secret: str
    sso: Login | Path
    origin: str | None = None
    ca_file: Path | None = None
    seconds: float = 30.0
    talent_mapping: bool = False

    def __repr__(self) -> str:
        return f"Access({self.mode})"


class Connector:
    """Opens no connection before it is asked something. Raises ValueError, OSError for an access that
    cannot be used.
    """

    def __init__(self, access: Access, codes: Codes) -> None:
        where = addresses(access.mode, access.origin)
        http = http_client(trust(access.ca_file), access.seconds)
        sso: TokenSource = (
            PasswordLogin(
                http, where.sso_token, access.sso.client_id, access.sso.username, access.sso.password
            )
            if isinstance(access.sso, Login)
            else TokenFile(access.sso)
        )
        apim = ClientCredentials(http, where.apim_token, access.key, access.secret)
        self.mode = access.mode
        self.codes = codes
        self.client = SiasnClient(http, where, Tokens(apim, sso))
        self.reader = SiasnReader(self.client)
        self.writer = SiasnWriter(self.client, talent_mapping=access.talent_mapping)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
