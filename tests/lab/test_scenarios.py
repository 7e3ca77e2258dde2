"""Every scenario of the laboratory comes out as it says, in each of its files, and byte for byte the same again."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from chainlab.clients import Verdict, parse_own_client
from chainlab.diagnosis import Diagnosis, diagnose
from chainlab.errors import UsageError
from chainlab.findings import KINDS
from chainlab.lab.folder import MARK, folder_files
from chainlab.lab.lesson import client_options, commands
from chainlab.lab.scenario import Made, make
from chainlab.lab.scenarios import load_scenario, scenario_names
from chainlab.request import Request

NAMES = scenario_names()


@cache
def made(name: str) -> Made:
    return make(name, load_scenario(name), "tests")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory):
    root = tmp_path_factory.mktemp("lab")

    def path(name: str) -> Path:
        where = root / name
        if not where.exists():
            for file, data in folder_files(made(name)).items():
                (where / file).parent.mkdir(parents=True, exist_ok=True)
                (where / file).write_bytes(data)
        return where

    return path


def diagnosed(name: str, folder: Path, *inputs: str) -> Diagnosis:
    scenario = made(name).scenario
    clients = [parse_own_client(f"{c.name}={c.family}:{folder / 'clients' / c.name}.pem") for c in scenario.clients]
    files = tuple((folder / each, None) for each in inputs)
    return diagnose(Request(files, scenario.at, "none", own_clients=tuple(clients), with_plan=False))


def verdicts(name: str, answer: Diagnosis) -> dict[str, dict[str, bool]]:
    """Server certificate's role -> client -> whether it accepts."""
    roles = {certificate: role for role, certificate in made(name).certificates.items()}
    return {
        roles[target.leaf.certificate]: {c.profile.name: c.verdict is Verdict.ACCEPT for c in target.clients}
        for target in answer.targets
    }


def expected(name: str) -> dict[str, dict[str, bool]]:
    scenario = made(name).scenario
    return {site.leaf: {c.name: c.must_accept(site.leaf) for c in scenario.clients} for site in scenario.sites}


@pytest.mark.parametrize("name", NAMES)
def test_the_stated_chain_verdicts_and_findings_are_what_diagnose_answers(name: str, folder) -> None:
    answer = diagnosed(name, folder(name), "evidence.zip")
    scenario = made(name).scenario
    assert verdicts(name, answer) == expected(name)
    chains = {target.leaf.certificate: target.served for target in answer.targets}
    for site in scenario.sites:
        served = chains[made(name).certificates[site.leaf]]
        assert list(served.chain) == made(name).chain(site.served)
        assert served.certainty == site.certainty
    found = {f.code for f in (*answer.findings, *(f for target in answer.targets for f in target.findings))}
    assert set(scenario.findings) <= found
    assert "pfx-without-mac" not in found


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["txt", "pcap"])
def test_handshakes_show_the_chain_that_the_scenario_serves(name: str, kind: str, folder) -> None:
    scenario = made(name).scenario
    answer = diagnosed(name, folder(name), *(f"handshake-{site.leaf}.{kind}" for site in scenario.sites))
    assert verdicts(name, answer) == expected(name)
    assert [list(target.served.chain) for target in answer.targets] == [
        made(name).chain(site.served) for site in scenario.sites
    ]
    seen = [(target.served.observed.hosts, target.served.basis) for target in answer.targets if target.served.observed]
    assert seen == [((site.host,), "observed") for site in scenario.sites]


@pytest.mark.parametrize("name", NAMES)
def test_the_registry_export_shows_the_same_server_as_the_bundle(name: str, folder) -> None:
    answer = diagnosed(name, folder(name), "server.reg")
    assert verdicts(name, answer) == expected(name)


@pytest.mark.parametrize("name", NAMES)
def test_the_description_for_programs_names_every_file_and_certificate(name: str) -> None:
    files = folder_files(made(name))
    described = json.loads(files[MARK])
    assert described["schema"] == "chainlab-scenario/1"
    assert {*described["files"], MARK} == set(files)
    known = {certificate.sha256 for certificate in made(name).certificates.values()}
    assert {sha256 for site in described["sites"] for sha256 in site["served"]} <= known
    assert set(described["findings"]) <= set(KINDS)


@pytest.mark.parametrize("name", NAMES)
def test_the_page_shows_every_certificate_command_client_and_file(name: str) -> None:
    page = folder_files(made(name))["README.md"].decode()
    scenario = made(name).scenario
    assert page.startswith(f"# {name}\n")
    for text in (*scenario.certificates, *commands(scenario), *(c.name for c in scenario.clients), scenario.answer):
        assert text in page
    assert all(len(text) > 20 for text in (scenario.shows, scenario.story, scenario.question, scenario.answer))


@pytest.mark.parametrize("name", NAMES)
def test_equal_seeds_give_equal_bytes_and_others_do_not(name: str) -> None:
    again = folder_files(make(name, load_scenario(name), "tests"))
    assert again == folder_files(made(name))
    if "RSA-2048" not in {kind for _, kind in made(name).scenario.entities.values()}:
        other = folder_files(make(name, load_scenario(name), "another"))
        assert all(other[file] != data for file, data in again.items() if file != "README.md")


