"""Certificate policies along a path: cases of RFC 5280, 6.1, and a comparison with OpenSSL."""

from __future__ import annotations

import random
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ObjectIdentifier

from chainlab.certificate import Certificate
from chainlab.decoding import decode_certificate
from chainlab.oids import ANY_POLICY, POLICY_MAPPINGS
from chainlab.paths.policies import PolicyInputs, asks_for_policies, process_policies
from tests.pki import Pki, at

A, B, C = "1.3.6.1.4.1.99999.2.1", "1.3.6.1.4.1.99999.2.2", "1.3.6.1.4.1.99999.2.3"
KEYS = [ec.derive_private_key(1000 + number, ec.SECP256R1()) for number in range(6)]


@dataclass(frozen=True)
class Link:
    """The policy extensions of one certificate; ``self_issued`` repeats the name of the one above."""

    policies: tuple[str, ...] | None = None
    mappings: tuple[tuple[str, str], ...] = ()
    explicit: int | None = None
    no_mapping: int | None = None
    no_any: int | None = None
    self_issued: bool = False


def path_of(*links: Link) -> list[Certificate]:
    """Certificates for the links, given from the anchor's child down to the leaf; returned leaf first with the root."""
    names = [x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Root")])]
    made = [certificate(names[0], names[0], KEYS[0], KEYS[0], Link(), ca=True)]
    for depth, link in enumerate(links, start=1):
        name = names[-1] if link.self_issued else x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"N{depth}")])
        made.append(certificate(name, names[-1], KEYS[depth], KEYS[depth - 1], link, ca=depth < len(links)))
        names.append(name)
    return [decode_certificate(der) for der in reversed(made)]


def certificate(subject: x509.Name, issuer: x509.Name, key, signer, link: Link, *, ca: bool) -> bytes:
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject).issuer_name(issuer).public_key(key.public_key())
        .serial_number(random.Random(repr((link, ca))).getrandbits(60) | 1)
        .not_valid_before(at("2020-01-01")).not_valid_after(at("2040-01-01"))
        .add_extension(x509.BasicConstraints(ca, None), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False)
    )  # fmt: skip
    for extension, critical in extensions(link):
        builder = builder.add_extension(extension, critical)
    made = builder.sign(signer, hashes.SHA256(), ecdsa_deterministic=True)
    return made.public_bytes(serialization.Encoding.DER)


def extensions(link: Link):
    if link.policies is not None:
        held = [x509.PolicyInformation(ObjectIdentifier(oid), None) for oid in link.policies]
        yield x509.CertificatePolicies(held), False
    if link.mappings:
        pairs = [{"issuer_domain_policy": i, "subject_domain_policy": s} for i, s in link.mappings]
        yield x509.UnrecognizedExtension(ObjectIdentifier(POLICY_MAPPINGS), asn1.PolicyMappings(pairs).dump()), True
    if link.explicit is not None or link.no_mapping is not None:
        yield x509.PolicyConstraints(link.explicit, link.no_mapping), True
    if link.no_any is not None:
        yield x509.InhibitAnyPolicy(link.no_any), True


def valid(*links: Link, **inputs: object) -> bool:
    return process_policies(path_of(*links)[:-1], PolicyInputs(**inputs)).valid  # type: ignore[arg-type]


def policies(*links: Link) -> frozenset[str] | None:
    return process_policies(path_of(*links)[:-1]).policies


def test_without_a_requirement_every_path_is_valid() -> None:
    assert valid(Link(), Link())
    assert valid(Link((A,)), Link((B,)))


def test_an_explicit_policy_must_run_through_the_whole_path() -> None:
    assert valid(Link((A,)), Link((A,)), explicit=True)
    assert not valid(Link((A,)), Link((B,)), explicit=True)
    assert not valid(Link((A,)), Link(), explicit=True)
    assert policies(Link((A, B)), Link((B, C))) == {B}


def test_the_requirement_can_come_from_a_certificate_and_start_later() -> None:
    assert not valid(Link((A,), explicit=0), Link((B,)))
    assert valid(Link((A,), explicit=5), Link((B,)))
    assert not valid(Link((A,)), Link((B,), explicit=0))


def test_any_policy_stands_for_every_policy_unless_inhibited() -> None:
    assert valid(Link((ANY_POLICY,)), Link((A,)), explicit=True)
    assert policies(Link((ANY_POLICY,)), Link((ANY_POLICY,))) is None
    assert not valid(Link((ANY_POLICY,), no_any=0), Link((ANY_POLICY,)), explicit=True)
    assert not valid(Link((ANY_POLICY,)), Link((A,)), explicit=True, inhibit_any=True)
    renewed = Link((ANY_POLICY,), self_issued=True)
    assert valid(Link((A,), no_any=0), renewed, Link((A,)), explicit=True)


