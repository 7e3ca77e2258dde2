"""pyhanko-certvalidator, path building included."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from asn1crypto import pem, x509
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, ValidationError

from benchmarks.peers.running import Files, run


def certificates(text: bytes) -> list[x509.Certificate]:
    """Every certificate of a PEM text."""
    return [x509.Certificate.load(der) for _, _, der in pem.unarmor(text, multiple=True)]


def prepare(roots: bytes, at: datetime) -> Callable[[Files], str]:
    """A fresh context for each validation: it keeps what it has validated."""
    anchors = certificates(roots)

    def validate(files: Files) -> str:
        others = certificates(files.chain)
        context = ValidationContext(trust_roots=anchors, other_certs=others, moment=at, allow_fetching=False)
        validator = CertificateValidator(certificates(files.leaf)[0], others, validation_context=context)
        try:
            usage = validator.async_validate_usage({"digital_signature"}, {"server_auth"})  # type: ignore[no-untyped-call]
            asyncio.run(usage)
        except (PathBuildingError, ValidationError) as error:
            return f"reject: {' '.join(str(error).split())[:60]}"
        except RecursionError:
            return "reject: RecursionError"
        return "accept"

    return validate


if __name__ == "__main__":
    run(prepare)
