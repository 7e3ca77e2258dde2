"""When will it break: every date with its cause, and who is affected."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from chainlab.clients import Judge, load_profiles
from chainlab.comparison import Answer
from chainlab.graph import CertGraph
from chainlab.lab.writers import reg
from chainlab.paths.checks import Question
from chainlab.plan import Simulator
from chainlab.properties import NOT_BEFORE_FILETIME
from chainlab.request import Request
from chainlab.server import LM_AUTHROOT, LM_CA, LM_MY
from chainlab.server_state import Baseline
from chainlab.timeline import Event, Timeline, Turn, timeline
from tests.machines import Machines
from tests.pki import NOW, Pki, at
from tests.promises import bombs_meshes


@pytest.fixture
def machines(fixtures: Path, tmp_path: Path) -> Machines:
    return Machines(fixtures, tmp_path)


def dates(answer: Timeline) -> list[str]:
    return [f"{event.at:%Y-%m-%d}{' renewed' if event.renewed else ''}" for event in answer.events]


def causes(event: Event) -> set[tuple[Turn, str]]:
    return {(cause.turn, cause.certificate.label.rpartition(", sha256")[0] + ")") for cause in event.causes}


def test_the_short_chain_ends_with_the_leaf_then_with_the_issuing_ca(machines: Machines) -> None:
    (answer,) = timeline(machines.request("r46/leaf-and-issuer.pfx")).targets
    assert dates(answer) == ["2027-09-30", "2036-03-22 renewed"]
    leaf, issuer = answer.events
    assert leaf.differences[0].lost == answer.start.surely_accepting
    assert {turn for turn, _ in causes(leaf)} == {Turn.EXPIRES}
    assert causes(issuer) == {
        (Turn.EXPIRES, "Sectigo Public Server Authentication CA OV R36 (signed by Sectigo Public Server Authentication "
         "Root R46)"),
    }  # fmt: skip
    assert answer.quiet > 0


@pytest.mark.parametrize(
    ("name", "first"), [("served-cross.pem", "2036-03-22 renewed"), ("served-aaa.pem", "2029-01-01 renewed")]
)
def test_a_chain_on_the_wire_keeps_its_certificates_until_they_expire(
    machines: Machines, name: str, first: str
) -> None:
    """The AAA path is good for the oldest clients until the end of 2028; then they are lost."""
    request = machines.request(served=machines.fixtures / "r46" / name)
    (answer,) = timeline(request).targets
    assert dates(answer)[0] == "2027-09-30"
    assert first in dates(answer)
    event = next(event for event in answer.events if f"{event.at:%Y-%m-%d}" == first[:10])
    assert event.worse
    assert all(difference.same_chain for difference in event.differences)


def test_what_windows_serves_changes_when_the_cross_sign_expires(machines: Machines, tmp_path: Path) -> None:
    """A newer cross-sign is served under one rule until it expires; then both rules serve the short chain."""
    pki = Pki("timeline")
    root, old = pki.ca("R"), pki.ca("Old", not_before=at("2010-01-01"))
    cross = pki.ca("R", "Old", not_before=at("2022-01-01"), not_after=at("2030-06-01"))
    issuing, leaf = pki.ca("I", "R"), pki.leaf("I", not_after=at("2033-01-01"))
    file = tmp_path / "stores.reg"
    held = [(LM_AUTHROOT, root), (LM_AUTHROOT, old), (LM_CA, issuing), (LM_CA, cross), (LM_MY, leaf)]
    file.write_bytes(reg((store, certificate, {}) for store, certificate in held))
    (answer,) = timeline(machines.request(file, selector="none")).targets
    event = answer.events[0]
    assert f"{event.at:%Y-%m-%d}" == "2030-06-01"
    assert causes(event) == {(Turn.EXPIRES, "R (signed by Old)")}
    assert {len(chain) for chain in event.before.chains} == {2, 3}
    assert {len(chain) for chain in event.after.chains} == {2}


def test_a_root_distrusted_for_new_certificates_breaks_at_the_renewal(machines: Machines, tmp_path: Path) -> None:
    """The NOT_BEFORE property of Microsoft's program: the certificate in use stays good, its successor is not."""
    pki = Pki("timeline")
    root, other = pki.ca("R"), pki.ca("U", not_before=at("2010-01-01"))
    cross = pki.ca("R", "U", not_before=at("2012-01-01"))
    issuing, leaf = pki.ca("I", "R"), pki.leaf("I", not_after=at("2027-09-30"))
    limit = (int((at("2027-01-01") - at("1601-01-01")).total_seconds()) * 10**7).to_bytes(8, "little")
    file = tmp_path / "stores.reg"
    held = [(LM_AUTHROOT, root, {NOT_BEFORE_FILETIME: limit}), (LM_AUTHROOT, other, {}), (LM_CA, issuing, {}),
            (LM_CA, cross, {}), (LM_MY, leaf, {})]  # fmt: skip
    file.write_bytes(reg(held))
    (answer,) = timeline(machines.request(file, selector="none")).targets
    renewal = next(event for event in answer.events if event.renewed)
    assert (Turn.NOT_BEFORE, "R (self-signed)") in causes(renewal)
    assert f"{renewal.at:%Y-%m-%d}" == "2027-09-30"
    assert [len(d.after.chain) - len(d.before.chain) for d in renewal.differences] == [1]