def test_mappings_translate_and_can_be_forbidden() -> None:
    mapped = Link((A,), mappings=((A, B),))
    assert valid(mapped, Link((B,)), explicit=True)
    assert not valid(mapped, Link((A,)), explicit=True)
    assert policies(mapped, Link((B,))) == {A}
    assert not valid(mapped, Link((B,)), explicit=True, inhibit_mapping=True)


def test_the_relying_party_can_want_certain_policies() -> None:
    assert valid(Link((A, B)), Link((A, B)), explicit=True, acceptable=frozenset({B}))
    assert not valid(Link((A,)), Link((A,)), explicit=True, acceptable=frozenset({B}))


def test_a_path_of_one_certificate_has_its_own_policies(pki: Pki) -> None:
    assert process_policies([pki.leaf("I")]).valid


@pytest.mark.parametrize("seed", range(60))
def test_only_a_path_that_asks_for_policies_can_fail(seed: int) -> None:
    dice = random.Random(seed)
    path = path_of(*(random_link(dice, last=depth == 3) for depth in range(4)))[:-1]
    assert asks_for_policies(path) == any(c.extensions.require_explicit_policy is not None for c in path)
    assert asks_for_policies(path) or process_policies(path).valid


# --- beside OpenSSL -------------------------------------------------------------------------------------------------
def random_link(dice: random.Random, last: bool) -> Link:
    pool = [A, B, C, ANY_POLICY]
    held = None if dice.random() < 0.1 else tuple(dice.sample(pool, dice.randint(1, 3)))
    mappings = tuple(
        (dice.choice((A, B, C)), dice.choice((A, B, C))) for _ in range(dice.randint(1, 2))
    ) if not last and held and dice.random() < 0.3 else ()  # fmt: skip
    number = lambda chance: dice.randint(0, 2) if dice.random() < chance else None  # noqa: E731
    return Link(held, tuple(dict.fromkeys(mappings)), number(0.2), number(0.15), number(0.15), dice.random() < 0.15)


def openssl_accepts(folder: Path, chain: list[Certificate], options: list[str]) -> bool:
    def pem(certificates: list[Certificate]) -> str:
        loaded = (x509.load_der_x509_certificate(c.der) for c in certificates if c.der)
        return "".join(c.public_bytes(serialization.Encoding.PEM).decode() for c in loaded)

    for name, certificates in (("leaf", chain[:1]), ("rest", chain[1:-1]), ("root", chain[-1:])):
        (folder / f"{name}.pem").write_text(pem(certificates))
    command = [
        "openssl",
        "verify",
        "-policy_check",
        "-policy",
        ANY_POLICY,
        *options,
        "-no-CApath",
        "-no-CAstore",
        "-CAfile",
        "root.pem",
    ]
    if chain[1:-1]:
        command += ["-untrusted", "rest.pem"]
    done = subprocess.run([*command, "leaf.pem"], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode and "policy" not in done.stderr + done.stdout:
        pytest.fail(f"OpenSSL rejects for another reason: {done.stderr}")
    return done.returncode == 0


@pytest.mark.oracle
@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl: apt-get install openssl")
@pytest.mark.parametrize("seed", range(250))
def test_openssl_gives_the_same_verdict_on_random_paths(seed: int, tmp_path: Path) -> None:
    dice = random.Random(seed)
    length = dice.randint(1, 4)
    links = [random_link(dice, last=depth == length) for depth in range(1, length + 1)]
    inputs = {name: dice.random() < 0.4 for name in ("explicit", "inhibit_mapping", "inhibit_any")}
    names = {"explicit": "-explicit_policy", "inhibit_mapping": "-inhibit_map", "inhibit_any": "-inhibit_any"}
    chain = path_of(*links)
    expected = openssl_accepts(tmp_path, chain, [names[name] for name, wanted in inputs.items() if wanted])
    assert process_policies(chain[:-1], PolicyInputs(**inputs)).valid == expected, (links, inputs)  # type: ignore[arg-type]


@pytest.mark.parametrize("mapping", [(ANY_POLICY, A), (A, ANY_POLICY)])
def test_a_mapping_of_any_policy_is_never_valid(mapping: tuple[str, str]) -> None:
    path = path_of(Link((ANY_POLICY,), mappings=(mapping,)), Link((A,)))
    assert not process_policies(path[:-1]).valid
