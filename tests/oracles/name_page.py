"""docs/name-constraints.md: which verifiers refuse which shapes of name constraints, from what they answered.

``python -m tests.oracles.name_page`` writes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from tests.oracles.name_forms import KNOWN, UTF8, NameCase, host_cases, name_cases, recorded
from tests.oracles.scenario import HOST

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "name-constraints.md"

SHOWN: Final = {
    "boringssl-android13": "BoringSSL of Android 13", "bouncycastle-builder": "Bouncy Castle 1.72",
    "chromium": "Chromium 156", "erlang-ssl": "Erlang/OTP 25", "firefox-esr": "Firefox ESR 153",
    "gnutls-certtool": "GnuTLS 3.7.9", "go": "Go 1.19", "grpc": "gRPC 1.85", "java-17.0.9.2": "Java 11.0.7 to 17.0.9",
    "java": "Java 17.0.15", "java-21.0.2.1": "Java 21.0.2", "java-25.0.2.1": "Java 25", "nss-vfychain": "NSS 3.87",
    "node-0.10.4": "OpenSSL 1.0.1e", "node-8.17.0": "OpenSSL 1.0.1m to 1.0.2s", "node-10.0.0": "OpenSSL 1.1.0h",
    "openssl-cli": "OpenSSL 1.1.1 to 3.5", "pyca": "pyca/cryptography 50",
    "pyhanko-certvalidator": "pyhanko-certvalidator 0.33", "uv-rustls": "rustls-webpki 0.103",
    "wolfssl": "wolfSSL 5.5",
}  # fmt: skip
"""The verifiers on the page; each of the others answered like one of them, or like those that refuse everything."""

HOSTS_SHOWN: Final = {
    "bearssl": "BearSSL, BoringSSL of Android 13, Mbed TLS 2.28", "certvalidator": "certvalidator 0.11",
    "chromium": "Chromium 156", "erlang-ssl": "Erlang/OTP 25",
    "firefox-esr": "Firefox ESR 153, Go 1.19, pyca/cryptography 50, rustls-webpki 0.103",
    "gnutls-certtool": "GnuTLS 3.7.9", "grpc": "gRPC 1.85", "java": "Java 11 and 17", "java-21.0.2.1": "Java 21 and 25",
    "node-0.10.38": "Node 0.10", "node-0.12.18": "Node 0.12", "node-8.17.0": "Node 8 and 10",
    "node-16.20.2": "Node 4.0, 16 to 24", "openssl-cli": "OpenSSL 3.0", "wolfssl": "wolfSSL 5.5",
}  # fmt: skip
"""The same for names that stand for the host; Node matches them itself."""

REFUSES_ALL: Final = {
    "bearssl": "BearSSL", "mbedtls": "Mbed TLS 2.28", "certvalidator": "certvalidator 0.11",
    "java-sunx509": "Java's SunX509",
}  # fmt: skip
"""Verifiers that refuse critical name constraints as such."""

_TITLES: Final = {
    "dns": "Host names", "dir": "Directory names", "ip": "IP addresses", "email": "E-mail addresses", "uri": "URIs",
    "rid": "Registered IDs", "upn": "User principal names",
}  # fmt: skip


def page() -> str:
    """The page as Markdown."""
    lines = [
        "# Names and name constraints, as verifiers take them",
        "",
        "What real verifiers say to one chain whose issuing CA has one name constraint, beside different names of the "
        f"server. The server is `{HOST}` of `O=Oracle Lab`; that is its subject and, unless said otherwise, among its "
        f"alternative names. {len(name_cases())} cases were put to {len(recorded())} verifiers "
        "(`tests/oracles/name_forms.py`), and chainlab's families answer like them, or say that they do not know where "
        "the value of a registered ID or other name decides. Known exceptions:",
        "",
        *(f"- `{oracle}`: {why}." for oracle, (_, why) in sorted(KNOWN.items())),
        "",
        f"Left out are {_listed(sorted(REFUSES_ALL.values()))}, which refuse every critical name constraint; names of "
        "the server that all accept or all refuse; and servers without alternative names, which is another matter.",
    ]
    for form, title in _TITLES.items():
        rows = list(_rows([case for case in name_cases() if case.form == form and case.names]))
        lines += ["", f"## {title}", "", "| the CA | the server's names | refused by |", "|---|---|---|", *rows]
    lines += ["", "## Names that stand for the host", "", *_HOSTS_PREFACE, *_host_rows()]
    return "\n".join(lines) + "\n"


_HOSTS_PREFACE: Final = (
    f"Without any constraint: the certificate's common name is `{HOST}`, its only alternative names are others. Node's "
    "own matching is that of all programs in it.",
    "", "| the only alternative names | accepted by |", "|---|---|",
)  # fmt: skip


def _host_rows() -> Iterator[str]:
    answers = recorded()
    for place, case in enumerate(host_cases()):
        labels = [label for oracle, label in HOSTS_SHOWN.items() if answers[oracle]["hosts"][place] == "a"]
        names = ", ".join(_typed(name) for name in case.names) or "none at all"
        yield f"| {names} | {_who(labels, HOSTS_SHOWN) if labels else 'nobody'} |"


def _typed(name: str) -> str:
    form, _, value = name.partition(":")
    return f"{form} `{value}`".replace("\0", "\\0") if value else f"{form}, empty"


def _rows(cases: Sequence[NameCase]) -> Iterator[str]:
    """One for each constraint and set of verifiers that refuse it, unless all say the same."""
    refusing = {case: _refusing(case) for case in cases}
    rows: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for case, labels in refusing.items():
        other = refusing.get(replace(case, critical=not case.critical))
        if 0 < len(labels) < len(SHOWN) and (case.critical or other != labels):
            told_apart = other is not None and other != labels
            rows.setdefault((_constraint(case, told_apart), labels), []).append(_names(case))
    for (constraint, labels), names in rows.items():
        yield f"| {constraint} | {'; '.join(names)} | {_who(labels)} |"


def _constraint(case: NameCase, told_apart: bool) -> str:
    critical = (", critical" if case.critical else ", not critical") if told_apart else ""
    return f"{'excludes' if case.excluded else 'permits'} {_value(case.tree)}{critical}"


def _refusing(case: NameCase) -> tuple[str, ...]:
    place = name_cases().index(case)
    answers = recorded()
    return tuple(label for oracle, label in SHOWN.items() if answers[oracle]["verdicts"][place] == "r")


def _value(name: str) -> str:
    value = name.removeprefix(UTF8).partition(":")[2]
    return (f"`{value}`" if value else "the empty name") + (" (as UTF8String)" if name.startswith(UTF8) else "")


def _names(case: NameCase) -> str:
    others = [name for name in case.names if name != f"dns:{HOST}"]
    if len(others) == len(case.names):
        return f"only {_value(others[0])}"
    return f"also {_value(others[0])}" if others else "no others"


def _who(labels: Sequence[str], shown: Mapping[str, str] = SHOWN) -> str:
    spared = [label for label in shown.values() if label not in labels]
    if len(spared) < len(labels):
        return f"all but {_listed(spared)}" if spared else "all"
    return _listed(labels)


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
