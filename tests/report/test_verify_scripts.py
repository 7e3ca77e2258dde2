"""The check of a package against a real server on loopback."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from chainlab.cli.output import write_directory
from chainlab.report.plan_package import package
from chainlab.report.plan_scripts import scripts
from chainlab.server import Binding
from tests.evidence.servers import identities, openssl_server
from tests.report.test_plan_scripts import planned

pytestmark = pytest.mark.enable_socket


def test_verify_sh_tells_the_planned_chain_from_another(tmp_path: Path, fixtures: Path) -> None:
    shell, openssl = shutil.which("sh"), shutil.which("openssl")
    if shell is None or openssl is None:
        pytest.skip("sh and openssl are needed")
    write_directory(package(planned()), tmp_path / "plan", mark="plan.json")
    www, shop = identities(tmp_path, fixtures / "keys")
    assert www.sent == [certificate.sha256 for certificate in planned().sites[0].promised[0]]

    def check(*arguments: str) -> tuple[int, str]:
        done = subprocess.run(
            [shell, str(tmp_path / "plan" / "verify.sh"), *arguments], capture_output=True, text=True, timeout=60,
            check=False,
        )  # fmt: skip
        return done.returncode, done.stdout

    with openssl_server(www) as port:
        assert check(f"127.0.0.1:{port}") == (0, f"127.0.0.1:{port}: the promised chain\n")
    with openssl_server(shop) as port:
        status, said = check(f"127.0.0.1:{port}")
        assert status == 1
        assert "NOT the promised chain" in said
        assert shop.sent[1] in said
    status, said = check("127.0.0.1:1")
    assert (status, said) == (3, "127.0.0.1:1: no certificate was received\n")


def test_verify_sh_reports_a_wrong_chain_whoever_else_is_silent(tmp_path: Path, fixtures: Path) -> None:
    """1 wins over 3, whichever site comes first."""
    shell, openssl = shutil.which("sh"), shutil.which("openssl")
    if shell is None or openssl is None:
        pytest.skip("sh and openssl are needed")
    _, shop = identities(tmp_path, fixtures / "keys")
    original = planned()
    for order in (1, -1):
        with openssl_server(shop) as port:
            bindings = (Binding("127.0.0.1:1", ""), Binding(f"127.0.0.1:{port}", ""))[::order]
            site = replace(original.sites[0], bindings=bindings)
            script = tmp_path / "verify.sh"
            script.write_bytes(scripts(replace(original, sites=(site,)))["verify.sh"])
            done = subprocess.run([shell, str(script)], capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 1, done.stdout
        assert "no certificate was received" in done.stdout
        assert "NOT the promised chain" in done.stdout
