"""A signing key in a file: issued by a CA, or made here with a certificate that nobody else vouches for."""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

from asn1crypto import keys, pem, x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509 import (
    BasicConstraints,
    CertificateBuilder,
    KeyUsage,
    Name,
    NameAttribute,
    random_serial_number,
)
from cryptography.x509.oid import NameOID
from pyhanko.sign.signers import SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from decrees.signing import SigningUnavailable, sealed_by
from domain.decree_events import KeyKind

VALID_FOR = timedelta(days=3650)


class SoftwareKey:
    """Signs with a private key and its certificates, all in PEM: the signer's first, then its issuers'."""

    key: KeyKind = "software"

    def __init__(self, pem_of_key: bytes, pem_of_certificates: bytes, password: bytes | None = None) -> None:
        private = serialization.load_pem_private_key(pem_of_key, password)
        der = private.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        first, *issuers = [
            x509.Certificate.load(each) for _, _, each in pem.unarmor(pem_of_certificates, multiple=True)
        ]
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple(issuers)
        self._signer = SimpleSigner(first, keys.PrivateKeyInfo.load(der), store)

    def sign(self, pdf: bytes) -> bytes:
        return sealed_by(self._signer, pdf)


def key_from_files(key: Path, certificates: Path, password: Path | None) -> SoftwareKey:
    """Raises SigningUnavailable for files that cannot be read or do not belong together."""
    try:
        secret = password.read_bytes().strip() if password is not None else None
        return SoftwareKey(key.read_bytes(), certificates.read_bytes(), secret)
    except (OSError, ValueError, TypeError) as error:
        raise SigningUnavailable(f"the signing key cannot be read ({type(error).__name__})") from None


def own_key(file: Path, name: str, now: datetime) -> SoftwareKey:
    """The key in `file`, made at first use with a certificate of its own for `name`; several processes that
    come at once use the same one.
    """
    if not file.exists():
        _make(file, name, now)
    content = file.read_bytes()
    begins = content.index(b"-----BEGIN CERTIFICATE")
    return SoftwareKey(content[:begins], content[begins:])


def _make(file: Path, name: str, now: datetime) -> None:
    # RSA: with a key on a curve the file would call itself PDF 2.0 (ISO/TS 32002), and PDF/A-2 is PDF 1.7.
    private = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    names = Name([NameAttribute(NameOID.ORGANIZATION_NAME, name), NameAttribute(NameOID.COMMON_NAME, name)])
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"), False
    )
    certificate = (
        CertificateBuilder()
        .subject_name(names)
        .issuer_name(names)
        .public_key(private.public_key())
        .serial_number(random_serial_number())
        .not_valid_before(now.astimezone(UTC) - timedelta(hours=1))
        .not_valid_after(now.astimezone(UTC) + VALID_FOR)
        .add_extension(BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            KeyUsage(
                digital_signature=True,
                content_commitment=True,
                encipher_only=False,
                decipher_only=False,
                **usage,
            ),
            critical=True,
        )
        .sign(private, hashes.SHA256())
    )
    content = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ) + certificate.public_bytes(serialization.Encoding.PEM)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}-{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        os.link(draft, file)
    except FileExistsError:
        pass  # another process was first
    finally:
        draft.unlink(missing_ok=True)
