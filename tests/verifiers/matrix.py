"""The measured matrix: 57 cases, what 65 configurations of real verifiers said, and the family that stands for each."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from chainlab.certificate import Certificate
from chainlab.decoding import decode_certificate
from chainlab.graph import CertGraph
from chainlab.paths.checks import Question
from chainlab.paths.result import BuildResult
from chainlab.paths.trust import RootSet
from chainlab.verifiers import Family, Handshake, build, family_for
from tests.pki import at

MOMENT = at("2026-11-20T12:00")
"""When the matrix was measured."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """A measured verifier: the family that stands for it, and what its caller leaves unasked."""

    family: str
    asks_host: bool = True
    asks_purpose: bool = True


def _raw(family: str, *, asks_purpose: bool = True) -> Configuration:
    """A validator that leaves the host name (and the purpose) to the program around it."""
    return Configuration(family, asks_host=False, asks_purpose=asks_purpose)


CONFIGURATIONS = {
    "node-0.10.4": Configuration("openssl-1.0.1e"),
    "node-0.10.38": Configuration("openssl-1.0.1m"),
    "node-0.10.48": Configuration("openssl-1.0.1u"),
    "node-0.12.18": Configuration("openssl-1.0.1u"),
    "node-4.0.0": Configuration("openssl-1.0.2d"),
    "node-4.9.1": Configuration("openssl-1.0.2o"),
    "node-6.17.1": Configuration("openssl-1.0.2r"),
    "node-8.17.0": Configuration("openssl-1.0.2s"),
    "node-10.0.0": Configuration("openssl-1.1.0h"),
    "node-10.24.1": Configuration("openssl-1.1.1k"),
    "node-12.22.12": Configuration("openssl-1.1.1n"),
    "node-14.21.3": Configuration("openssl-1.1.1t"),
    "node-16.20.2": Configuration("openssl-1.1.1v"),
    "node-18.20.8": Configuration("openssl-3.0.16"),
    "node-22.23.3": Configuration("openssl-3.5.8"),
    "node-24.21.0": Configuration("openssl-3.5.8"),
    "node-24.21.0-defsec": Configuration("openssl-3.5.8-level2"),
    "openssl3.0.19-verify": Configuration("openssl-3"),
    "openssl3.0.19-verify-al2": Configuration("openssl-3-level2"),
    "openssl3.0.19-partial": Configuration("openssl-3-partial"),
    "openssl3.0.19-strict": Configuration("openssl-3-strict"),
    "boringssl-android13": Configuration("boringssl"),
    "boringssl-android13-partial": Configuration("boringssl-partial"),
    "grpcio1.85-boringssl": Configuration("boringssl-partial"),
    "libressl4.3.1": Configuration("libressl"),
    "gnutls3.7.9-certtool": Configuration("gnutls"),
    "gnutls3.7.9-cli": Configuration("gnutls"),
    "gnutls3.7.9-cli-legacy": Configuration("gnutls-legacy"),
    "nss3.87.1-tstclnt": Configuration("nss-classic"),
    "nss3.87.1-classic": _raw("nss-classic"),
    "nss3.87.1-libpkix": _raw("nss-libpkix"),
    "nss3.87.1-libpkix-aia": _raw("nss-libpkix-aia"),
    "firefox-esr153": Configuration("mozpkix"),
    "chromium156-nssdb": Configuration("chrome"),
    "go1.19.8": Configuration("go"),
    "java-11.0.2-jsse-tls12": Configuration("java-11-noec"),
    "java-11.0.5.1-jsse": Configuration("java-11-noec"),
    "java-11.0.13.1-jsse": Configuration("java-11.0.13"),
    "java-17.0.2.1-jsse": Configuration("java-17.0.2"),
    "java-17.0.21-jsse": Configuration("java-17"),
    "java-21.0.2.1-jsse": Configuration("java-21"),
    "java-25.0.2.1-jsse": Configuration("java-25"),
    "java-17-sunx509": Configuration("java-sunx509"),
    "java-17-builder": _raw("java-builder", asks_purpose=False),
    "java-17-validator": _raw("java-validator", asks_purpose=False),
    "bouncycastle1.72-builder": _raw("bouncycastle", asks_purpose=False),
    "bouncycastle1.72-validator": _raw("bouncycastle-validator", asks_purpose=False),
    "mbedtls2.28.3": Configuration("mbedtls-2", asks_purpose=False),
    "python-mbedtls2.10": Configuration("mbedtls-2"),
    "wolfssl5.5.4-alt": Configuration("wolfssl"),
    "bearssl0.6": Configuration("bearssl"),
    "uv0.13.8-rustls": Configuration("webpki"),
    "rust-webpki0.22": Configuration("webpki-0.22"),
    "pyca50-verification": Configuration("pyca"),
    "pyhanko-certvalidator0.33": _raw("certvalidator"),
    "certvalidator0.11.1": Configuration("certvalidator-0.11"),
    "android2.3-trustmanager-2010-bc": _raw("android-2"),
    "android4.0-trustmanager-2011-bc": _raw("android-4"),
    "android5-6-trustmanager-2014-bc": _raw("android-5"),
    "android7-trustmanager-2016-bc": _raw("android-7"),
    "android7-trustmanager-2016-sun": _raw("android-7"),
    "android-conscrypt-2026-on-jdk17": _raw("conscrypt"),
    "erlang25-ssl": Configuration("erlang"),
    "mono6.8-x509chain": _raw("mono"),
    "wine8.0-crypt32": Configuration("wine"),
}
"""Every configuration of the matrix."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One verifier's recorded answer to one case, and chainlab's."""

    configuration: str
    case: str
    recorded: str
    result: BuildResult

    @property
    def verdict(self) -> str:
        """Chainlab's verdict."""
        return "accept" if self.result.accepted else "reject"


