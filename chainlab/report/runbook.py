"""The runbook of a plan's package: every step by hand and by script, and what one should see after each."""

from __future__ import annotations

from collections.abc import Iterator

from chainlab.certificate import Certificate
from chainlab.changes.commands import bind_commands, console, keep_command, package_path, unbind_commands
from chainlab.escaping import command_argument, markdown, markdown_code
from chainlab.plan import Option
from chainlab.plan.operations import Operation, operations
from chainlab.planning import Planned, PlannedSite
from chainlab.report.plan_scripts import endpoints, title
from chainlab.report.plan_words import clients_named, outcome_words, search_words
from chainlab.windows.schannel import ACTIVATION_NOTE, ACTIVATIONS, settling_checks


def render(planned: Planned, missing: list[Certificate]) -> str:
    """The Markdown text; ``missing`` are certificates to import whose encodings are not at hand."""
    assert planned.chosen is not None
    return "\n".join(_lines(planned, planned.chosen, missing)) + "\n"


def _lines(planned: Planned, option: Option, missing: list[Certificate]) -> Iterator[str]:
    yield f"# Runbook: {markdown(title(planned))}"
    yield from _outcome(planned, option)
    yield from _assumptions(planned)
    yield from _missing(missing)
    yield from _scripted()
    yield "\n## By hand\n"
    yield "Every command here and below is for an elevated Windows PowerShell in the directory of this package.\n"
    steps = operations(option.changes)
    for number, change in enumerate(option.changes, start=1):
        yield f"### Step {number}: {markdown(change.title)}\n"
        for step in steps:
            if step.step == number:
                yield from _by_hand(step)
        yield from (f"- Side effect: {markdown(text)}." for text in change.side_effects)
        yield from (f"- Does not last against {markdown(text)}." for text in change.reverted_by)
        yield ""
    yield from _activation(planned)
    yield from _checks(planned)
    yield from _rollback(planned, option)
    yield "\n## How this was found\n"
    yield from (f"{markdown(text)}  " for text in search_words(planned))
    yield "\n`report.html` shows it all: the graph, every client before and after, the timeline. It opens offline."


def _outcome(planned: Planned, option: Option) -> Iterator[str]:
    """What an option brings to each site, and what it costs."""
    yield "\n## What it brings\n"
    for position, site in enumerate(planned.sites):
        yield f"- {markdown(site.leaf.subject.common)}: {markdown(outcome_words(planned, option, position))}"
        for effect, clients in (("gains", option.helped[position]), ("loses", option.broken[position])):
            if clients:
                yield f"  - {effect} {markdown(clients_named(planned, clients))}"
    if option.costs:
        yield "\n## What it costs\n"
        yield from (f"- {_decide(cost.decision)}{markdown(cost.text)}" for cost in option.costs)


def _decide(decision: bool) -> str:
    return "**Decide:** " if decision else ""


def _assumptions(planned: Planned) -> Iterator[str]:
    texts = planned.case.scene.server.assumptions
    if texts:
        yield "\n## Assumed, not seen\n"
        yield from (f"- {markdown(text)}" for text in texts)


def _missing(missing: list[Certificate]) -> Iterator[str]:
    if not missing:
        return
    yield "\n## To fetch first\n"
    yield "These certificates are known by their published facts only. `apply.ps1` stops until they are there.\n"
    for certificate in missing:
        yield f"- {markdown(certificate.label)}, as {markdown_code(package_path(certificate))}"
        yield f"  - SHA-256 {markdown_code(certificate.sha256)}"
        yield from (f"  - from {markdown_code(address)}" for address in certificate.published_at)


def _scripted() -> Iterator[str]:
    yield "\n## By script\n"
    yield "On the server, in an elevated Windows PowerShell (3.0 or later: Windows Server 2012 and newer; on an older"
    yield "one go by hand), in the directory of this package:\n"
    yield "    powershell -ExecutionPolicy Bypass -File apply.ps1 -WhatIf"
    yield "    powershell -ExecutionPolicy Bypass -File apply.ps1"
    yield "    powershell -ExecutionPolicy Bypass -File verify.ps1\n"
    yield "The first line shows what would be done. `apply.ps1` checks every certificate's SHA-256, backs up what it"
    yield "changes, may be run again, and stops at the first thing that is not as expected."


def _by_hand(step: Operation) -> Iterator[str]:
    certificate, place = step.certificate, markdown_code(console(step.store))
    if step.adds:
        yield f"- {place} > All Tasks > Import: {markdown_code(package_path(certificate))}"
        seen = "is listed there"
    elif step.system_store == "AuthRoot":
        yield _keep(step)
        return  # the console shows AuthRoot within Root
    else:
        yield _keep(step)
        yield f"- {place}: the certificate with thumbprint {markdown_code(certificate.sha1)} > Delete"
        seen = "is no longer listed there"
    yield f"- You should see: {markdown(certificate.label)} {seen} (F5 refreshes), thumbprint"
    yield f"  {markdown_code(certificate.sha1)} on the Details page; others of the same name have another one."


