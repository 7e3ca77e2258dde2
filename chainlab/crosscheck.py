"""The independent RFC 5280 check: accepted paths are validated again by pyhanko-certvalidator.

Only finished paths are handed over, one anchor at a time: its builder puts two certificates of one root into a path
and drops cross-signs when both roots are anchors (measured with 0.33.0), so its search is not used. Needs the extra
``certvalidator``; it is imported here and only when asked for.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Iterable
from datetime import datetime

from chainlab.certificate import Certificate
from chainlab.clients import ClientVerdict, Verdict
from chainlab.errors import UsageError
from chainlab.findings import CROSS_CHECK_DIFFERS, Finding
from chainlab.records import dataclass


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """What pyhanko-certvalidator says of one path; ``complaint`` is empty where it agrees."""

    path: tuple[Certificate, ...]
    complaint: str

    @property
    def agrees(self) -> bool:
        """Whether it accepts the path too."""
        return not self.complaint


def second_opinion(path: tuple[Certificate, ...], at: datetime) -> SecondOpinion:
    """Validate a complete path, leaf first and anchor last, for TLS server use at a moment.

    Every certificate must carry its encoding. ``UsageError`` when the extra is not installed.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from asn1crypto import x509
            from pyhanko_certvalidator import CertificateValidator, ValidationContext
            from pyhanko_certvalidator.errors import PathBuildingError, ValidationError
    except ImportError:
        hint = "pip install 'chainlab[certvalidator]'"
        raise UsageError(f"the independent check needs pyhanko-certvalidator: {hint}") from None
    leaf, *others = (x509.Certificate.load(certificate.der or b"") for certificate in path)
    anchor, intermediates = others[-1] if others else leaf, others[:-1]
    context = ValidationContext(
        trust_roots=[anchor], other_certs=intermediates, moment=at, weak_hash_algos=set(), allow_fetching=False
    )
    validator = CertificateValidator(leaf, intermediates, validation_context=context)
    try:
        asyncio.run(validator.async_validate_usage({"digital_signature"}, {"server_auth"}))  # type: ignore[no-untyped-call]
    except (PathBuildingError, ValidationError, ValueError) as complaint:
        return SecondOpinion(path, " ".join(str(complaint).split()) or type(complaint).__name__)
    return SecondOpinion(path, "")


def cross_check(verdicts: Iterable[ClientVerdict], at: datetime) -> list[Finding]:
    """A finding for every distinct accepted path that the independent check refuses.

    Paths with a catalogued certificate cannot be handed over and are left out. A refusal is expected where a client
    is more lenient than RFC 5280 (expired anchors, purposes of CAs).
    """
    accepted = {verdict.path for verdict in verdicts if verdict.verdict is Verdict.ACCEPT}
    checkable = sorted(
        (path for path in accepted if all(certificate.encoded for certificate in path)),
        key=lambda path: [certificate.sha256 for certificate in path],
    )
    opinions = [second_opinion(path, at) for path in checkable]
    return [
        Finding(
            CROSS_CHECK_DIFFERS,
            {"root": opinion.path[-1].label, "why": opinion.complaint},
            tuple(certificate.sha256 for certificate in opinion.path),
        )
        for opinion in opinions
        if not opinion.agrees
    ]
