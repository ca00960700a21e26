"""SIASN as this installation's settings say: none, and officers write back by hand, or a connector."""

from __future__ import annotations

from pathlib import Path

from integrations.siasn.codes import read_codes
from integrations.siasn.connector import Access, Connector, Login
from settings import Settings


def connector_of(settings: Settings) -> Connector | None:
    """The connector; None where no mode is set. Raises ValueError, OSError where settings are not whole."""
    if settings.siasn_mode is None:
        return None
    access = Access(
        mode=settings.siasn_mode,
        key=_secret(settings.siasn_consumer_key_file, "CONSUMER_KEY_FILE"),
        secret=_secret(settings.siasn_consumer_secret_file, "CONSUMER_SECRET_FILE"),
        sso=settings.siasn_sso_token_file or _login(settings),
        origin=settings.siasn_origin,
        ca_file=settings.siasn_ca_file,
        seconds=settings.siasn_seconds,
        talent_mapping=settings.siasn_talent_mapping,
    )
    return Connector(access, read_codes(_needed(settings.siasn_codes, "CODES")))


def _login(settings: Settings) -> Login:
    if settings.siasn_sso_client_id is None:
        raise ValueError("JENJANG_SIASN_SSO_CLIENT_ID or JENJANG_SIASN_SSO_TOKEN_FILE is not set")
    return Login(
        settings.siasn_sso_client_id,
        _secret(settings.siasn_sso_username_file, "SSO_USERNAME_FILE"),
        _secret(settings.siasn_sso_password_file, "SSO_PASSWORD_FILE"),
    )


def _secret(file: Path | None, name: str) -> str:
    try:
        return _needed(file, name).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"JENJANG_SIASN_{name} cannot be read ({type(error).__name__})") from None


def _needed(file: Path | None, name: str) -> Path:
    if file is None:
        raise ValueError(f"JENJANG_SIASN_{name} is not set")
    return file
