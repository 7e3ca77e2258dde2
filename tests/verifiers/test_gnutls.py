"""How GnuTLS arranges a served list, beside GnuTLS itself where it is installed."""

from __future__ import annotations

import shutil
import subprocess
from ipaddress import ip_network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from chainlab.certificate import Certificate
from chainlab.graph import CertGraph
from chainlab.lab.writers import pem
from chainlab.paths.checks import Question
from chainlab.paths.trust import RootSet
from chainlab.verifiers import build, family_for
from chainlab.verifiers.family import Handshake, Scene
from chainlab.verifiers.gnutls import MAX_SORTED, _arranged, _first_run
from tests.oracles.compare import compare, our_answer
from tests.oracles.oracle import ACCEPT, all_oracles
from tests.oracles.random_pki import random_scenario
from tests.oracles.scenario import materialise
from tests.pki import NOW, Pki

ONE_LIST_WITH_A_CERTIFICATE_TWICE = 8000355


def scene(served: list[Certificate], roots: list[Certificate]) -> Scene:
    return Scene(Handshake(tuple(served)), RootSet(roots), CertGraph([*served, *roots]), Question(NOW))


def test_a_certificate_that_comes_twice_costs_the_end_of_the_list() -> None:
    case = materialise(random_scenario(ONE_LIST_WITH_A_CERTIFICATE_TWICE), NOW)
    assert our_answer("gnutls", case).verdict == ACCEPT


@pytest.mark.oracle
def test_gnutls_itself_takes_the_list_with_a_certificate_twice() -> None:
    (certtool,) = (oracle for oracle in all_oracles() if oracle.id == "gnutls-certtool")
    if not certtool.version():
        pytest.skip(f"not installed: {certtool.install}")
    (cell,) = compare(certtool, [random_scenario(ONE_LIST_WITH_A_CERTIFICATE_TWICE)])
    assert cell.agrees


def test_what_the_first_run_leaves_is_sorted_behind_it_and_was_dropped_before_3_7(pki: Pki) -> None:
    leaf, a, c, d = pki.leaf("A"), pki.ca("A", "B"), pki.ca("C", "D"), pki.ca("D")
    served = scene([leaf, d, c, a], [pki.ca("R")])
    assert _arranged(served) == [leaf, a, d, c]
    assert _first_run(served) == [leaf, a]


def test_the_list_ends_where_the_trust_list_knows_the_issuer(pki: Pki) -> None:
    leaf, a, c = pki.leaf("A"), pki.ca("A", "B"), pki.ca("C", "D")
    assert _arranged(scene([leaf, c, a], [pki.ca("B")])) == [leaf, a]


def test_a_circle_ends_a_run_and_before_3_7_filled_the_list(pki: Pki) -> None:
    leaf, a, b = pki.leaf("A"), pki.ca("A", "B"), pki.ca("B", "A")
    served = scene([leaf, b, a], [pki.ca("R")])
    assert _arranged(served) == [leaf, a, b]
    assert _first_run(scene([leaf, b, a, pki.ca("Z", "Y")], [pki.ca("R")])) == [leaf, a, b, a]


def test_a_list_too_long_to_sort_is_sorted_from_where_it_is_short_enough(pki: Pki) -> None:
    leaf, a = pki.leaf("A"), pki.ca("A", "B")
    strangers = [pki.ca(f"S{number}", "T") for number in range(MAX_SORTED)]
    served = scene([leaf, *strangers, a], [pki.ca("R")])
    assert _first_run(served) == [leaf, *strangers, a]
    assert _arranged(served) == [leaf, *strangers, a]
    assert _arranged(scene([leaf, *strangers[2:], a], [pki.ca("R")]))[:2] == [leaf, a]


DIRECTORY = x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "elsewhere")]))
FORMS = {
    "directory": DIRECTORY, "uri": x509.UniformResourceIdentifier("elsewhere.test"),
    "dns": x509.DNSName("elsewhere.test"),
    "registered": x509.RegisteredID(x509.ObjectIdentifier("1.2.3")), "email": x509.RFC822Name("elsewhere.test"),
    "ip": x509.IPAddress(ip_network("10.0.0.0/8")),
}  # fmt: skip


def constrained(pki: Pki, form: str, excluded: bool) -> tuple[Certificate, Certificate, Certificate]:
    trees = [FORMS[form]]
    value = x509.NameConstraints(None if excluded else trees, trees if excluded else None).public_bytes()
    return pki.leaf("I"), pki.with_extension("I", "R", "2.5.29.30", value, critical=True), pki.ca("R")


def accepts(leaf: Certificate, ca: Certificate, root: Certificate) -> bool:
    graph = CertGraph([leaf, ca, root])
    result = build(family_for("gnutls"), Handshake((leaf, ca)), RootSet([root]), graph, Question(NOW))
    return result.accepted is not None


@pytest.mark.parametrize("excluded", [True, False])
@pytest.mark.parametrize("form", FORMS)
def test_name_constraints_of_each_form_are_taken_as_measured(pki: Pki, form: str, excluded: bool) -> None:
    """An excluded directory name refuses, since every certificate has a name of that form; a permitted one does not."""
    refused = {("directory", True), ("registered", True), ("registered", False), ("dns", False)}
    assert accepts(*constrained(pki, form, excluded)) == ((form, excluded) not in refused)


@pytest.mark.oracle
@pytest.mark.skipif(shutil.which("certtool") is None, reason="certtool is not installed")
@pytest.mark.parametrize("excluded", [True, False])
@pytest.mark.parametrize("form", FORMS)
def test_gnutls_itself_takes_name_constraints_of_each_form_so(
    pki: Pki, tmp_path: Path, form: str, excluded: bool
) -> None:
    leaf, ca, root = constrained(pki, form, excluded)
    (tmp_path / "root.pem").write_text(pem([root]), "ascii")
    (tmp_path / "chain.pem").write_text(pem([leaf, ca]), "ascii")
    command = ["certtool", "--verify", "--load-ca-certificate", "root.pem", "--infile", "chain.pem"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ("Not verified" not in ran.stdout and ran.returncode == 0) == accepts(leaf, ca, root), ran.stdout