def _keep(step: Operation) -> str:
    command = markdown_code(keep_command(step.certificate, step.store))
    return f"- First keep the entry with its properties (an error says that there is none): {command}"


def _activation(planned: Planned) -> Iterator[str]:
    yield "## Make the server look again\n"
    yield markdown(ACTIVATION_NOTE) + "\n"
    for number, activation in enumerate(ACTIVATIONS, start=1):
        how = f"{markdown_code(activation.command)} {markdown(activation.evidence)}"
        yield f"{number}. {markdown(activation.step)}: {how}"
        if number == 1:
            yield from _rebinding(planned)


def _rebinding(planned: Planned) -> Iterator[str]:
    for binding in dict.fromkeys(binding for site in planned.sites for binding in site.bindings):
        if binding.kind in ("ip", "sni") and binding.sha1:
            for line in (*unbind_commands(binding).powershell, *bind_commands(binding).powershell):
                yield f"   - {markdown_code(line)}"


def _checks(planned: Planned) -> Iterator[str]:
    yield "\n## Check\n"
    yield "With a fresh connection: resumed TLS sessions send no certificates, for up to ten hours.\n"
    for site in planned.sites:
        yield from _expected(site)
    yield "\n- On the server: `verify.ps1`; from anywhere with OpenSSL: `sh verify.sh`."
    yield from _looked_at(planned)
    yield "\n### Keep checking\n"
    yield "Windows updates roots by itself. The task checks after every Windows Update, after every start and daily. It"
    yield "runs as SYSTEM, so it runs the package from where only administrators can write:\n"
    yield "    New-Item -ItemType Directory -Force 'C:\\Program Files\\chainlab\\plan' | Out-Null"
    yield "    Copy-Item -Recurse -Force .\\* 'C:\\Program Files\\chainlab\\plan'"
    yield "    schtasks /Create /TN chainlab-verify /XML verify-task.xml\n"
    yield "From another machine, a line for cron:\n"
    yield "    17 6 * * *  sh /opt/chainlab/plan/verify.sh || echo 'the served chain is not the planned one'"


def _expected(site: PlannedSite) -> Iterator[str]:
    places = ", ".join(markdown_code(where or "HOST:PORT") for where, _ in endpoints(site))
    yield f"- {markdown(site.leaf.subject.common)} ({places}) should send:"
    for number, chain in enumerate(site.promised):
        if number:
            yield "  - or, as nothing known decides between them:"
        for position, certificate in enumerate(chain, start=1):
            yield f"  - {position}: {markdown(certificate.label)}, SHA-256 {markdown_code(certificate.sha256)}"


def _argument(endpoint: str) -> str:
    return command_argument(endpoint) if endpoint else "HOST:PORT"


def _looked_at(planned: Planned) -> Iterator[str]:
    """The same by other programs: chainlab, Windows itself as LocalSystem, OpenSSL."""
    asked = dict.fromkeys(place for site in planned.sites for place in endpoints(site, on_server=False))
    command = "".join(f" --served {_argument(where)}" for where in dict.fromkeys(where for where, _ in asked))
    names = {name for _, name in asked}
    if len(names) == 1 and all(names):
        command += f" --host {command_argument(*names)}"
    yield f"- With chainlab, also which step has come undone: {markdown_code('chainlab verify plan.json' + command)}"
    for site in planned.sites:
        yield from _looked_at_site(site)
    if not all(where for where, _ in asked):
        yield "- `HOST:PORT` stands for an endpoint that nothing in the inputs names."


def _looked_at_site(site: PlannedSite) -> Iterator[str]:
    file = f'"$PWD\\{package_path(site.leaf)}"'
    for number, (where, name) in enumerate(endpoints(site, on_server=False)):
        built, sent = settling_checks(file, _argument(where), command_argument(name) if name else "")
        if not number and site.leaf.encoded:
            yield f"- The chain that Windows builds (psexec is Sysinternals'): {markdown_code(built)}"
        yield f"- The chain on the wire: {markdown_code(sent)}"


def _rollback(planned: Planned, option: Option) -> Iterator[str]:
    yield "\n## Roll back\n"
    yield "`rollback.ps1` takes back exactly what `apply.ps1` did, in every run, from its backups. By hand, last"
    yield "step first, by command or in the console; where the console has more steps, no command does those. What was"
    yield "deleted comes back with its properties (the purposes allowed) by `reg import` of the file that was kept, and"
    yield "only by that:\n"
    server = planned.case.scene.server
    inverses = []
    for change in option.changes:
        inverses.append(change.inverse(server))
        server = change.apply(server)
    for number, inverse in reversed(list(enumerate(inverses, start=1))):
        commands = inverse.commands()
        for how, lines in (("by command", commands.powershell), ("in the console", commands.console)):
            if lines:
                yield f"- Step {number}, {how}:"
                yield from (f"  - {markdown_code(line)}" for line in lines)