class Matrix:
    """A matrix, its certificates decoded once."""

    def __init__(self, facts: dict[str, Any], encodings: Mapping[str, bytes]) -> None:
        self.facts = facts
        self.certificates = {name: decode_certificate(der) for name, der in encodings.items()}
        self.graph = CertGraph(self.certificates.values())

    def cells(self, name: str) -> Iterator[Cell]:
        """Every case that the verifier answered (an error is an answer: it did not accept)."""
        configuration = CONFIGURATIONS[name]
        family = family_for(configuration.family)
        for case in self.facts["cases"]:
            recorded = self.facts["verdicts"][name].get(case["id"])
            if recorded is not None:
                said = recorded if isinstance(recorded, str) else recorded["verdict"]
                verdict = "accept" if said == "accept" else "reject"
                yield Cell(name, case["id"], verdict, self.answer(family, configuration, case))

    def answer(self, family: Family, configuration: Configuration, case: dict[str, object]) -> BuildResult:
        """What chainlab says to a case."""
        served = self._named(case["served"])
        fetchable = self._named(["I"]) if case.get("aia") else ()
        question = Question(MOMENT, str(case["host"]) if configuration.asks_host else "")
        if not configuration.asks_purpose:
            question = Question(question.at, question.host, "")
        return build(family, Handshake(served, fetchable), RootSet(self._named(case["roots"])), self.graph, question)

    def _named(self, names: object) -> tuple[Certificate, ...]:
        assert isinstance(names, list)
        return tuple(self.certificates[name] for name in names)

    def path(self, configuration: str, case: str) -> tuple[str, ...]:
        """The path that the verifier reported, leaf first, in its own labels; empty where it reports none."""
        style = PATH_STYLES.get(configuration)
        reported = self.facts["verdicts"][configuration][case].get("path")
        if style is None or not reported:
            return ()
        lines = reported if isinstance(reported, list) else [reported.partition(" ALT ")[0]]
        parts = [part.strip() for line in lines for part in line.split(";") if part.strip()]
        labels = tuple(style.read(part) for part in parts)
        return labels[::-1] if style.root_first else labels

    def labels(self, configuration: str, path: tuple[Certificate, ...]) -> tuple[str, ...]:
        """Our path in the labels of a verifier."""
        names = {certificate.sha256: name for name, certificate in self.certificates.items()}
        style = PATH_STYLES[configuration]
        if style is NAMES:
            return tuple(names[certificate.sha256] for certificate in path)
        if style is COMMON:
            return tuple(certificate.subject.common for certificate in path)
        return tuple(str(certificate.serial) for certificate in path)


@dataclass(frozen=True, slots=True)
class PathStyle:
    """How a verifier prints paths: a label a certificate, and in which order."""

    read: Callable[[str], str]
    root_first: bool = False


def _decimal(text: str) -> str:
    return text.rpartition("#")[2].partition("(")[0].strip()


def _hexadecimal(text: str) -> str:
    return str(int(text.rpartition("#")[2].partition(" ")[0].replace(":", ""), 16))


def _common(text: str) -> str:
    return text.rpartition("CN = ")[2].removesuffix(" (untrusted)")


DECIMAL, HEXADECIMAL, NAMES, COMMON = PathStyle(_decimal), PathStyle(_hexadecimal), PathStyle(str), PathStyle(_common)
DECIMAL_ROOT_FIRST, HEXADECIMAL_ROOT_FIRST = PathStyle(_decimal, True), PathStyle(_hexadecimal, True)

PATH_STYLES = {
    **dict.fromkeys(
        ("android7-trustmanager-2016-bc", "android7-trustmanager-2016-sun", "android-conscrypt-2026-on-jdk17",
         "boringssl-android13", "boringssl-android13-partial", "libressl4.3.1", "java-17-builder",
         "bouncycastle1.72-builder", "wine8.0-crypt32"), DECIMAL),
    **dict.fromkeys(("certvalidator0.11.1", "pyhanko-certvalidator0.33"), DECIMAL_ROOT_FIRST),
    "mbedtls2.28.3": HEXADECIMAL_ROOT_FIRST,
    "mono6.8-x509chain": HEXADECIMAL,
    "pyca50-verification": NAMES,
    **dict.fromkeys(
        ("openssl3.0.19-verify", "openssl3.0.19-verify-al2", "openssl3.0.19-partial", "openssl3.0.19-strict"), COMMON),
}  # fmt: skip
"""Configurations that report the path taken. TLS clients report the served list, GnuTLS names alone, Go all paths."""


@cache
def load(path: Path) -> Matrix:
    """The matrix of a file."""
    facts = json.loads(path.read_text(encoding="utf-8"))
    encodings = {
        name: b64decode("".join(entry["pem"].split("-----")[2].split())) for name, entry in facts["certs"].items()
    }
    return Matrix(facts, encodings)
