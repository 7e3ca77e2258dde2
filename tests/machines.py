"""Servers in files, made of the committed fixtures and a second CA, for ``impact`` and ``timeline``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from chainlab.catalog.twins import load_twins
from chainlab.certificate import Certificate
from chainlab.diagnosis import diagnose
from chainlab.evidence import ReadOptions, read_inputs
from chainlab.impact import Impact, impact
from chainlab.lab.writers import reg
from chainlab.request import Request
from chainlab.server import LM_CA, LM_MY, LM_ROOT
from tests.pki import Pki, at

NOW = at("2026-11-20")

NAMES = {"r46": "Sectigo Public Server Authentication Root R46", "e46": "Sectigo Public Server Authentication Root E46"}


def phrases(hierarchy: str) -> dict[str, tuple[str, ...]]:
    """The four articles' remedies."""
    root = f'"{NAMES[hierarchy]} (self-signed"'
    cross = f'"{NAMES[hierarchy]} (signed by USERTrust"'
    return {
        "delete": (f"delete {root}",),
        "disable": (f"disable-purposes {root}",),
        "untrust": (f"untrust {root}",),
        "import": (f"import {cross}",),
    }


def netsh(*bindings: tuple[str, str]) -> str:
    """``netsh http show sslcert`` for endpoints and thumbprints."""
    block = (
        "    IP:port                      : {}\n    Certificate Hash             : {}\n"
        "    Application ID               : {{4dc3e181-e14b-4a21-b022-59fc669b0914}}\n"
        "    Certificate Store Name       : My\n"
    )
    return "\nSSL Certificate bindings:\n-------------------------\n\n" + "\n".join(
        block.format(endpoint, sha1) for endpoint, sha1 in bindings
    )


@cache
def _accepting(fixtures: Path, hierarchy: str, served: str) -> int:
    request = Request(
        (), NOW, served=fixtures / hierarchy / f"served-{served}.pem", twins=load_twins(fixtures / "lab.json")
    )
    (target,) = diagnose(request).targets
    return sum(client.verdict.value == "accept" for client in target.clients)


@dataclass(frozen=True)
class Machines:
    """Requests about servers; files that are not fixtures lie in ``folder``."""

    fixtures: Path
    folder: Path

    def request(self, *names: str | Path, when: datetime = NOW, **fields: object) -> Request:
        """About fixtures (by name) and files (by path)."""
        inputs = tuple((path if isinstance(path, Path) else self.fixtures / path, None) for path in names)
        twins = load_twins(self.fixtures / "lab.json")
        return Request(inputs, when, twins=twins, **fields)  # type: ignore[arg-type]

    def ask(self, request: Request, *changes: str) -> Impact:
        return impact(request, changes)

    def leaf(self, hierarchy: str) -> Certificate:
        """The hierarchy's server certificate."""
        evidence = read_inputs([(self.fixtures / hierarchy / "leaf-only.pem", None)], ReadOptions())
        return evidence.certificates[0].certificate

    def accepting(self, hierarchy: str, served: str) -> int:
        """How many default clients accept a served chain, judged by itself."""
        return _accepting(self.fixtures, hierarchy, served)

    def one(self, hierarchy: str) -> Request:
        """A server with one certificate and the cross-sign in CA."""
        return self.request(f"{hierarchy}/server.reg")

    def both(self) -> Request:
        """A server with an RSA and an ECDSA certificate at two endpoints."""
        file = self.folder / "bindings.txt"
        bound = (("0.0.0.0:443", self.leaf("r46").sha1), ("0.0.0.0:8443", self.leaf("e46").sha1))
        file.write_text(netsh(*bound), encoding="utf-8")
        return self.request("r46/server.reg", "e46/server.reg", file)

    def second_site(self, hierarchy: str) -> Request:
        """A server whose second site has a certificate of the organisation's own CA."""
        pki = Pki("second")
        leaf, issuer, root = pki.leaf("Issuing", "intranet.test"), pki.ca("Issuing", "Corp"), pki.ca("Corp")
        stores = self.folder / "corp.reg"
        stores.write_bytes(reg([(LM_ROOT, root, {}), (LM_CA, issuer, {}), (LM_MY, leaf, {})]))
        bindings = self.folder / "bindings.txt"
        bindings.write_text(netsh(("0.0.0.0:443", self.leaf(hierarchy).sha1), ("10.0.0.1:443", leaf.sha1)))
        return self.request(f"{hierarchy}/server.reg", stores, bindings)
