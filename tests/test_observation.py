"""Observed chains."""

from dataclasses import replace
from pathlib import Path

import pytest

from chainlab.errors import InputError
from chainlab.evidence import CertificateEvidence, Evidence, HandshakeEvidence, Place
from chainlab.observation import observed_chains, partly_seen, served_chains
from tests.captures import names
from tests.pki import Pki

_PKI = Pki()
LEAF, ISSUER = _PKI.leaf("I"), _PKI.ca("I", "R")
SEEN = HandshakeEvidence((LEAF, ISSUER), Place("a.pcap", (), "TCP stream 0"), endpoint="192.0.2.1:443", host="a.test")
FILE = Path("a.pcap")


def test_each_distinct_chain_is_one_with_every_sighting() -> None:
    again = replace(SEEN, host="b.test", endpoint="192.0.2.2:443")
    shorter = replace(SEEN, chain=(LEAF,), host="")
    both, short = observed_chains(Evidence((SEEN, shorter, again)))
    assert (both.hosts, both.handshakes, both.place) == (("a.test", "b.test"), (SEEN, again), str(SEEN.place))
    assert (short.chain, short.hosts) == ((LEAF,), ())
    assert (both.leaf.certificate, both.leaf.on_wire, both.leaf.store) == (LEAF, True, None)


@pytest.mark.parametrize(
    "fields",
    [{"sender": "client"}, {"complete": False}, {"chain": ()}, {"broken": (0,)}],
    ids=["client", "part", "empty", "leaf broken"],
)
def test_what_is_no_whole_server_chain_is_not_judged(fields: dict[str, object]) -> None:
    assert observed_chains(Evidence((replace(SEEN, **fields),))) == []  # type: ignore[arg-type]


def test_a_served_file_gives_its_handshakes_else_its_certificates_in_order() -> None:
    listed = Evidence(tuple(CertificateEvidence(made, Place("x.pem")) for made in (LEAF, ISSUER)))
    (chain,) = served_chains(listed, FILE)
    assert (names(chain.chain), chain.handshakes) == ([LEAF.subject.common, "I"], ())
    (seen,) = served_chains(Evidence((*listed.items, SEEN)), FILE)
    assert seen.handshakes == (SEEN,)


def test_a_served_file_with_a_part_of_a_chain_or_none_is_an_input_error() -> None:
    for evidence in (Evidence(), Evidence((replace(SEEN, complete=False),))):
        with pytest.raises(InputError, match="expected a served chain, leaf first"):
            served_chains(evidence, FILE)


def test_leaves_seen_alone_are_known_unless_their_chain_was_seen_too() -> None:
    part, store = replace(SEEN, chain=(LEAF,), complete=False), CertificateEvidence(ISSUER, Place("ca.sst"))
    assert partly_seen(Evidence((part, store)), []) == {LEAF}
    assert partly_seen(Evidence((part, store, SEEN)), observed_chains(Evidence((SEEN,)))) == frozenset()
    assert partly_seen(Evidence((part,)), []) == frozenset(), "nothing is known of the server"
