"""The page of a scenario's folder: what it shows, what to try, what must come out, an exercise."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from typing import Final

from chainlab.escaping import markdown, markdown_code
from chainlab.lab.scenario import Made, Scenario, Site

_FILES: Final = {
    "evidence.zip": "what the collector brings from the server: stores, bindings, settings",
    "server.reg": "the stores as `reg export` writes them",
    "lab.json": "for `--lab`: which real certificates the laboratory's stand for",
    ".sst": "one store as certlm or certutil exports it",
    ".pfx": "server certificate with its key (nobody's) and what a CA might put beside it; the password is empty",
    ".txt": "`openssl s_client -showcerts` of the server",
    ".pcap": "the handshake as a capture",
    "clients/": "the roots that each client trusts",
    "certificates/": "every certificate of the scenario",
}


def lesson(made: Made, files: Sequence[str]) -> str:
    """The page as Markdown; ``files``: the folder's other files."""
    return "\n".join(_lines(made, files)) + "\n"


def _lines(made: Made, files: Sequence[str]) -> Iterator[str]:
    scenario = made.scenario
    yield from (f"# {made.name}", "", scenario.shows, "", scenario.story, "", "## Who is who", "")
    yield from ("| role | certificate | signed by | valid until |", "|---|---|---|---|")
    yield from (_certificate_row(made, role) for role in scenario.certificates)
    yield from ("", "On the server:", "")
    for store, roles in scenario.stores.items():
        yield f"- {store}: {', '.join(markdown_code(role) for role in roles)}"
    yield from ("", "## Try", "", "```sh")
    yield from (f"chainlab {command}" for command in commands(scenario))
    yield from ("```", "", "## What must come out", "")
    for site in scenario.sites:
        yield from _outcome(made, site)
    if scenario.findings:
        yield from ("", f"Findings: {', '.join(markdown_code(code) for code in scenario.findings)}.")
    yield from ("", "## Exercise", "", scenario.question, "")
    yield from (f"<details><summary>Answer</summary>\n\n{scenario.answer}\n\n</details>", "", "## Files", "")
    yield from (f"- {', '.join(markdown_code(n) for n in names)}: {about}" for names, about in _described(files))
    yield from ("", "Made by `chainlab lab`; the keys follow from the seed, so they are nobody's. Never use them.")


def commands(scenario: Scenario) -> list[str]:
    """The command lines to try in the folder, without the program's name."""
    clients = client_options(scenario)
    at = f"--at {scenario.at:%Y-%m-%d}"
    first = f"diagnose evidence.zip {clients} {at}"
    explained = f"explain evidence.zip {at}"
    more = [f"{command} {'' if '--lab' in command else clients + ' '}{at}" for command in scenario.commands]
    wire = [f"diagnose handshake-{site.leaf}.txt {clients} {at}" for site in scenario.sites]
    return [first, explained, *wire, *more]


def client_options(scenario: Scenario) -> str:
    """The options that ask the laboratory's clients and no others."""
    named = (f"--client {shlex.quote(f'{c.name}={c.family}:clients/{c.name}.pem')}" for c in scenario.clients)
    return " ".join(["--clients none", *named])


def _certificate_row(made: Made, role: str) -> str:
    issued, certificate = made.scenario.certificates[role], made.certificates[role]
    signer = "itself" if issued.issuer == issued.subject else markdown_code(issued.issuer)
    until = f"{certificate.not_after:%Y-%m-%d}"
    return f"| {markdown_code(role)} | {markdown(certificate.subject.common)} | {signer} | {until} |"


def _outcome(made: Made, site: Site) -> Iterator[str]:
    sent = ", ".join(markdown_code(role) for role in site.served)
    yield f"Windows sends for {markdown_code(site.leaf)} ({markdown(site.host)}, {markdown(site.endpoint)}): {sent}."
    yield from ("", "| client | verifier | trusts | verdict |", "|---|---|---|---|")
    for client in made.scenario.clients:
        verdict = "accepts" if client.must_accept(site.leaf) else "**rejects**"
        trusts = ", ".join(markdown_code(role) for role in client.roots)
        yield f"| {markdown(client.name)} | {markdown_code(client.family)} | {trusts} | {verdict} |"
    yield ""


def _described(files: Sequence[str]) -> Iterator[tuple[list[str], str]]:
    for part, about in _FILES.items():
        names = [name for name in files if name.startswith(part) or ("/" not in name and name.endswith(part))]
        if part.endswith("/") and names:
            yield [part], about
        elif names:
            yield names, about
