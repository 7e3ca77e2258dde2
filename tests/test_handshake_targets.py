"""Diagnosis of what was observed: captures, transcripts, and their comparison with the prediction."""

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from chainlab.catalog.twins import load_twins
from chainlab.certificate import Certificate
from chainlab.clients import Verdict, parse_own_client
from chainlab.diagnosis import Diagnosis, diagnose
from chainlab.errors import InputError
from chainlab.evidence import ReadOptions, read_inputs
from chainlab.lab import captures as lab
from chainlab.lab.captures import encodings, packets, pcap
from chainlab.lab.writers import jks, pem
from chainlab.report.json_report import as_json
from chainlab.report.terminal import TerminalPage
from chainlab.report.text import render
from chainlab.request import Request
from tests.captures import key_log, tls13, transcript
from tests.pki import Pki, at


@pytest.fixture
def ask(fixtures: Path):
    twins = load_twins(fixtures / "lab.json")

    def request(*inputs: Path, **fields: object) -> Diagnosis:
        made = Request(tuple((path, None) for path in inputs), at("2026-11-20"), twins=twins, with_plan=False)
        return diagnose(replace(made, **fields))  # type: ignore[arg-type]

    return request


@pytest.fixture
def served(fixtures: Path):
    def chain(name: str) -> list[Certificate]:
        found = read_inputs([(fixtures / "r46" / f"served-{name}.pem", None)], ReadOptions())
        return [item.certificate for item in found.certificates]

    return chain


def accepting(diagnosis: Diagnosis, target: int = 0) -> int:
    return sum(client.verdict is Verdict.ACCEPT for client in diagnosis.targets[target].clients)


def codes(diagnosis: Diagnosis, target: int = 0) -> set[str]:
    return {finding.code for finding in diagnosis.targets[target].findings}


def test_a_capture_alone_is_judged_as_observed(ask, fixtures: Path) -> None:
    diagnosis = ask(fixtures / "r46" / "handshake-cross.pcap")
    (target,) = diagnosis.targets
    assert (target.served.basis, target.plan, accepting(diagnosis)) == ("observed", None, 88)
    assert not any(finding.code == "assumption" for finding in diagnosis.findings)
    assert not {entry.certificate for entry in diagnosis.scene.server.entries} & set(target.served.chain)


@pytest.mark.parametrize(("name", "expected"), [("short", 28), ("cross", 88), ("aaa", 117)])
def test_every_way_to_see_a_chain_gives_the_same_verdicts(
    ask, served, tmp_path: Path, name: str, expected: int
) -> None:
    chain = served(name)
    (tmp_path / "t.txt").write_text(transcript(chain))
    (tmp_path / "x.pcap").write_bytes(pcap(packets(lab.tls12(chain))))
    (tmp_path / "y.pcap").write_bytes(pcap(packets(tls13(lab.certificate_message(encodings(chain), tls13=True)))))
    (tmp_path / "keys").write_bytes(key_log())
    for file in ("t.txt", "x.pcap", "y.pcap"):
        diagnosis = ask(tmp_path / "keys", served=tmp_path / file)
        assert accepting(diagnosis) == expected
        assert [c.sha256 for c in diagnosis.targets[0].served.chain] == [c.sha256 for c in chain]


def test_several_chains_are_several_targets_with_their_endpoints(ask, served, tmp_path: Path) -> None:
    ends = [lab.Ends(server=(f"192.0.2.{number}", 443)) for number in (1, 2, 3)]
    frames = packets(lab.tls12(served("short"), "www.chainlab.example"), ends[0])
    frames += packets(lab.tls12(served("cross"), "www.chainlab.example"), ends[1])
    frames += packets(lab.tls12(served("short"), ""), ends[2])
    (tmp_path / "x.pcap").write_bytes(pcap(frames))
    for diagnosis in (ask(tmp_path / "x.pcap"), ask(served=tmp_path / "x.pcap")):
        assert [accepting(diagnosis, number) for number in (0, 1)] == [28, 88]
        first = diagnosis.targets[0].served.observed
        assert first is not None
        assert [(h.endpoint, h.host) for h in first.handshakes] == [
            ("192.0.2.1:443", "www.chainlab.example"),
            ("192.0.2.3:443", ""),
        ]


def test_an_observation_with_the_leaf_of_a_pfx_is_compared_with_the_prediction(
    ask, served, fixtures: Path, tmp_path: Path
) -> None:
    pfx = fixtures / "r46" / "leaf-and-issuer.pfx"
    for name, code in (("short", "observed-agrees"), ("cross", "observed-differs")):
        (tmp_path / name).write_bytes(pcap(packets(lab.tls12(served(name)))))
        diagnosis = ask(pfx, tmp_path / name)
        assert [target.served.basis for target in diagnosis.targets] == ["predicted"]
        assert {code} == codes(diagnosis) & {"observed-agrees", "observed-differs"}
    with_other = ask(fixtures / "e46" / "leaf-and-issuer.pfx", tmp_path / "cross")
    assert [target.served.basis for target in with_other.targets] == ["predicted", "observed"]


