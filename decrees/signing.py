"""PAdES signatures on decrees (ETSI EN 319 142-1, level B-B), and the check of what a signer gives back."""

from __future__ import annotations

import hashlib
import io
import logging
from dataclasses import dataclass
from typing import Protocol

from asn1crypto import x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from domain.decree_events import KeyKind

FIELD = "Penandatangan"

# A self-signed certificate, or one whose CA nobody has told it of, is no fault of the file.
logging.getLogger("pyhanko").setLevel(logging.ERROR)
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)


class SigningUnavailable(Exception):
    """Key or service cannot be reached now; the sentence says why and holds nothing of a person."""


class NotSigned(Exception):
    """What came back is not our pages with one sound signature over them."""


class DecreeSigner(Protocol):
    """Whoever has the key."""

    @property
    def key(self) -> KeyKind: ...

    def sign(self, pdf: bytes) -> bytes:
        """The same pages with a signature appended. Raises SigningUnavailable."""
        ...


@dataclass(frozen=True)
class Signed:
    """A signed decree; `certificate_sha256` is of the signer's certificate in DER."""

    pdf: bytes
    unsigned_sha256: str
    sha256: str
    certificate_sha256: str


class _PagesAsTheyAre(IncrementalPdfFileWriter):
    """Appends to a file and leaves its metadata alone: pyHanko would write them anew, and in other words
    than PDF/A wants for what describes the metadata themselves (ISO 19005-2, 6.6.2.3).
    """

    def _update_meta(self) -> None:
        return


def sealed_by(signer: Signer, pdf: bytes) -> bytes:
    """The pages with an invisible certifying signature appended: after it nothing may change. Appended, so
    that the pages stay byte for byte what they were, and PDF/A.
    """
    meta = PdfSignatureMetadata(
        field_name=FIELD,
        subfilter=SigSeedSubFilter.PADES,
        md_algorithm="sha256",
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    out = PdfSigner(meta, signer).sign_pdf(_PagesAsTheyAre(io.BytesIO(pdf)))
    return bytes(out.getvalue())


def signed(pdf: bytes, signer: DecreeSigner) -> Signed:
    """The pages signed, and checked to be those pages. Raises SigningUnavailable, NotSigned."""
    found = signer.sign(pdf)
    if not found.startswith(pdf):
        raise NotSigned("the signer gave other pages back")
    certificate = _certificate_of(found)
    return Signed(
        found,
        hashlib.sha256(pdf).hexdigest(),
        hashlib.sha256(found).hexdigest(),
        hashlib.sha256(certificate.dump()).hexdigest(),
    )


def _certificate_of(pdf: bytes) -> x509.Certificate:
    """The certificate of the one signature, which is whole and covers the whole file. Whether the
    certificate is to be trusted is for whoever reads the file.
    """
    try:
        signatures = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
        if len(signatures) != 1:
            raise NotSigned(f"{len(signatures)} signatures")
        signature = signatures[0]
        certificate: x509.Certificate = signature.signer_cert
        trusting = ValidationContext(trust_roots=[certificate], allow_fetching=False)
        status = validate_pdf_signature(signature, signer_validation_context=trusting)
    except (PdfError, ValueError) as error:
        raise NotSigned(type(error).__name__) from None
    if not (status.intact and status.valid) or status.coverage != SignatureCoverageLevel.ENTIRE_FILE:
        raise NotSigned("the signature does not fit the file")
    return certificate
