"""certvalidator 0.11.1 and its maintained fork pyhanko-certvalidator, in this process.

The original runs in circles on some meshes (two CAs that certify each other); an alarm ends that.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.metadata
import importlib.util
import re
import signal
import sys
from collections.abc import Callable
from typing import Any

from asn1crypto import x509

from tests.oracles.oracle import ACCEPT, CANNOT, REJECT, Answer, Ask, Oracle
from tests.oracles.scenario import Case

MESSAGE = 250
"""Characters kept of an error's text."""

SECONDS = 2
"""Longest that one validation may take; a normal one takes milliseconds."""


class RunsInCirclesError(BaseException):
    """Raised by the alarm; not an ``Exception``, so that the validators do not catch it."""


def _alarm(*_: object) -> None:
    raise RunsInCirclesError


def _context(module: Any, case: Case) -> Any:
    certificates = [x509.Certificate.load(certificate.der) for certificate in case.served]
    context = module.ValidationContext(
        trust_roots=[x509.Certificate.load(root.der) for root in case.roots],
        other_certs=certificates[1:],
        moment=case.at,
        weak_hash_algos=set(),
        allow_fetching=False,
    )
    return module.CertificateValidator(certificates[0], certificates[1:], validation_context=context)


def _fork(case: Case) -> Any:
    validator = _context(importlib.import_module("pyhanko_certvalidator"), case)
    return list(asyncio.run(validator.async_validate_usage({"digital_signature"}, {"server_auth"})).iter_certs(True))


def _original(case: Case) -> Any:
    load_oscrypto()
    module = importlib.import_module("certvalidator")
    return list(reversed(list(_context(module, case).validate_tls(case.host))))


def load_oscrypto() -> None:
    """oscrypto 1.3.0 takes one digit for OpenSSL's patch number and does not know 3.0.19: widen that pattern."""
    name = "oscrypto._openssl._libcrypto"
    if name in sys.modules:
        return
    search = re.search

    def widened(pattern: Any, text: Any, flags: Any = 0) -> Any:
        wide = pattern.replace(r"\d\.\d\.\d[a-z]", r"\d\.\d\.\d+[a-z]") if isinstance(pattern, str) else pattern
        return search(wide, text, flags)

    re.search = widened  # type: ignore[assignment]
    try:
        importlib.import_module(name)
    finally:
        re.search = search


def _ask(validate: Callable[[Case], Any]) -> Ask:
    def one(case: Case) -> Answer:
        before = signal.signal(signal.SIGALRM, _alarm)
        signal.setitimer(signal.ITIMER_REAL, SECONDS)
        try:
            path = validate(case)
        except RunsInCirclesError:
            return Answer(CANNOT, f"did not end within {SECONDS} seconds")
        except Exception as error:  # noqa: BLE001 - certvalidator leaks ValueError, TypeError and oscrypto's errors
            return Answer(REJECT, f"{type(error).__name__}: {error}"[:MESSAGE])
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        prints = [certificate.sha256.hex() for certificate in path]
        leaf = case.served[0].sha256
        return Answer(ACCEPT, "", tuple(prints if prints[0] == leaf else reversed(prints)))

    return lambda bench: [one(case) for case in bench.cases]


def _version(package: str) -> Callable[[], str]:
    def version() -> str:
        try:
            return f"{package} {importlib.metadata.version(package)}"
        except importlib.metadata.PackageNotFoundError:
            return ""

    return version


ORACLES = (
    Oracle("pyhanko-certvalidator", "certvalidator", _ask(_fork), _version("pyhanko-certvalidator"),
           "pip install pyhanko-certvalidator", checks_host=False, fast=True),
    Oracle("certvalidator", "certvalidator-0.11", _ask(_original), _version("certvalidator"),
           "pip install certvalidator==0.11.1", fast=True),
)  # fmt: skip