def test_clients_programs_that_distrust_new_certificates_name_their_clients(
    machines: Machines, catalog, snapshots
) -> None:
    """Some shipped snapshot limits some root; a chain to it breaks for those clients at the renewal."""

    limited = [
        (profile, sha256, limit)
        for profile in load_profiles()
        for sha256, limit in (snapshots.store(profile.store).distrust_after or {}).items()
    ]
    assert limited
    profile, sha256, limit = limited[0]
    root = catalog.get(sha256)
    judge = Judge([(profile, snapshots.store(profile.store))], CertGraph([root]), Question(limit))
    assert judge.issuance_limits([root]) == {limit: [(profile, root)]}


def test_nothing_changes_between_the_dates(machines: Machines) -> None:
    """The dates are all: a look at every month finds no other change."""
    request = machines.request("r46/with-cross-sign.pfx", selector="default")
    answers = timeline(request)
    (found,) = answers.targets
    case, target = answers.case, found.target
    leaf = target.leaf.certificate
    moment, before = request.at, found.start
    boundaries = [event.at for event in found.events]
    while moment < leaf.not_after + timedelta(days=60):
        following = moment + timedelta(days=31)
        judge = case.judge(case.question(target)).asked(replace(case.question(target), at=following))
        now = Answer.of(Simulator(case.scene.graph, leaf, following, judge, case.policies).outcome(case.scene.server))
        if not any(moment < boundary <= following for boundary in boundaries):
            assert now.chains == before.chains
            assert now.surely_accepting == before.surely_accepting
        moment, before = following, now


def test_until_ends_the_timeline(machines: Machines) -> None:
    request = machines.request("r46/leaf-and-issuer.pfx")
    assert not timeline(request, at("2027-09-29")).worse
    assert timeline(request, at("2027-09-29")).targets[0].events == ()
    assert dates(timeline(request, at("2027-10-01")).targets[0]) == ["2027-09-30"]


def test_an_expired_certificate_starts_with_its_renewal(machines: Machines) -> None:
    (answer,) = timeline(machines.request("r46/leaf-and-issuer.pfx", when=at("2027-12-01"))).targets
    assert answer.start.surely_accepting == frozenset()
    assert answer.events[0].renewed
    assert answer.events[0].differences[0].gained


def test_every_endpoint_has_its_own_timeline(machines: Machines) -> None:
    assert len(timeline(machines.both()).targets) == 2


def test_two_decades_with_all_clients_take_less_than_a_second(machines: Machines) -> None:
    timeline(machines.request("r46/leaf-and-issuer.pfx"))  # imports and data files are loaded
    started = time.process_time()
    answer = timeline(machines.request("r46/leaf-and-issuer.pfx"), at("2046-12-31"))
    assert time.process_time() - started < 1
    assert answer.targets[0].start.total == 120


@pytest.mark.parametrize("served", [False, True])
def test_dates_that_are_too_many_are_counted_and_the_earliest_looked_at(tmp_path: Path, served: bool) -> None:
    path = bombs_meshes.dated_ring(tmp_path, 300)
    bare = Request((), NOW, served=path) if served else Request(((path, None),), NOW, baseline=Baseline(windows=False))
    answer = timeline(replace(bare, selector="py-certifi-*"))
    (line,) = answer.targets
    looked_at = len(line.events) + line.quiet
    assert looked_at > 10
    assert not answer.complete
    assert line.left_out_from is not None
    assert all(event.at < line.left_out_from for event in line.events)
    assert line.left_out >= 300 - looked_at
    early = timeline(replace(bare, selector="py-certifi-*"), line.left_out_from - timedelta(days=1))
    assert early.complete


def test_no_date_is_looked_at_where_a_mesh_leads_up(tmp_path: Path) -> None:
    request = Request(((bombs_meshes.dated_mesh(tmp_path, 9), None),), NOW, baseline=Baseline(windows=False))
    (line,) = timeline(replace(request, selector="py-certifi-*")).targets
    assert not line.events
    assert line.left_out > 70
