"""Two independent Python validators on the same cases: pyca/cryptography's verifier and pyhanko-certvalidator."""

from __future__ import annotations

import asyncio
import importlib
import importlib.metadata
import ipaddress
import signal
from typing import Any, Final

from cryptography import x509
from cryptography.x509 import verification

from chainlab import oids
from tests.conformance.case import ACCEPT, REJECT, UNKNOWN, Answer, Case

SECONDS: Final = 10
"""Longest that one validation may take."""


class TooLongError(BaseException):
    """Raised by the alarm; not an ``Exception``, so that no validator catches it."""


def limited(judge: Any, case: Case) -> Answer:
    """The answer, or unknown where it did not come in time."""
    before = signal.signal(signal.SIGALRM, _alarm)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        answer: Answer = judge(case)
    except TooLongError:
        return Answer(UNKNOWN, f"no answer within {SECONDS} seconds")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    return answer


def _alarm(*_: object) -> None:
    raise TooLongError


def pyca(case: Case) -> Answer:
    """pyca/cryptography's verifier; without the rules of its web profile for extensions where no purpose is asked."""
    try:
        leaf = x509.load_der_x509_certificate(case.leaf)
        others = [x509.load_der_x509_certificate(der) for der in case.intermediates]
        store = verification.Store([x509.load_der_x509_certificate(der) for der in case.roots])
        builder = verification.PolicyBuilder().store(store).time(case.at)
        if case.longest:
            builder = builder.max_chain_depth(case.longest - 2)
        if not case.purpose:
            anything = verification.ExtensionPolicy.permit_all()
            ca = anything.require_present(x509.BasicConstraints, verification.Criticality.AGNOSTIC, None)
            builder = builder.extension_policies(ca_policy=ca, ee_policy=anything)
        if case.host and case.purpose != oids.CLIENT_AUTH:
            builder.build_server_verifier(_subject(case.host)).verify(leaf, others)
        else:
            builder.build_client_verifier().verify(leaf, others)
    except (verification.VerificationError, ValueError, TypeError) as error:
        return Answer(REJECT, str(error))
    return Answer(ACCEPT)


def _subject(host: str) -> x509.DNSName | x509.IPAddress:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def certvalidator(case: Case) -> Answer:
    """pyhanko-certvalidator: path building and validation, and the purpose where one is asked. It checks no host."""
    try:
        return asyncio.run(_certvalidator(case))
    except Exception as error:  # noqa: BLE001 - the validator leaks ValueError, TypeError, KeyError and its own
        return Answer(REJECT, f"{type(error).__name__}: {error}")


async def _certvalidator(case: Case) -> Answer:
    from asn1crypto import x509 as asn1

    package: Any = importlib.import_module("pyhanko_certvalidator")
    policies: Any = importlib.import_module("pyhanko_certvalidator.policy_decl")
    leaf = asn1.Certificate.load(case.leaf)
    context = package.ValidationContext(
        trust_roots=[asn1.Certificate.load(der) for der in case.roots],
        other_certs=[asn1.Certificate.load(der) for der in case.intermediates],
        moment=case.at,
        allow_fetching=False,
        algorithm_usage_policy=policies.DisallowWeakAlgorithmsPolicy(
            weak_hash_algos={"md2", "md5"}, dsa_key_size_threshold=1024, rsa_key_size_threshold=1024
        ),
    )
    wanted = case.policies
    inputs: dict[str, Any] = {
        "initial_explicit_policy": wanted.explicit,
        "initial_policy_mapping_inhibit": wanted.inhibit_mapping,
        "initial_any_policy_inhibit": wanted.inhibit_any,
    }
    if wanted.acceptable is not None:
        inputs["user_initial_policy_set"] = wanted.acceptable
    validator = package.CertificateValidator(
        leaf, validation_context=context, pkix_params=policies.PKIXValidationParams(**inputs)
    )
    if case.purpose:
        purpose = "client_auth" if case.purpose == oids.CLIENT_AUTH else "server_auth"
        await validator.async_validate_usage(set(), {purpose}, extended_optional=True)
    else:
        await validator.async_validate_path()
    return Answer(ACCEPT)


def version(package: str) -> str:
    """The installed version of a package; empty where it is not installed."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""
