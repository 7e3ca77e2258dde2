"""``chainlab explain`` and the server options, as a process."""

import json

import pytest

LAB = ("--lab", "fixtures/lab.json", "--at", "2026-11-20")


def test_explain_prints_the_candidates_best_first_and_exits_0(chainlab) -> None:
    done = chainlab("explain", "fixtures/r46/with-cross-sign.pfx", *LAB)
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 candidate chains; the choice is firm" in done.stdout
    assert "it is longer [D] KB 2831004" in " ".join(done.stdout.split())


def test_explain_a_client_by_id_or_family_or_of_ones_own(chainlab) -> None:
    own = "scanner=openssl-1.0.2:fixtures/r46/roots-old-device.pem"
    done = chainlab("explain", "fixtures/r46/leaf-and-issuer.pfx", *LAB, "--client", "android-14", "--client", own)
    assert done.returncode == 0
    assert "Android 14 (android-14)" in done.stdout
    assert "scanner (own-scanner)" in done.stdout
    assert "Windows, for" not in done.stdout


def test_explain_speaks_json(chainlab) -> None:
    done = chainlab("explain", "fixtures/r46/with-cross-sign.pfx", *LAB, "--format", "json")
    document = json.loads(done.stdout)
    assert document["schema"] == "chainlab.explanation/1"
    assert document["windows"][0]["candidates"][1]["lost"]["kb"]["because"] == "longer"


def test_an_unknown_client_is_wrong_usage(chainlab) -> None:
    done = chainlab("explain", "fixtures/r46/leaf-only.pem", *LAB, "--client", "nobody")
    assert done.returncode == 2
    assert "no client matches 'nobody'" in done.stderr


@pytest.mark.parametrize(("tool", "sent"), [("iis", 2), ("powershell", 2), ("certutil-nochain", 1)])
def test_the_import_tool_decides_what_the_pfx_brings(chainlab, tool: str, sent: int) -> None:
    done = chainlab(
        "diagnose", "fixtures/r46/leaf-and-issuer.pfx", *LAB, "--import-tool", tool, "--format", "json",
        "--clients", "none",
    )  # fmt: skip
    assert len(json.loads(done.stdout)["targets"][0]["served"]["chain"]) == sent


def test_a_server_can_be_diagnosed_without_an_input_of_its_own(chainlab) -> None:
    done = chainlab("diagnose", "--server", "fixtures/e46/server.reg", *LAB)
    assert done.returncode == 1
    assert "shop.chainlab.example" in done.stdout


def test_a_pfx_on_a_given_server_is_the_only_target(chainlab) -> None:
    done = chainlab(
        "diagnose", "fixtures/r46/leaf-and-issuer.pfx", "--server", "fixtures/e46/server.reg", *LAB, "--format", "json"
    )
    assert [target["names"] for target in json.loads(done.stdout)["targets"]] == [
        ["www.chainlab.example", "chainlab.example"]
    ]
