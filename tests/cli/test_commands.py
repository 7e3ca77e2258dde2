"""The command line as users type it: a process, its output, its exit status."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

LAB = ("--lab", "fixtures/lab.json", "--at", "2026-11-20")


def test_the_main_job_needs_nothing_but_a_file(chainlab) -> None:
    done = chainlab("diagnose", "fixtures/r46/leaf-and-issuer.pfx", *LAB)
    assert done.returncode == 1
    assert "92 of 120 clients will fail" in done.stdout.splitlines()[3]
    assert done.stderr == ""


def test_all_well_exits_0(chainlab) -> None:
    done = chainlab(
        "diagnose", "fixtures/r46/leaf-and-issuer.pfx", *LAB, "--clients", "android-15,chrome,max-date:2026"
    )
    assert (done.returncode, done.stderr) in ((0, ""), (1, ""))
    fine = chainlab("diagnose", "fixtures/r46/leaf-and-issuer.pfx", *LAB, "--clients", "android-15")
    assert fine.returncode == 0
    assert "the client accepts" in fine.stdout
    assert chainlab("diagnose", "fixtures/r46/leaf-and-issuer.pfx", *LAB, "--clients", "Android-15").returncode == 0


def test_json_goes_to_stdout_or_a_file(chainlab, tmp_path: Path) -> None:
    printed = chainlab("diagnose", "fixtures/e46/server.reg", *LAB, "--format", "json")
    file = tmp_path / "answer.json"
    written = chainlab("diagnose", "fixtures/e46/server.reg", *LAB, "--format", "json", "-o", str(file))
    assert written.stdout == ""
    assert json.loads(printed.stdout) == json.loads(file.read_text(encoding="utf-8"))
    assert [path.name for path in tmp_path.iterdir()] == ["answer.json"]


def test_quiet_prints_nothing(chainlab) -> None:
    done = chainlab("diagnose", "fixtures/e46/server.reg", *LAB, "-q")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")


@pytest.mark.parametrize(
    ("arguments", "status", "text"),
    [
        (["diagnose"], 2, "nothing to read"),
        (["diagnose", "no-such.pfx"], 3, "no-such.pfx: cannot be read: no such file"),
        (["diagnose", "README.md"], 3, "README.md: not recognised"),
        (["diagnose", "fixtures/keys/r46.pem"], 3, "no certificate"),
        (["diagnose", "fixtures/r46/protected.pfx"], 4, "needs a password, none was given"),
        (["diagnose", "fixtures/r46/protected.pfx", "--password-env", "NOPE_X"], 2, "NOPE_X is not set"),
        (["diagnose", "fixtures/e46/server.reg", "--at", "yesterday"], 2, "is not a date"),
        (["diagnose", "fixtures/e46/server.reg", "--clients", "nope"], 2, "no client matches 'nope'"),
        (["diagnose", "fixtures/e46/server.reg", "--clients", "grade:Z"], 2, "expected one or several of A, B, C, D"),
        (["diagnose", "fixtures/e46/server.reg", "--clients", "grade:"], 2, "names no grade"),
        (["diagnose", "fixtures/e46/server.reg", "--clients", "min-date:x"], 2, "min-date:2016-08"),
        (["diagnose", "fixtures/e46/server.reg", "--clients", "max-date:2016-13"], 2, "has no date"),
        (["diagnose", "fixtures/e46/server.reg", "--clients", "min-date:²⁰¹⁶"], 2, "has no date"),
        (["diagnose", "fixtures/e46/server.reg", "--clients", "min-date:2100"], 2, "no client is left"),
        (["diagnose", "fixtures/e46/server.reg", "--clients", "zzz"], 2, "see 'chainlab clients list --clients all'"),
        (["diagnose", "fixtures/e46/server.reg", "--clients", "andriod-15"], 2, "did you mean android-15"),
        (["diagnose", "fixtures/e46/server.reg", "--catalog", "no-such"], 2, "--catalog 'no-such' is not there"),
        (["diagnose", "fixtures/e46/server.reg", "--catalog", "README.md"], 2, "--catalog 'README.md' is a file"),
        (["catalog", "show", "--catalog", "no-such"], 2, "'chainlab catalog import' makes the folder"),
        (["catalog", "import", "fixtures/r46/cross-signs.pem", "--catalog", "README.md"], 2, "is a file"),
        (["timeline", "fixtures/e46/server.reg", "--at", "2026-11-20", "--until", "2026-11-19"], 2, "lies before"),
        (["diagnose", "fixtures/e46/server.reg", "--at", "0001-01-01T00:00+01:00"], 2, "is not a date"),
        (["diagnose", "fixtures/e46/server.reg", "--store", "x"], 2, "malformed"),
        (["diagnose", "fixtures/e46/server.reg", "--client", "x=nope:y"], 2, "unknown verifier family"),
        (["diagnose", "fixtures/e46/server.reg", "--format", "xml"], 2, "--format"),
        (["diagnose", "fixtures/e46/server.reg", "--bogus"], 2, "--bogus"),
        (["diagnose", "fixtures/r46/cross-signs.pem"], 3, "no server certificate among 3 certificates"),
        (["graph", "fixtures/e46/server.reg", "-o", "x.png"], 2, "unknown graph format '.png'"),
        (["nope"], 2, "nope"),
    ],
)
def test_problems_end_in_one_clear_line_and_their_status(
    chainlab, arguments: list[str], status: int, text: str
) -> None:
    done = chainlab(*arguments)
    assert done.returncode == status
    assert text in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    if status in (3, 4):
        assert len([line for line in done.stderr.splitlines() if not line.startswith("hint:")]) == 1


def test_passwords_come_from_a_variable_or_a_file(chainlab, tmp_path: Path) -> None:
    file = tmp_path / "password.txt"
    file.write_text("chainlab\r\nsecond line", encoding="utf-16")
    protected = ("diagnose", "fixtures/r46/protected.pfx", *LAB)
    assert chainlab(*protected, "--password-env", "PW", env={"PW": "chainlab"}).returncode == 1
    assert chainlab(*protected, "--password-file", str(file)).returncode == 1
    wrong = chainlab(*protected, "--password-env", "PW", env={"PW": "s3cret-wrong"})
    assert wrong.returncode == 4
    assert "wrong password" in wrong.stderr
    assert "s3cret" not in wrong.stderr + wrong.stdout


def test_bad_files_of_every_kind_are_refused_clearly(chainlab, tmp_path: Path, fixtures: Path) -> None:
    pfx = (fixtures / "r46/leaf-and-issuer.pfx").read_bytes()
    zeros = tmp_path / "zeros.pfx"
    with zeros.open("wb") as stream:
        stream.truncate(100 * 1024 * 1024)
    bad = {
        "empty.pfx": b"",
        "cut.pfx": pfx[: len(pfx) // 2],
        "text.pfx": b"just text\n" * 10,
        "png.pfx": b"\x89PNG" * 9,
    }
    for name, data in bad.items():
        (tmp_path / name).write_bytes(data)
    for name in (*bad, "zeros.pfx"):
        done = chainlab("diagnose", str(tmp_path / name))
        assert done.returncode == 3, name
        assert len(done.stderr.splitlines()) <= 2, done.stderr
        assert name in done.stderr


def test_an_unwritable_output_is_an_error_and_leaves_nothing(chainlab, tmp_path: Path) -> None:
    done = chainlab("diagnose", "fixtures/e46/server.reg", *LAB, "-o", str(tmp_path / "no" / "out.txt"))
    assert done.returncode == 3
    assert "cannot be written" in done.stderr


def test_old_console_encodings_do_not_crash(chainlab) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "chainlab", "diagnose", "fixtures/e46/server.reg", *LAB],
        cwd=Path(__file__).parents[2], capture_output=True, check=False,
        env={**os.environ, "PYTHONIOENCODING": "cp437", "PYTHONUTF8": "0"},
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stdout.decode("cp437").isascii()


def test_no_colour_codes_unless_on_a_terminal(chainlab) -> None:
    assert "\x1b" not in chainlab("diagnose", "fixtures/e46/server.reg", *LAB).stdout


def test_version_and_help(chainlab) -> None:
    assert chainlab("--version").stdout.startswith("chainlab 0.")
    for arguments in (["--help"], ["diagnose", "--help"], ["graph", "--help"]):
        shown = chainlab(*arguments)
        assert shown.returncode == 0
        assert "Usage" in shown.stdout


def test_graph_writes_its_file(chainlab, tmp_path: Path) -> None:
    file = tmp_path / "g.svg"
    assert chainlab("graph", "fixtures/r46/with-cross-sign.pfx", *LAB, "-o", str(file)).returncode == 0
    assert file.read_bytes().lstrip().startswith(b"<?xml")


def test_inspect_prints_what_it_can_and_says_what_it_cannot(chainlab, tmp_path: Path) -> None:
    fine = chainlab("inspect", "fixtures/r46/evidence.zip")
    assert (fine.returncode, fine.stderr) == (0, "")
    assert "Certificates (4)" in fine.stdout
    assert "Bindings (4)" in fine.stdout
    mixed = chainlab("inspect", "no-such.pem", "fixtures/r46/leaf-only.pem", "--format", "json")
    assert (mixed.returncode, mixed.stderr) == (3, "")
    document = json.loads(mixed.stdout)
    assert [problem["place"] for problem in document["problems"]] == ["no-such.pem"]
    assert len(document["certificates"]) == 1
    locked = chainlab("inspect", "fixtures/r46/protected.pfx")
    assert locked.returncode == 4
    opened = chainlab("inspect", "fixtures/r46/protected.pfx", "--password-env", "PW", env={"PW": "chainlab"})
    assert opened.returncode == 0
    named = chainlab("inspect", "--store", "LocalMachine/CA=fixtures/r46/cross-signs.pem")
    assert "in LocalMachine/CA, physical store .Default" in named.stdout
    assert chainlab("inspect").returncode == 2


def test_collector_prints_the_script_or_writes_it(chainlab, tmp_path: Path) -> None:
    printed = chainlab("collector")
    file = tmp_path / "c.ps1"
    written = chainlab("collector", "-o", str(file))
    assert (printed.returncode, written.returncode, written.stdout) == (0, 0, "")
    assert file.read_bytes().decode("ascii").replace("\r\n", "\n") == printed.stdout
    assert printed.stdout.startswith("<#\n.SYNOPSIS")


def test_capture_of_an_unreachable_server_exits_3_and_says_why(chainlab, tmp_path: Path) -> None:
    file = tmp_path / "c.json"
    done = chainlab("capture", "127.0.0.1:1", "-o", str(file))
    assert (done.returncode, done.stderr) == (3, "")
    assert "not reached" in done.stdout
    read = chainlab("diagnose", str(file))
    assert read.returncode == 3
    assert "no certificate" in read.stderr
    assert chainlab("capture", "a b").returncode == 2
    assert chainlab("capture", "a.test", "-4", "-6").returncode == 2


def test_a_server_bundle_answers_for_the_server(chainlab) -> None:
    done = chainlab("diagnose", "fixtures/r46/leaf-only.pem", "--server", "fixtures/r46/evidence.zip", *LAB)
    assert done.returncode == 1
    assert "was not seen" not in done.stdout
    assert "IIS will send 2 certificates (firm" in done.stdout


def test_catalog_shows_and_imports(chainlab, tmp_path: Path) -> None:
    whole = chainlab("catalog", "show")
    assert (whole.returncode, whole.stderr) == (0, "")
    assert "CA certificates are catalogued" in whole.stdout
    one = chainlab("catalog", "show", "7bb647a6")
    assert "Root R46 (self-signed, sha256 7bb647a6)" in one.stdout
    assert "ships with chainlab" in one.stdout
    assert chainlab("catalog", "show", "no such authority").returncode == 1
    listed = json.loads(chainlab("catalog", "show", "root r46", "--format", "json").stdout)
    assert listed["schema"] == "chainlab.catalog/1"
    done = chainlab("catalog", "import", "fixtures/r46/cross-signs.pem", "--catalog", str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 of 3 CA certificates were new" in done.stdout.replace("\n  ", " ")
    again = chainlab("catalog", "import", "fixtures/r46/cross-signs.pem", env={"CHAINLAB_CATALOG": str(tmp_path)})
    assert "0 of 3" in again.stdout
    mine = chainlab("catalog", "show", "aaa certificate services", "--catalog", str(tmp_path), "--format", "json")
    assert json.loads(mine.stdout)["counts"]["imported"] == 3
    assert chainlab("catalog", "import", "no-such.pem", "--catalog", str(tmp_path)).returncode == 3


def test_a_capture_is_judged_and_drawn_like_any_observed_chain(chainlab, tmp_path: Path) -> None:
    done = chainlab("diagnose", "fixtures/r46/handshake-cross.pcap", *LAB)
    assert done.returncode == 1
    assert "32 of 120 clients will fail" in done.stdout
    assert "seen at 192.0.2.1:443, SNI www.chainlab.example" in done.stdout
    assert chainlab("graph", "fixtures/r46/handshake-cross.pcap", "-o", str(tmp_path / "x.json"), *LAB).returncode == 0


def test_a_java_store_is_a_clients_trust_store(chainlab) -> None:
    own = "till=openssl-1.0.2:fixtures/r46/roots-old-device.jks"
    served = ("--served", "fixtures/r46/served-cross.pem", "--clients", "none")
    assert chainlab("diagnose", *served, "--client", own, *LAB).returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes in the file system")
def test_a_pipe_is_read_once(chainlab, fixtures: Path, tmp_path: Path) -> None:
    import threading

    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    capture = (fixtures / "r46" / "handshake-cross.pcap").read_bytes()
    writer = threading.Thread(target=pipe.write_bytes, args=(capture,))
    writer.start()
    done = chainlab("diagnose", str(pipe), *LAB, "--clients", "android-15", timeout=60)
    writer.join()
    assert done.returncode == 0, done.stderr