def test_observed_issuers_are_known_to_the_graph_and_not_on_the_server(
    ask, served, fixtures: Path, tmp_path: Path
) -> None:
    (tmp_path / "x.pcap").write_bytes(pcap(packets(lab.tls12(served("cross")))))
    diagnosis = ask(fixtures / "r46" / "leaf-only.pem", tmp_path / "x.pcap")
    assert len(diagnosis.targets[0].served.chain) == 1, "an issuer seen on the wire is not in the server's stores"
    assert "handshake" in diagnosis.scene.graph.known_by[served("cross")[2].sha256]
    assert "missing-intermediate" in codes(diagnosis)


def test_a_leaf_seen_alone_is_predicted_beside_stores_only(ask, served, fixtures: Path, tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text(transcript(served("cross"), showcerts=False))
    diagnosis = ask(tmp_path / "t.txt", fixtures / "r46" / "LocalMachine-CA.sst")
    assert [target.served.basis for target in diagnosis.targets] == ["predicted"]
    with pytest.raises(InputError, match="shows only the server certificate") as caught:
        ask(served=tmp_path / "t.txt")
    assert "-showcerts" in caught.value.hint
    with pytest.raises(InputError, match="without the chain that was sent with it") as caught:
        ask(tmp_path / "t.txt")
    assert "-showcerts" in caught.value.hint


def test_a_name_that_the_certificate_does_not_have_is_noticed(ask, served, tmp_path: Path) -> None:
    (tmp_path / "x.pcap").write_bytes(pcap(packets(lab.tls12(served("cross"), "other.example"))))
    assert "sni-mismatch" in codes(ask(tmp_path / "x.pcap"))
    assert "sni-mismatch" not in codes(ask(tmp_path / "x.pcap", host="other.example")), "--host has its own finding"


def test_a_capture_without_certificates_says_why_nothing_can_be_judged(ask, served, tmp_path: Path) -> None:
    frames = packets(tls13(lab.certificate_message(encodings(served("cross")), tls13=True)))
    (tmp_path / "x.pcap").write_bytes(pcap(frames))
    with pytest.raises(InputError, match="no certificate") as caught:
        ask(tmp_path / "x.pcap")
    assert "no key log" in caught.value.hint
    with pytest.raises(InputError, match="no key log"):
        ask(served=tmp_path / "x.pcap")


def test_client_certificates_are_no_targets(ask, served, tmp_path: Path) -> None:
    flights = lab.tls12(served("cross"))
    client = lab.certificate_message(encodings([Pki().leaf("I", "someone")]))
    flights.insert(2, (lab.CLIENT, lab.record(22, client)))
    (tmp_path / "x.pcap").write_bytes(pcap(packets(flights)))
    assert len(ask(tmp_path / "x.pcap").targets) == 1


def test_the_reports_show_where_a_chain_was_seen(ask, fixtures: Path) -> None:
    import io

    diagnosis = ask(fixtures / "r46" / "handshake-cross.pcap")
    document = as_json(diagnosis)
    schema = Path("chainlab/report/data/chainlab.diagnosis-1.schema.json")
    jsonschema.validate(document, json.loads((fixtures.parent / schema).read_text(encoding="utf-8")))
    (seen,) = document["targets"][0]["served"]["seen"]
    assert (seen["endpoint"], seen["sni"], seen["protocol"]) == ("192.0.2.1:443", "www.chainlab.example", "TLSv1.2")
    stream = io.StringIO()
    render(diagnosis, TerminalPage(stream), verbose=False)
    assert "seen at 192.0.2.1:443, SNI www.chainlab.example, TLSv1.2" in stream.getvalue()


def test_own_clients_take_roots_from_java_stores_and_directories(ask, fixtures: Path, tmp_path: Path) -> None:
    roots = read_inputs([(fixtures / "r46" / "roots-old-device.pem", None)], ReadOptions()).certificates
    (tmp_path / "old.jks").write_bytes(jks([(f"root {n}", item.certificate) for n, item in enumerate(roots)]))
    (tmp_path / "hashed").mkdir()
    for number, item in enumerate(roots):
        (tmp_path / "hashed" / f"0badcafe.{number}").write_text(pem([item.certificate]))
    answers = set()
    for file in (tmp_path / "old.jks", tmp_path / "hashed", fixtures / "r46" / "roots-old-device.pem"):
        own = parse_own_client(f"device=openssl-1.0.2:{file}")
        diagnosis = ask(served=fixtures / "r46" / "served-cross.pem", own_clients=(own,), selector="none")
        answers.add(diagnosis.targets[0].clients[0].verdict)
    assert answers == {Verdict.ACCEPT}


def test_problems_of_a_trust_store_are_told(ask, fixtures: Path, tmp_path: Path) -> None:
    good = (fixtures / "r46" / "roots-old-device.pem").read_text()
    (tmp_path / "roots.pem").write_text(good + "-----BEGIN CERTIFICATE-----\nMAMCAQU=\n-----END CERTIFICATE-----\n")
    own = parse_own_client(f"device=openssl-3:{tmp_path / 'roots.pem'}")
    diagnosis = ask(served=fixtures / "r46" / "served-cross.pem", own_clients=(own,), selector="none")
    assert [finding.code for finding in diagnosis.findings] == ["broken-certificate"]
    leaf = parse_own_client(f"device=openssl-3:{fixtures / 'r46' / 'leaf-only.pem'}")
    with pytest.raises(InputError, match="no trust anchor among 1 certificate"):
        ask(served=fixtures / "r46" / "served-cross.pem", own_clients=(leaf,))
