"""Diagnosis end to end on the fixtures."""

from dataclasses import replace
from pathlib import Path

import pytest

from chainlab.catalog.twins import load_twins
from chainlab.certificate import Certificate
from chainlab.clients import Verdict, parse_own_client
from chainlab.diagnosis import Diagnosis, diagnose
from chainlab.errors import InputError
from chainlab.evidence import ReadOptions
from chainlab.finding import Finding
from chainlab.lab.writers import pem
from chainlab.request import Request
from chainlab.server import StoreName
from chainlab.server_state import Baseline
from tests.pki import NOW, Pki, at


@pytest.fixture(scope="module")
def request_for(fixtures: Path):
    twins = load_twins(fixtures / "lab.json")

    def make(*names: str, stores: dict[str, str] | None = None, **fields: object) -> Request:
        inputs: list[tuple[Path, StoreName | None]] = [(fixtures / name, None) for name in names]
        inputs += [(fixtures / name, StoreName.parse(store)) for store, name in (stores or {}).items()]
        request = Request(tuple(inputs), at("2026-11-20"), twins=twins)
        return replace(request, **fields)  # type: ignore[arg-type]

    return make


def accepting(diagnosis: Diagnosis) -> int:
    return sum(client.verdict is Verdict.ACCEPT for client in diagnosis.targets[0].clients)


def chain(diagnosis: Diagnosis) -> list[str]:
    return [certificate.subject.common.rsplit(" ", 1)[-1] for certificate in diagnosis.targets[0].served.chain]


def codes(diagnosis: Diagnosis) -> set[str]:
    return {finding.code for finding in diagnosis.targets[0].findings}


@pytest.mark.parametrize(("name", "issuer"), [("r46", "R36"), ("e46", "E36")])
def test_leaf_and_issuer_reach_28_and_the_plan_88_clients(request_for, name: str, issuer: str) -> None:
    diagnosis = diagnose(request_for(f"{name}/leaf-and-issuer.pfx"))
    assert chain(diagnosis)[1:] == [issuer]
    assert accepting(diagnosis) == 28
    plan = diagnosis.targets[0].plan
    assert plan is not None
    assert [change.code for change in plan.best.changes] == ["import-certificate", "move-to-untrusted"]
    assert len(plan.best.lasting) == 88
    assert not plan.broken
    assert not diagnosis.all_well


def test_the_cross_sign_alone_changes_nothing_and_that_is_said(request_for) -> None:
    diagnosis = diagnose(request_for("r46/with-cross-sign.pfx"))
    assert chain(diagnosis)[1:] == ["R36"]
    assert {"cross-sign-unused", "depends-on-root-download"} <= codes(diagnosis)


def test_a_pfx_that_brings_the_root_is_noticed(request_for) -> None:
    assert "pfx-brings-root" in codes(diagnose(request_for("r46/with-root.pfx")))


def test_the_leaf_alone_misses_its_issuer(request_for) -> None:
    diagnosis = diagnose(request_for("r46/leaf-only.pem"))
    assert accepting(diagnosis) == 0
    reasons = {client.profile.id: client.reason for client in diagnosis.targets[0].clients}
    assert set(reasons.values()) == {"missing-intermediate"}
    assert "missing-intermediate" in codes(diagnosis)


@pytest.mark.parametrize(("served", "expected"), [("short", 28), ("cross", 88), ("aaa", 117)])
def test_observed_chains_are_judged_as_they_are(request_for, fixtures: Path, served: str, expected: int) -> None:
    diagnosis = diagnose(request_for(served=fixtures / "r46" / f"served-{served}.pem"))
    assert accepting(diagnosis) == expected
    assert diagnosis.targets[0].served.basis == "observed"
    assert diagnosis.targets[0].plan is None


def sent(request_for, folder: Path, *chain: Certificate, **fields: object) -> Diagnosis:
    """The diagnosis of these certificates on the wire, in this order."""
    file = folder / "sent.pem"
    file.write_text(pem(chain), "ascii")
    return diagnose(request_for(served=file, **fields))


def better(diagnosis: Diagnosis) -> list[Finding]:
    return [finding for finding in diagnosis.targets[0].findings if finding.code == "better-chain"]


