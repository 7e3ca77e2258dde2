"""Real chains, real roots: the facts that the answer must agree with."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from chainlab.clients import Judge, Snapshots, Verdict, load_profiles, select
from chainlab.diagnosis import Diagnosis, diagnose
from chainlab.graph import CertGraph
from chainlab.paths.checks import Question
from chainlab.report.json_report import render
from chainlab.request import Request
from tests.pki import at

AT = at("2026-11-20")
RSA, ECDSA = "certs/served/icann.org-rsa-2026-10.pem", "certs/served/github.com-ecdsa-2026-07.pem"
REJECT = {
    "android-14", "android-13", "android-4.4-aosp", "java-8u402-openjdk", "java-11.0.27-openjdk", "java-17-openjdk",
    "debian-ca-certificates-20210119-derived", "node-16.20.2", "apple-ios17", "apple-ios16", "apple-ios9",
}  # fmt: skip
ACCEPT = {
    "android-15", "android-16", "android-17", "apple-ios18", "apple-ios26", "java-8u472-temurin", "node-18.20.8",
    "nss-3.101", "nss-3.112", "chromium-embedded-153.0.0", "py-certifi-2026.10.18",
}  # fmt: skip
STILL_REJECT = {"android-2.3", "android-4.0", "android-5.0", "macos-10.11.6", "java-7-ga", "java-7u79"}


def make_pfx(source: Path, count: int, folder: Path) -> Path:
    """A PFX without key from the first certificates of a served chain."""
    blocks = re.findall(r"-----BEGIN.*?-----END CERTIFICATE-----", source.read_text(), re.DOTALL)[:count]
    (folder / "chain.pem").write_text("\n".join(blocks))
    made = folder / "bundle.pfx"
    command = ["openssl", "pkcs12", "-export", "-nokeys", "-in", "chain.pem", "-out", str(made), "-passout", "pass:"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return made


def run(source: Path, count: int, folder: Path, **fields: object) -> Diagnosis:
    when = fields.pop("at", AT)
    return diagnose(Request(((make_pfx(source, count, folder), None),), when, **fields))  # type: ignore[arg-type]


def verdicts(diagnosis: Diagnosis) -> dict[str, Verdict]:
    return {client.profile.id: client.verdict for client in diagnosis.targets[0].clients}


def test_leaf_and_issuing_ca_agree_with_the_facts(shared: Callable[[str], Path], tmp_path: Path) -> None:
    diagnosis = run(shared(RSA), 2, tmp_path)
    answers = verdicts(diagnosis)
    assert {identity for identity in REJECT if answers[identity] is not Verdict.REJECT} == set()
    assert {identity for identity in ACCEPT if answers[identity] is not Verdict.ACCEPT} == set()
    reasons = {c.reason for c in diagnosis.targets[0].clients if c.profile.id in REJECT}
    assert reasons == {"no-anchor"}
    assert sum(verdict is Verdict.ACCEPT for verdict in answers.values()) == 28


def test_the_ecdsa_chain_reaches_as_many_and_while_aaa_was_on_the_list_more_could_be_had(
    shared: Callable[[str], Path], tmp_path: Path
) -> None:
    """In July 2026 Microsoft's list still held AAA, so that an AAA path could be served, until 2028.

    By their stores it leads to 117 clients; Android 2.3 and Java 5 know no ECDSA and still fail.
    """
    diagnosis = run(shared(ECDSA), 2, tmp_path, at=at("2026-07-15"))
    assert sum(verdict is Verdict.ACCEPT for verdict in verdicts(diagnosis).values()) == 28
    plan = diagnosis.server_plan
    assert plan is not None
    assert plan.recommended is not None
    assert len(plan.recommended.outcomes[0].lasting) == 88
    most = plan.alternatives[0]
    assert len(most.outcomes[0].lasting) == 115
    assert not {"android-2.3", "java-5.0u13"} & most.outcomes[0].lasting
    assert {cost.code for cost in most.costs if cost.decision} == {"ends"}
    served = most.outcomes[0].after.prediction.chosen
    assert served.root is not None
    assert served.root.subject.common == "AAA Certificate Services"


def test_the_plan_is_the_cross_sign_by_usertrust_and_untrusted(shared: Callable[[str], Path], tmp_path: Path) -> None:
    plan = run(shared(RSA), 2, tmp_path).targets[0].plan
    assert plan is not None
    imported, blocked = plan.best.changes
    assert imported.certificate is not None
    assert imported.certificate.sha256 == "92f351bf3d54164dfa8dd8f9e1139d3150349786485d2b9eecd00e2971c1e6c5"
    assert blocked.certificate is not None
    assert blocked.certificate.sha256.startswith("7bb647a6")
    accepted = plan.best.lasting
    assert {"android-5.1", "android-14", "java-8u402-openjdk"} <= accepted
    assert not accepted & STILL_REJECT


def test_the_json_answer_follows_the_schema(shared: Callable[[str], Path], tmp_path: Path) -> None:
    schema = json.loads(
        (Path(__file__).parents[2] / "chainlab/report/data/chainlab.diagnosis-1.schema.json").read_text()
    )
    document = json.loads(render(run(shared(RSA), 3, tmp_path)))
    jsonschema.Draft202012Validator(schema).validate(document)
    assert len(document["targets"][0]["served"]["chain"]) == 2


@pytest.mark.parametrize(
    ("above", "expected"),
    [(["6542d176"], 28), (["6542d176", "92f351bf"], 88), (["6542d176", "ce75580b"], 115),
     (["6542d176", "92f351bf", "68b9c761"], 117)],
)  # fmt: skip
def test_reach_of_each_served_set_by_store(
    shared: Callable[[str], Path], tmp_path: Path, snapshots: Snapshots, above: list[str], expected: int
) -> None:
    scene = run(shared(RSA), 2, tmp_path, selector="none", with_plan=False).scene
    graph: CertGraph = scene.graph
    by_start = {certificate.sha256[:8]: certificate for certificate in graph.certificates}
    served = (scene.targets[0].leaf.certificate, *(by_start[start] for start in above))
    clients = [(profile, snapshots.store(profile.store)) for profile in select(load_profiles())]
    judge = Judge(clients, graph, Question(AT))
    assert sum(verdict.verdict is Verdict.ACCEPT for verdict in judge.verdicts(served)) == expected