@pytest.mark.parametrize(("name", "command"), [(n, c) for n in NAMES for c in commands(load_scenario(n))])
def test_every_command_of_the_page_runs_in_the_folder(name: str, command: str, folder, chainlab_in) -> None:
    done = chainlab_in(folder(name), *shlex.split(command))
    assert "Traceback" not in done.stderr
    assert done.returncode in (0, 1), done.stderr
    assert done.stdout


@pytest.mark.oracle
@pytest.mark.parametrize("name", NAMES)
def test_openssl_itself_gives_the_stated_verdicts(name: str, folder) -> None:
    """Clients of the laboratory with today's OpenSSL, asked for real: roots, served certificates, the moment."""
    openssl = shutil.which("openssl")
    if openssl is None or not subprocess.run([openssl, "version"], capture_output=True, text=True, check=True).stdout \
            .startswith("OpenSSL 3"):  # fmt: skip
        pytest.skip("no OpenSSL 3")
    scenario, where = made(name).scenario, folder(name)
    for site in scenario.sites:
        served = [where / "certificates" / f"{role}.pem" for role in site.served]
        more = [word for file in served[1:] for word in ("-untrusted", str(file))]
        for client in (client for client in scenario.clients if client.family == "openssl-3"):
            roots, moment = where / "clients" / f"{client.name}.pem", str(int(scenario.at.timestamp()))
            command = [openssl, "verify", "-purpose", "sslserver", "-attime", moment, "-no-CApath", "-no-CAstore"]
            asked = [*command, "-CAfile", str(roots), *more, str(served[0])]
            done = subprocess.run(asked, capture_output=True, text=True, check=False)
            assert (done.returncode == 0) is client.must_accept(site.leaf), done.stderr


@pytest.mark.oracle
@pytest.mark.parametrize("name", ["both-roots", "cross-sign"])
def test_openssl_opens_the_pfx_and_its_mac_holds(name: str, folder) -> None:
    openssl = shutil.which("openssl") or pytest.skip("no openssl")
    command = [openssl, "pkcs12", "-in", str(folder(name) / "www.pfx"), "-passin", "pass:", "-nodes"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("BEGIN CERTIFICATE") == 3
    assert done.stdout.count("PRIVATE KEY") == 2


@pytest.mark.parametrize("size", [2, 3, 12])
def test_a_mesh_of_any_size_is_diagnosed(size: int) -> None:
    mesh = make("mesh", load_scenario("mesh", size), "tests")
    assert len(mesh.certificates) == size * size + 1


def test_the_largest_mesh_comes_out_as_it_says(tmp_path: Path) -> None:
    mesh = make("mesh", load_scenario("mesh", 12), "tests")
    (tmp_path / "evidence.zip").write_bytes(folder_files(mesh)["evidence.zip"])
    answer = diagnose(Request(((tmp_path / "evidence.zip", None),), mesh.scenario.at, "none", with_plan=False))
    assert list(answer.targets[0].served.chain) == mesh.chain(mesh.scenario.sites[0].served)


@pytest.mark.parametrize(("name", "size"), [("mesh", 1), ("mesh", 13), ("bridge", 3), ("nothing", None)])
def test_an_unknown_name_or_size_is_wrong_usage(name: str, size: int | None) -> None:
    with pytest.raises(UsageError):
        load_scenario(name, size)


def test_what_the_answers_say_of_changes_is_so(folder, chainlab_in) -> None:
    """The exercise commands with a change: who gains and who loses, as the answers tell."""
    gained = {
        "missing-intermediate": ["openssl", "java", "firefox"], "renewed-ca-key": ["openssl", "java"],
        "expired-cross-sign": ["follows-the-wire"], "cross-sign": [], "misplaced-and-duplicates": [],
        "bridge": ["partner-b", "partner-b-java"], "distrusted-root": [], "contested-choice": ["old-only"],
    }  # fmt: skip
    lost = {"cross-sign": ["old-only"], "distrusted-root": ["old-only"]}
    for name, names in gained.items():
        (command,) = load_scenario(name).commands
        options = f"{client_options(load_scenario(name))} --at 2026-11-20 --format json"
        done = chainlab_in(folder(name), *shlex.split(f"{command} {options}"))
        (target,) = json.loads(done.stdout)["targets"]
        before, after = (_accepting(target[side]) for side in ("before", "after"))
        assert (name, sorted(after - before)) == (name, sorted(names))
        assert (name, sorted(before - after)) == (name, sorted(lost.get(name, [])))


def _accepting(side: dict[str, list[dict[str, list[str]]]]) -> set[str]:
    """Who accepts whichever chain is served."""
    surely = set.intersection(*(set(chain["accepting"]) for chain in side["chains"]))
    return {identity.removeprefix("own-") for identity in surely}
