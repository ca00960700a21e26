"""Where SIASN is, in production and for training, and by which certificates it is trusted."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

Mode = Literal["training", "production"]
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class Addresses:
    """The four addresses of one mode."""

    apim_token: str
    sso_token: str
    main: str
    reference: str


_LOGIN = "/auth/realms/public-siasn/protocol/openid-connect/token"
# Training answers under another path than production; where its reference API lies no source says.
_MAIN_PATH: dict[Mode, str] = {"production": "/apisiasn/1.0", "training": "/api/1.0"}
_APIM: dict[Mode, str] = {
    "production": "https://apimws.bkn.go.id",
    "training": "https://training-apimws.bkn.go.id",
}
_SSO: dict[Mode, str] = {
    "production": "https://sso-siasn.bkn.go.id",
    "training": "https://iam-siasn.bkn.go.id",
}


def addresses(mode: Mode, origin: str | None = None) -> Addresses:
    """BKN's addresses, or all four behind `origin` (scheme, host, port): the agency's proxy on the allowed
    host, or the emulator. Raises ValueError for an origin without TLS elsewhere than on this machine.
    """
    if origin is not None:
        parts = urlsplit(origin)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ValueError("SIASN is reached by https; http is for an emulator on this machine only")
        apim = sso = gateway = origin.rstrip("/")
    else:
        apim, sso, gateway = _APIM[mode], _SSO[mode], f"{_APIM[mode]}:8243"
    return Addresses(
        apim_token=f"{apim}/oauth2/token",
        sso_token=f"{sso}{_LOGIN}",
        main=f"{gateway}{_MAIN_PATH[mode]}",
        reference=f"{gateway}/referensi_siasn/1",
    )


def trust(ca_file: Path | None) -> ssl.SSLContext:
    """Certificates are always verified: by the bundle in `ca_file`, else by the system's. Raises OSError,
    ssl.SSLError for a bundle that cannot be read.
    """
    return ssl.create_default_context(cafile=str(ca_file) if ca_file is not None else None)
