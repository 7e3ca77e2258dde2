"""Inputs to begin with, by reader: what the laboratory writes, the fixtures hold and the tests of the readers build."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from chainlab.certificate import Certificate
from chainlab.evidence.capture import document
from chainlab.lab import captures, writers
from chainlab.server import LM_CA, LM_MY, LM_ROOT
from tests import ctls, regf
from tests.captures import key_log, tls13, transcript
from tests.evidence import (
    test_powershell,
    test_read_bks,
    test_read_cab,
    test_read_certutil,
    test_read_live_capture,
    test_read_scanners,
    test_read_zip,
)
from tests.evidence.test_read_hive import http_parameters, store
from tests.machines import netsh
from tests.pki import Pki

FIXTURES: Final = Path(__file__).resolve().parents[2] / "fixtures"
PASSWORD: Final = "chainlab"
"""Opens the protected seeds."""

PKI: Final = Pki("fuzz")
LARGEST: Final = 16 * 1024
"""Fixtures longer than that are no seeds: mutations of them seldom hit anything."""


@cache
def chain() -> list[Certificate]:
    """Three certificates, leaf first."""
    return [PKI.leaf("I"), PKI.ca("I", "R"), PKI.ca("R")]


@cache
def ders() -> list[bytes]:
    """Their encodings."""
    return [certificate.der or b"" for certificate in chain()]


def fixtures(suffix: str) -> list[bytes]:
    """The committed fixtures with this suffix that are small enough."""
    files = sorted(file for name in ("e46", "r46") for file in (FIXTURES / name).glob(f"*{suffix}"))
    return [file.read_bytes() for file in files if file.stat().st_size <= LARGEST]


def _pfx() -> list[bytes]:
    key = PKI.entity("www.example.test").key
    made = [writers.pfx(chain()[0], key, chain()[1:], password, "name") for password in ("", PASSWORD)]
    return [*made, *fixtures(".pfx")]


def _pkcs7(encoding: Encoding) -> bytes:
    return pkcs7.serialize_certificates([x509.load_der_x509_certificate(der) for der in ders()], encoding)


def _entries() -> list[tuple[object, Certificate, Mapping[int, bytes]]]:
    named = writers.friendly_name("name")
    return [(LM_MY, chain()[0], named), (LM_CA, chain()[1], {}), (LM_ROOT, chain()[2], {})]


def _reg() -> list[bytes]:
    made = writers.reg(_entries())  # type: ignore[arg-type]
    return [made, made.decode("utf-16").encode(), *fixtures(".reg")]


def _hives() -> list[bytes]:
    stores = {"Microsoft": {"SystemCertificates": {"CA": store(PKI), "Root": store(PKI, "R")}}}
    http = {"ControlSet001": {"Services": {"HTTP": {"Parameters": http_parameters("ab" * 20)}}}}
    return [
        regf.hive(stores),
        regf.hive(stores, leaf=b"ri"),
        regf.hive({"Software": stores}),
        regf.hive(http, "SYSTEM"),
    ]


def _captures() -> list[bytes]:
    plain = captures.packets(captures.tls12(chain(), "www.example.test"))
    sealed = captures.packets(tls13(captures.certificate_message(ders(), tls13=True)))
    return [
        captures.pcap(plain), captures.pcapng(plain, ">"), captures.pcapng(sealed, key_log=key_log()),
        captures.pcap(captures.packets(captures.tls12(chain()), segment=100)),
    ]  # fmt: skip


def _lists() -> list[bytes]:
    subjects = [(bytes(range(20)), {98: bytes(32), 11: "name\0".encode("utf-16-le")}), (bytes(32), {})]
    kinds = (ctls.ROOT_LIST, ctls.DISALLOWED, ctls.PIN_RULES)
    return [ctls.signed(ctls.trust_list(kind, subjects), PKI) for kind in kinds]


def _cabinets() -> list[bytes]:
    members = [("a.sst", writers.sst([(chain()[2], {})])), ("b.pem", writers.pem(chain()[:1]).encode())]
    return [test_read_cab.cabinet(members, method) for method in (test_read_cab.STORED, test_read_cab.MSZIP)]


def _archives() -> list[bytes]:
    members = {"LocalMachine/CA/a.cer": ders()[1], "b.pem": writers.pem(chain()[:1]).encode()}
    made = [test_read_zip.zipped(members, method) for method in test_read_zip.COMPRESSIONS]
    return [*made, test_read_zip.nested(made[1], 2)]


def _clixml() -> list[bytes]:
    made = test_powershell.clixml(test_powershell.plain(chain()[0]), test_powershell.selected(chain()[1], ""))
    return [made.encode(), made.encode("utf-16")]


def _powershell_json() -> list[bytes]:
    one = [test_powershell.fields(chain()[0], form(ders()[0])) for form in test_powershell.FORMS.values()]
    return [json.dumps(value).encode() for value in (one, *([entry] for entry in one))]


def _powershell_csv() -> list[bytes]:
    row = (test_powershell.PARENT, chain()[0].sha1, "x", "True", test_powershell.base64(chain()[0]), "CN=x")
    return [test_powershell.csv(delimiter, test_powershell.HEAD, row).encode() for delimiter in ",;\t"]


def _certutil() -> list[bytes]:
    languages = [test_read_certutil.store_text(language) for language in test_read_certutil.WORDS]
    chains = [test_read_certutil.chain_text(form) for form in ("bare", "labelled")]
    return [text.encode() for text in (*languages, test_read_certutil.VERBOSE, *chains)]


def _live() -> list[bytes]:
    answers = [test_read_live_capture.answer(*ders()), test_read_live_capture.answer(error="no")]
    return [document(answers).encode()]


def _sslyze() -> list[bytes]:
    return [json.dumps(test_read_scanners.SSLYZE).encode()]


def _testssl() -> list[bytes]:
    rows = test_read_scanners.report_rows()
    return [json.dumps(rows).encode(), json.dumps(test_read_scanners.PRETTY).encode(), test_read_scanners.as_csv(rows)]


def _iis() -> list[bytes]:
    site = (
        '<configuration><system.applicationHost><sites><site name="a"><bindings>'
        '<binding protocol="https" bindingInformation="*:443:www.example.test" sslFlags="1"/>'
        '<binding protocol="http" bindingInformation="*:80:"/></bindings></site></sites>'
        "</system.applicationHost></configuration>"
    )
    return [site.encode(), site.encode("utf-16")]


def _har() -> list[bytes]:
    return [json.dumps({"log": {"version": "1.2", "creator": {"name": "x"}, "entries": []}}).encode()]


def _gzip() -> list[bytes]:
    return [gzip.compress(content, mtime=0) for content in (writers.pem(chain()).encode(), _captures()[0])]


SEEDS: Final[Mapping[str, Callable[[], Iterable[bytes]]]] = {
    "base64": lambda: [base64.encodebytes(ders()[0]), base64.b64encode(ders()[1])],
    "bks": lambda: [test_read_bks.BKS],
    "cab": _cabinets,
    "capture": _captures,
    "certutil": _certutil,
    "clixml": _clixml,
    "ctl": _lists,
    "der": ders,
    "gzip": _gzip,
    "har": _har,
    "hive": _hives,
    "iis_config": _iis,
    "jks": lambda: [writers.jks([("alias", chain()[2]), ("another", chain()[1])]), *fixtures(".jks")],
    "key_log": lambda: [key_log()],
    "live_capture": _live,
    "netlog": lambda: [test_read_scanners.netlog(*test_read_scanners.EVENTS).encode()],
    "netsh": lambda: [netsh(("0.0.0.0:443", "ab" * 20), ("[::]:8443", "cd" * 20)).encode()],
    "nmap": lambda: [test_read_scanners.NMAP.encode()],
    "pem": lambda: [writers.pem(chain()).encode(), _pkcs7(Encoding.PEM), *fixtures(".pem")],
    "pfx": _pfx,
    "pkcs7": lambda: [_pkcs7(Encoding.DER)],
    "powershell_csv": _powershell_csv,
    "powershell_json": _powershell_json,
    "reg": _reg,
    "s_client": lambda: [transcript(chain(), newer).encode() for newer in (True, False)],
    "serialized": lambda: [writers.element(chain()[0], writers.friendly_name("name")), writers.element(chain()[2])],
    "ssllabs": lambda: [json.dumps(test_read_scanners.SSLLABS).encode()],
    "sslyze": _sslyze,
    "sst": lambda: [writers.sst([(c, writers.friendly_name("x")) for c in chain()]), *fixtures(".sst")],
    "testssl": _testssl,
    "zip": _archives,
}
"""By the name of the reader's module, without ``read_``."""