@pytest.mark.parametrize("positions", [(0, 1), (0, 1, 2), (0,), (0, 2, 1), (0, 1, 1, 2, 3), (0, 3, 2, 1)])
def test_a_better_chain_is_accepted_as_said_once_it_is_sent(
    request_for, fixtures: Path, tmp_path: Path, positions: tuple[int, ...]
) -> None:
    whole = diagnose(request_for(served=fixtures / "r46" / "served-aaa.pem")).targets[0].served.chain
    before = sent(request_for, tmp_path, *(whole[position] for position in positions))
    after = sent(request_for, tmp_path, *whole)
    assert accepting(before) <= accepting(after) == 117
    assert len(better(before)) == (accepting(before) < accepting(after))
    for finding in better(before):
        assert finding.certificates == tuple(certificate.sha256 for certificate in whole)
        assert finding.parameters["then"] == str(accepting(after))
        assert finding.parameters["now"] == str(accepting(before))
        missing = [whole[position] for position in range(4) if position not in positions]
        assert all(certificate.label in finding.parameters["how"] for certificate in missing)


def test_no_chain_is_called_better_where_every_client_accepts(request_for, fixtures: Path, tmp_path: Path) -> None:
    whole = diagnose(request_for(served=fixtures / "r46" / "served-aaa.pem")).targets[0].served.chain
    assert not better(sent(request_for, tmp_path, *whole))
    assert not better(sent(request_for, tmp_path, *whole[:2], selector="nss-3.101"))
    assert better(sent(request_for, tmp_path, *whole[:2], selector="nss-3.90"))


def test_no_chain_is_called_better_that_loses_a_client(tmp_path: Path, pki: Pki) -> None:
    """OpenSSL 1.0.1 follows what is served to its end, and finds no shorter way to a root that it knows."""
    served = tmp_path / "served.pem"
    served.write_text(pem([pki.leaf("I"), pki.ca("I", "R")]), "ascii")
    clients = []
    for root, family in (("R", "openssl-1.0.1"), ("S", "openssl-3")):
        known = tmp_path / f"{root}.pem"
        known.write_text(pem([pki.ca(root)]), "ascii")
        clients.append(parse_own_client(f"{root}={family}:{known}"))
    cross = tmp_path / "cross.pem"
    cross.write_text(pem([pki.ca("R", "S")]), "ascii")
    request = Request(((cross, None),), NOW, served=served, own_clients=tuple(clients), selector="none")
    diagnosis = diagnose(request)
    assert accepting(diagnosis) == 1
    assert not better(diagnosis)
    assert better(diagnose(replace(request, own_clients=tuple(clients[1:]))))


def test_a_superfluous_certificate_is_named_where_a_client_trips_over_it(tmp_path: Path, pki: Pki) -> None:
    file, roots = tmp_path / "served.pem", tmp_path / "roots.pem"
    roots.write_text(pem([pki.ca("R")]), "ascii")
    file.write_text(pem([pki.leaf("I"), pki.ca("X"), pki.ca("I", "R")]), "ascii")
    strict = parse_own_client(f"strict=bearssl:{roots}")
    (finding,) = better(diagnose(Request((), NOW, served=file, own_clients=(strict,), selector="none")))
    assert finding.parameters["how"] == f"left out {pki.ca('X').label}"


def test_a_collected_server_replaces_the_assumptions(request_for) -> None:
    diagnosis = diagnose(request_for("r46/server.reg"))
    assert diagnosis.scene.fresh is None
    assert not any("Root store was not seen" in finding.message for finding in diagnosis.findings)
    assert chain(diagnosis)[1:] == ["R36"]


def test_a_root_store_without_the_short_root_serves_the_cross_sign(request_for) -> None:
    stores = {"LocalMachine/Root": "e46/LocalMachine-Root.sst"}
    diagnosis = diagnose(request_for("r46/with-cross-sign.pfx", stores=stores))
    assert chain(diagnosis)[1:] == ["R36", "R46"]
    assert accepting(diagnosis) == 88


def test_without_windows_underneath_only_the_inputs_count(request_for) -> None:
    diagnosis = diagnose(request_for("r46/with-root.pfx", baseline=Baseline(windows=False)))
    assert diagnosis.targets[0].served.root is not None
    bare = diagnose(request_for("r46/leaf-and-issuer.pfx", baseline=Baseline(windows=False)))
    assert bare.targets[0].served.status == ("CERT_TRUST_IS_PARTIAL_CHAIN",)


def test_an_own_device_is_judged_beside_or_instead_of_the_profiles(request_for, fixtures: Path) -> None:
    own = parse_own_client(f"till scanner=openssl-1.0.2:{fixtures / 'r46/roots-old-device.pem'}")
    diagnosis = diagnose(request_for("r46/leaf-and-issuer.pfx", own_clients=(own,), selector="none"))
    (client,) = diagnosis.targets[0].clients
    assert (client.profile.name, client.verdict, client.reason) == ("till scanner", Verdict.REJECT, "no-anchor")
    assert diagnosis.targets[0].plan is not None
    assert diagnosis.targets[0].plan.best.lasting == {"own-till-scanner"}


