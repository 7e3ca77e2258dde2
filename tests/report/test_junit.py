"""JUnit XML: one case per client and endpoint, in the structure that Jenkins' schema allows, whatever names hold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from junitparser import Failure, JUnitXml, Skipped

from chainlab.certificate import Name
from chainlab.diagnosis import Diagnosis, diagnose
from chainlab.evidence import ReadOptions, read_inputs
from chainlab.impact import impact
from chainlab.observation import served_chains
from chainlab.planning import plan
from chainlab.report import plan_json
from chainlab.report.junit import render, suites
from chainlab.verification import Verification, read_promise, verify
from tests.machines import Machines, phrases

ALLOWED = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, set(), {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors", "group", "time", "skipped", "timestamp", "hostname", "id", "package",
         "file", "log", "url"},
        {"name", "tests", "failures", "errors"}, {"testsuite", "properties", "testcase", "system-out", "system-err"},
    ),
    "testcase": (
        {"name", "time", "classname", "group"}, {"name"}, {"skipped", "error", "failure", "system-out", "system-err"}
    ),
    "failure": ({"type", "message"}, set(), set()),
    "skipped": ({"type", "message"}, set(), set()),
}  # fmt: skip
"""Jenkins xUnit plugin, junit-10.xsd: element -> attributes allowed, attributes required, children allowed."""


def checked(text: str) -> ElementTree.Element:
    """The document, held against the schema, its counts recounted."""
    assert text.isascii()
    root = ElementTree.fromstring(text)
    assert root.tag == "testsuites"
    for element in root.iter():
        allowed, required, children = ALLOWED[element.tag]
        assert required <= set(element.attrib) <= allowed
        assert {child.tag for child in element} <= children
    for element in (root, *root.iter("testsuite")):
        assert int(element.attrib["tests"]) == len(list(element.iter("testcase")))
        assert int(element.attrib["failures"]) == len(list(element.iter("failure")))
    return root


def cases(text: str) -> dict[tuple[str, str], list[object]]:
    """What an independent reader finds: results by suite and case."""
    checked(text)
    return {
        (suite.name, case.name): list(case.result) for suite in JUnitXml.fromstring(text.encode()) for case in suite
    }


def failing(text: str) -> set[str]:
    return {name for (_, name), results in cases(text).items() if any(isinstance(r, Failure) for r in results)}


@pytest.fixture(scope="module")
def diagnosed(fixtures: Path, tmp_path_factory: pytest.TempPathFactory) -> Diagnosis:
    return diagnose(Machines(fixtures, tmp_path_factory.mktemp("m")).request("r46/with-cross-sign.pfx"))


def test_a_case_fails_where_its_client_does(diagnosed: Diagnosis) -> None:
    (target,) = diagnosed.targets
    rejecting = {f"{c.profile.name} ({c.profile.id})" for c in target.clients if c.verdict.value == "reject"}
    assert failing(render(diagnosed)) == rejecting
    assert len(cases(render(diagnosed))) == len(target.clients)


def test_a_failure_carries_the_reason_code_and_the_sentence(diagnosed: Diagnosis) -> None:
    failures = list(checked(render(diagnosed)).iter("failure"))
    assert {failure.attrib["type"] for failure in failures} == {"no-anchor"}
    assert all("is not trusted and not served" in failure.attrib["message"] for failure in failures)
    assert all("path: www.chainlab.example" in (failure.text or "") for failure in failures)


def test_what_is_unknown_is_skipped(diagnosed: Diagnosis) -> None:
    (target,) = diagnosed.targets
    unknown = replace(target.clients[0], verdict=type(target.clients[0].verdict).UNKNOWN)
    answer = replace(diagnosed, targets=(replace(target, clients=(unknown,)),))
    ((result,),) = cases(render(answer)).values()
    assert isinstance(result, Skipped)


def test_every_endpoint_has_its_cases(fixtures: Path, tmp_path: Path) -> None:
    machines = Machines(fixtures, tmp_path)
    diagnosed = diagnose(machines.request("r46/server.reg", "e46/server.reg"))
    found = cases(render(diagnosed))
    assert len({suite for suite, _ in found}) == len(diagnosed.targets)
    assert len(found) == sum(len(target.clients) for target in diagnosed.targets)


def test_an_impact_fails_for_the_clients_that_the_change_loses(fixtures: Path, tmp_path: Path) -> None:
    machines = Machines(fixtures, tmp_path)
    good = impact(machines.request("r46/with-cross-sign.pfx"), phrases("r46")["untrust"])
    assert failing(render(good)) == set()
    assert any(isinstance(r, Skipped) for results in cases(render(good)).values() for r in results)
    bad = impact(machines.request("r46/with-cross-sign.pfx"), ("delete 6b206e5a",))
    (effect,) = bad.effects
    assert len(effect.lost) == 28
    assert {name.rpartition("(")[2].rstrip(")") for name in failing(render(bad))} == effect.lost


def test_an_impact_fails_for_what_the_servers_own_programs_lose(fixtures: Path, tmp_path: Path) -> None:
    answer = impact(Machines(fixtures, tmp_path).request("r46/with-cross-sign.pfx"), ("untrust 6b206e5a",))
    assert answer.worse
    assert not answer.effects[0].lost
    found = cases(render(answer)).items()
    assert {suite for (suite, _), results in found if any(isinstance(r, Failure) for r in results)} == {"outbound TLS"}


def test_a_plan_fails_for_the_clients_that_it_does_not_help(fixtures: Path, tmp_path: Path) -> None:
    planned = plan(Machines(fixtures, tmp_path).request("r46/with-cross-sign.pfx"))
    assert planned.chosen is not None
    (outcome,) = planned.chosen.outcomes
    helped = len(cases(render(planned))) - len(failing(render(planned)))
    assert helped == len(outcome.lasting)


@pytest.fixture
def verified(fixtures: Path, tmp_path: Path):
    def run(served: str) -> Verification:
        request = Machines(fixtures, tmp_path).request("r46/with-cross-sign.pfx")
        (tmp_path / "plan.json").write_text(plan_json.render(plan(request)), encoding="utf-8")
        file = fixtures / "r46" / served
        return verify(
            read_promise(tmp_path / "plan.json"), served_chains(read_inputs([(file, None)], ReadOptions()), file)
        )

    return run


def test_a_verification_fails_where_the_promise_is_not_kept(verified) -> None:
    kept, broken = verified("served-cross.pem"), verified("served-short.pem")
    assert (kept.holds, broken.holds) == (True, False)
    assert failing(render(kept)) == set()
    assert len(failing(render(broken))) == 1
    assert "undone: step 1" in (next(checked(render(broken)).iter("failure")).text or "")


def test_a_verification_that_saw_nothing_of_the_plan_fails(verified, fixtures: Path) -> None:
    kept = verified("served-cross.pem")
    nothing = replace(kept, checked=(), unseen=kept.promise.sites)
    assert not nothing.holds
    assert failing(render(nothing)) == {"plan"}


@settings(max_examples=40)
@given(st.text(min_size=1, max_size=40))
def test_no_name_breaks_the_document(name: str) -> None:
    fixtures = Path(__file__).parents[2] / "fixtures"
    answer = _small(fixtures)
    (target,) = answer.targets
    leaf = replace(target.leaf.certificate, subject=Name("CN=" + name))
    evidence = replace(target.leaf, certificate=leaf)
    renamed = replace(target, target=replace(target.target, leaf=evidence))
    checked(render(replace(answer, targets=(renamed,))))


_SMALL: list[Diagnosis] = []


def _small(fixtures: Path) -> Diagnosis:
    if not _SMALL:
        request = Machines(fixtures, fixtures).request("r46/leaf-and-issuer.pfx")
        _SMALL.append(diagnose(replace(request, selector="android-*")))
    return _SMALL[0]


def test_another_answer_has_no_cases() -> None:
    with pytest.raises(TypeError, match="no test cases for int"):
        suites(3)
