"""The signing of decrees as this installation's settings say, and what makes their files."""

from __future__ import annotations

from pathlib import Path

from decrees.bsre import BsreKey
from decrees.signing import DecreeSigner
from decrees.software_key import key_from_files, own_key
from decrees.token_key import TokenKey
from decrees.words import words_of
from installation import Installation
from policies.library import HERE
from relay.decree_facts import DecreeReader
from relay.decree_maker import LedgerDecreeMaker
from settings import Settings

OWN_KEY = "decree-signing.pem"


def maker_of(installation: Installation) -> LedgerDecreeMaker:
    """Raises ValueError where the settings of signing are not whole, WordsUnreadable without words."""
    settings = installation.settings
    city = words_of(HERE, settings.agency)
    return LedgerDecreeMaker(
        installation.ledger,
        installation.reader,
        installation.documents,
        facts_of(installation),
        city,
        signer_of(installation, city.agency_name),
    )


def facts_of(installation: Installation) -> DecreeReader:
    """Reads what decrees and statements say."""
    settings = installation.settings
    return DecreeReader(installation.reader, installation.sealing_key, settings.pages_address)


def signer_of(installation: Installation, name: str) -> DecreeSigner | None:
    """Whoever has the key; None where decrees are signed elsewhere. Raises ValueError, SigningUnavailable."""
    settings = installation.settings
    match settings.decree_signing:
        case "none":
            return None
        case "pkcs11":
            return TokenKey(
                library=_needed(settings.decree_token_library, "TOKEN_LIBRARY"),
                token=_named(settings.decree_token, "TOKEN"),
                label=_named(settings.decree_token_key, "TOKEN_KEY"),
                pin_file=_needed(settings.decree_token_pin_file, "TOKEN_PIN_FILE"),
            )
        case "bsre":
            return _bsre(settings)
        case "software":
            if settings.decree_key_file is None:
                return own_key(settings.keys_folder / OWN_KEY, name, installation.clock())
            certificate = _needed(settings.decree_certificate_file, "CERTIFICATE_FILE")
            return key_from_files(settings.decree_key_file, certificate, settings.decree_key_password_file)


def _bsre(settings: Settings) -> BsreKey:
    return BsreKey(
        origin=_named(settings.decree_bsre_url, "BSRE_URL"),
        user=_named(settings.decree_bsre_user, "BSRE_USER"),
        password_file=_needed(settings.decree_bsre_password_file, "BSRE_PASSWORD_FILE"),
        nik_file=_needed(settings.decree_bsre_nik_file, "BSRE_NIK_FILE"),
        passphrase_file=_needed(settings.decree_bsre_passphrase_file, "BSRE_PASSPHRASE_FILE"),
        ca_file=settings.decree_bsre_ca_file,
    )


def _needed(file: Path | None, name: str) -> Path:
    if file is None:
        raise ValueError(f"JENJANG_DECREE_{name} is not set")
    return file


def _named(value: str | None, name: str) -> str:
    if not value:
        raise ValueError(f"JENJANG_DECREE_{name} is not set")
    return value