def test_host_and_expiry_are_reported_apart_from_trust(request_for) -> None:
    wrong = diagnose(request_for("r46/leaf-and-issuer.pfx", host="other.example"))
    assert "host-mismatch" in codes(wrong)
    late = diagnose(request_for("r46/leaf-and-issuer.pfx", at=at("2027-10-01")))
    assert "leaf-expired" in codes(late)
    soon = diagnose(request_for("r46/leaf-and-issuer.pfx", at=at("2027-09-10"), host="www.chainlab.example"))
    assert "leaf-expires-soon" in codes(soon)
    assert not {"host-mismatch", "leaf-expired"} & codes(soon)


def test_root_update_off_leaves_a_server_without_public_roots(request_for) -> None:
    diagnosis = diagnose(request_for("r46/leaf-and-issuer.pfx", baseline=Baseline(root_update=False)))
    assert diagnosis.targets[0].served.status == ("CERT_TRUST_IS_PARTIAL_CHAIN",)
    assert accepting(diagnosis) == 28


def test_aia_lets_the_clients_fetch_that_can(request_for) -> None:
    diagnosis = diagnose(request_for("r46/leaf-and-issuer.pfx", baseline=Baseline(aia=True)))
    by_id = {client.profile.id: client.verdict for client in diagnosis.targets[0].clients}
    assert by_id["apple-ios17"] is Verdict.ACCEPT
    assert by_id["android-14"] is Verdict.REJECT


def test_two_leaves_are_two_targets(request_for) -> None:
    diagnosis = diagnose(request_for("r46/leaf-and-issuer.pfx", "e46/leaf-and-issuer.pfx"))
    assert len(diagnosis.targets) == 2


def test_inputs_without_a_server_certificate_are_an_input_error(request_for) -> None:
    with pytest.raises(InputError, match="no server certificate among 3 certificates"):
        diagnose(request_for("r46/cross-signs.pem"))


def test_the_password_of_a_protected_pfx_is_asked_for_once(request_for) -> None:
    asked = []
    reading = ReadOptions(password=lambda place: asked.append(place) or "chainlab")
    diagnosis = diagnose(request_for("r46/protected.pfx", reading=reading))
    assert len(asked) == 1
    assert len(diagnosis.targets) == 1


def test_input_order_does_not_change_the_answer(request_for) -> None:
    from chainlab.report.json_report import as_json

    names = ["r46/leaf-and-issuer.pfx", "r46/cross-signs.pem"]
    one, two = (as_json(diagnose(request_for(*order))) for order in (names, names[::-1]))
    assert one["targets"] == two["targets"]


def private(folder: Path, pki: Pki, *names: str) -> Path:
    """A file with a leaf under a CA of nobody's, and what is named of the certificates above it."""
    made = {"I": pki.ca("I", "R"), "R": pki.ca("R")}
    file = folder / "private.pem"
    file.write_text(pem([pki.leaf("I"), *(made[name] for name in names)]), "ascii")
    return file


def test_a_private_root_is_named_where_no_client_has_it(tmp_path: Path, pki: Pki) -> None:
    file, known = private(tmp_path, pki, "I", "R"), tmp_path / "roots.pem"
    known.write_text(pem([pki.ca("R")]), "ascii")
    request = Request(((file, None),), NOW, selector="py-certifi-*")
    predicted, observed = diagnose(request), diagnose(Request((), NOW, served=file, selector="py-certifi-*"))
    assert "private-root" in codes(predicted) & codes(observed)
    (found,) = (finding for finding in predicted.targets[0].findings if finding.code == "private-root")
    assert found.certificates == (pki.ca("R").sha256,)
    own = replace(request, own_clients=(parse_own_client(f"own=openssl-3:{known}"),))
    assert "private-root" not in codes(diagnose(own))
    known.write_text(pem([pki.ca("S")]), "ascii")
    assert "private-root" in codes(diagnose(own))
    assert "private-root" not in codes(diagnose(replace(own, selector="none")))


def test_an_issuer_that_nobody_knows_is_named_in_a_chain_on_the_wire(tmp_path: Path, pki: Pki) -> None:
    assert "issuer-unknown" in codes(diagnose(Request((), NOW, served=private(tmp_path, pki, "I"))))
    assert "issuer-unknown" not in codes(diagnose(Request((), NOW, served=private(tmp_path, pki, "I", "R"))))


def test_cas_that_certify_each_other_on_the_wire_end_the_search_for_the_last_one(tmp_path: Path, pki: Pki) -> None:
    file = tmp_path / "circle.pem"
    file.write_text(pem([pki.leaf("A"), pki.ca("A", "B"), pki.ca("B", "A")]), "ascii")
    assert "issuer-unknown" not in codes(diagnose(Request((), NOW, served=file)))
