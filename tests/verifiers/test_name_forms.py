"""Name constraints of each form of names: what families make of them, beside the real verifiers."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from chainlab.decoding import decode_certificate
from tests.oracles.compare import our_answer
from tests.oracles.oracle import ACCEPT, REJECT, Oracle, all_oracles, set_up
from tests.oracles.scenario import LEAF, Case, CertSpec, Scenario, _entity, materialise, now
from tests.pki import NOW

SCENARIO: Final = Scenario(
    "forms", {LEAF: CertSpec(LEAF, "I", ()), "i": CertSpec("I", "R", ()), "r": CertSpec("R", "R", ())},
    (LEAF, "i"), ("r",), {},
)  # fmt: skip
FORMS: Final[dict[str, x509.GeneralName]] = {
    "directory": x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "elsewhere")])),
    "uri": x509.UniformResourceIdentifier("elsewhere.test"), "email": x509.RFC822Name("elsewhere.test"),
    "ip": x509.IPAddress(ip_network("10.0.0.0/8")), "registered": x509.RegisteredID(x509.ObjectIdentifier("1.2.3")),
}  # fmt: skip
KINDS: Final = [(form, excluded) for form in FORMS for excluded in (True, False)]
KNOWN: Final = {("bouncycastle-builder", "registered")}
"""Bouncy Castle refuses registered IDs altogether, which is not modelled."""


def constrained(case: Case, form: str, excluded: bool) -> Case:
    """The same chain, its issuing CA with one critical name constraint."""
    assert case.served[1].der is not None
    plain, trees = x509.load_der_x509_certificate(case.served[1].der), [FORMS[form]]
    builder = (
        x509.CertificateBuilder()
        .subject_name(plain.subject)
        .issuer_name(plain.issuer)
        .public_key(plain.public_key())
        .serial_number(77)
        .not_valid_before(plain.not_valid_before_utc)
        .not_valid_after(plain.not_valid_after_utc)
        .add_extension(x509.NameConstraints(None if excluded else trees, trees if excluded else None), critical=True)
    )
    for extension in plain.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    made = builder.sign(_entity(SCENARIO, "R").key, hashes.SHA256())
    return replace(case, served=(case.served[0], decode_certificate(made.public_bytes(serialization.Encoding.DER))))


@pytest.mark.parametrize(
    ("family", "refused"),
    [("go", {"directory", "registered"}), ("pyca", {"directory"}), ("gnutls", {"directory", "registered"}),
     ("openssl-3", set()), ("rfc5280", set())],
)  # fmt: skip
def test_an_excluded_name_of_a_form_that_is_not_understood_refuses(family: str, refused: set[str]) -> None:
    case = materialise(SCENARIO, NOW)
    verdicts = {form: our_answer(family, constrained(case, form, excluded=True)).verdict for form in FORMS}
    assert verdicts == {form: REJECT if form in refused else ACCEPT for form in FORMS}


@pytest.mark.oracle
@pytest.mark.parametrize("oracle", [oracle for oracle in all_oracles() if oracle.fast], ids=lambda oracle: oracle.id)
def test_the_real_verifier_takes_each_form_so(oracle: Oracle) -> None:
    if not oracle.version():
        pytest.skip(f"not installed: {oracle.install}")
    case = materialise(SCENARIO, now())
    cases = [constrained(case, form, excluded) for form, excluded in KINDS]
    with tempfile.TemporaryDirectory() as folder:
        answers = oracle.ask(set_up(Path(folder), cases))
    for kind, made, answer in zip(KINDS, cases, answers, strict=True):
        ours = our_answer(oracle.family, made, host=oracle.checks_host, purpose=oracle.checks_purpose)
        assert (oracle.id, kind[0]) in KNOWN or answer.verdict == ours.verdict, (kind, answer, ours)
