"""pyca/cryptography's X.509 verifier."""

from __future__ import annotations

import cryptography
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import verification

from chainlab.certificate import Certificate
from tests.oracles.oracle import ACCEPT, REJECT, Answer, Bench, Oracle
from tests.oracles.scenario import Case


def _ask(bench: Bench) -> list[Answer]:
    return [_one(case) for case in bench.cases]


def _load(certificate: Certificate) -> x509.Certificate:
    return x509.load_der_x509_certificate(certificate.der or b"")


def _one(case: Case) -> Answer:
    store = verification.Store([_load(root) for root in case.roots])
    builder = verification.PolicyBuilder().store(store).time(case.at)
    verifier = builder.build_server_verifier(x509.DNSName(case.host))
    try:
        path = verifier.verify(_load(case.served[0]), [_load(certificate) for certificate in case.served[1:]])
    except (verification.VerificationError, ValueError) as error:
        return Answer(REJECT, str(error))
    return Answer(ACCEPT, "", tuple(certificate.fingerprint(SHA256()).hex() for certificate in path))


ORACLES = (
    Oracle("pyca", "pyca", _ask, lambda: f"cryptography {cryptography.__version__}", "pip install cryptography",
           fast=True),
)  # fmt: skip
