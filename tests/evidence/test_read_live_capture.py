"""Captures of live handshakes as an input: what is kept, and damage that costs only itself."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab.errors import InputError
from chainlab.evidence import Evidence, Place, ReadOptions, read_bytes
from chainlab.evidence.capture import OFFERS, Answer, Probe, Target, document
from chainlab.evidence.client_hello import signature_algorithms
from chainlab.lab.writers import pem
from tests.pki import Pki


def read(data: bytes) -> Evidence:
    return Evidence.of(read_bytes(data, Place("c.json"), ReadOptions()))


def answer(*chain: bytes, error: str = "", sni: str = "a.test", starttls: str = "") -> Answer:
    target = Target("a.test", 443, sni="a.test", starttls=starttls)
    return Answer(
        Probe(target, OFFERS[0], sni), "2026-11-20T00:00:00Z", "192.0.2.1:443", "TLSv1.2" if chain else "", "C" if chain
        else "", ("rsa_pss_rsae_sha256",), chain, "handshake" if error else "", error, 0.1,
    )  # fmt: skip


def test_a_document_reads_back_as_handshakes_in_wire_order(pki: Pki) -> None:
    chain = (pki.leaf("I"), pki.ca("I", "R"))
    ders = tuple(certificate.der or b"" for certificate in chain)
    evidence = read(document([answer(*ders), answer(*ders, sni="", starttls="smtp"), answer(error="no")]).encode())
    first, second = evidence.handshakes
    assert (first.chain, first.endpoint, first.host, first.protocol, first.cipher) == (
        chain, "192.0.2.1:443", "a.test", "TLSv1.2", "C",
    )  # fmt: skip
    assert second.host == ""
    assert second.notes == (
        "offered: a.test, TLSv1.2 with RSA certificates, without SNI",
        "after STARTTLS (smtp)",
    )
    assert [f.message for f in evidence.findings] == [
        "c.json, handshake 3: no chain: a.test, TLSv1.2 with RSA certificates: no"
    ]


def test_a_broken_certificate_costs_itself(pki: Pki) -> None:
    leaf, issuing = pki.leaf("I"), pki.ca("I", "R")
    data = json.loads(document([answer(leaf.der or b"", issuing.der or b"")]))
    data["handshakes"][0]["chain"] = ["-----BEGIN CERTIFICATE-----\n!", 5, pem([issuing])]
    evidence = read(json.dumps(data).encode())
    assert evidence.handshakes[0].chain == (issuing,)
    assert evidence.handshakes[0].broken == (0,)
    assert [f.code for f in evidence.findings] == ["broken-certificate"]


@pytest.mark.parametrize("bom", ["utf-8-sig", "utf-16"])
def test_byte_order_marks_do_no_harm(pki: Pki, bom: str) -> None:
    data = document([answer(pki.leaf("I").der or b"")]).encode(bom)
    assert len(read(data).handshakes) == 1


def test_a_capture_without_handshakes_is_refused() -> None:
    with pytest.raises(InputError, match="without handshakes"):
        read(b'{"schema": "chainlab-capture/1", "handshakes": []}')
    with pytest.raises(InputError, match="malformed JSON"):
        read(b'{"schema": "chainlab-capture/1", "handshakes": [')


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
_KEYS = ("host", "endpoint", "sni", "starttls", "offered", "negotiated", "at", "chain", "error")


@given(st.dictionaries(st.sampled_from(_KEYS), _JSON))
def test_no_handshake_crashes_the_reader(handshake: dict[str, Any]) -> None:
    data = json.dumps({"schema": "chainlab-capture/1", "handshakes": [handshake]}).encode()
    assert read(data).containers


@given(st.binary(max_size=300))
def test_no_hello_crashes_the_parser(flight: bytes) -> None:
    assert isinstance(signature_algorithms(flight), list)


def test_text_that_is_no_utf_8_is_a_broken_certificate() -> None:
    broken = {"host": "a", "sni": "a", "chain": ["\ud800"]}
    evidence = read(json.dumps({"schema": "chainlab-capture/1", "handshakes": [broken]}).encode())
    assert [finding.code for finding in evidence.findings] == ["broken-certificate"]
