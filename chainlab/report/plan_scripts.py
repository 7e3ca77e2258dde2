"""The scripts of a plan's package: fixed programs (``data/``) with the plan as a table of literals in them.

Nothing untrusted stands outside a single-quoted literal; the literals are made by ``escaping.powershell`` and
``escaping.posix_shell`` alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from chainlab.changes.commands import file_name
from chainlab.escaping import posix_shell, powershell
from chainlab.plan.operations import Operation, operations
from chainlab.planning import Planned, PlannedSite
from chainlab.server import Binding

DATA: Final = Path(__file__).parent / "data"
_BOM: Final = "\ufeff"
"""Windows PowerShell takes a script without one for the ANSI code page."""


def scripts(planned: Planned) -> dict[str, bytes]:
    """Every script by its name in the package."""
    assert planned.chosen is not None
    steps = operations(planned.chosen.changes)
    parts = {
        "PLAN": powershell(title(planned)),
        "ENTRIES": _template("entries.ps1"),
        "OPERATIONS": ",\n".join(_table(_operation(step)) for step in steps),
        "SITES": ",\n".join(_site_table(site, *place) for site in planned.sites for place in endpoints(site)),
    }
    checks = "\n".join(_check(site, *place) for site in planned.sites for place in endpoints(site, on_server=False))
    return {
        **{name: _powershell(name, parts) for name in ("apply.ps1", "rollback.ps1", "verify.ps1")},
        "verify.sh": _fill(_template("verify.sh"), {"CHECKS": checks}).encode(),
        "verify-task.xml": (_BOM + _crlf(_template("verify-task.xml"))).encode("utf-16-le"),
    }


def title(planned: Planned) -> str:
    """The plan in one line."""
    names = ", ".join(dict.fromkeys(site.leaf.subject.common for site in planned.sites))
    return f"chainlab plan of {planned.at:%Y-%m-%d} for {names}"


def endpoints(site: PlannedSite, *, on_server: bool = True) -> tuple[tuple[str, str], ...]:
    """Where checks connect to, each with the server name it sends; the first is empty where nothing tells.

    Every binding is asked: each keeps the chain that it was given. One to all addresses is asked on the server as
    localhost, from elsewhere by the name.
    """
    name = next((name for name in (site.target.host, *site.leaf.dns_names) if name and "*" not in name), "")
    if not site.bindings:
        return (((f"{name}:443" if name else ""), name),)
    return tuple(dict.fromkeys(_reached(binding, binding.host or name, on_server) for binding in site.bindings))


def _reached(binding: Binding, name: str, on_server: bool) -> tuple[str, str]:
    address, _, port = binding.endpoint.rpartition(":")
    if address in ("0.0.0.0", "*", "[::]", ""):  # noqa: S104 - compared, not bound
        address = "localhost" if on_server else name
    return (f"{address}:{port}" if address else ""), name


def _powershell(name: str, parts: Mapping[str, str]) -> bytes:
    return (_BOM + _crlf(_fill(_template(name), parts))).encode()


def _template(name: str) -> str:
    return (DATA / name).read_text(encoding="utf-8")


def _fill(template: str, parts: Mapping[str, str]) -> str:
    """Each ``@@NAME@@`` of the template by its part; what the parts contain is not looked at again."""
    pieces = template.split("@@")
    return "".join(parts[piece] if number % 2 else piece for number, piece in enumerate(pieces))


def _crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


def _table(fields: Iterable[tuple[str, str]], indent: str = "    ") -> str:
    return indent + "@{ " + "; ".join(f"{name} = {value}" for name, value in fields) + " }"


def _operation(step: Operation) -> Iterator[tuple[str, str]]:
    certificate = step.certificate
    yield "Step", str(step.step)
    yield "Kind", powershell("add" if step.adds else "remove")
    yield "Decisive", "$true" if step.decisive else "$false"
    yield "Location", powershell(step.store.location)
    yield "Store", powershell(step.system_store)
    yield "Thumbprint", powershell(certificate.sha1.upper())
    yield "Sha256", powershell(certificate.sha256)
    yield "Certificate", powershell(certificate.label)
    yield "File", powershell(file_name(certificate))
    yield "Url", powershell(next(iter(certificate.published_at), ""))


def _site_table(site: PlannedSite, where: str, name: str) -> str:
    chains = ", ".join(
        "@{ Chain = @(" + ", ".join(powershell(certificate.sha256) for certificate in chain) + ") }"
        for chain in site.promised
    )
    return _table([
        ("Name", powershell(site.leaf.subject.common)), ("Endpoint", powershell(where)),
        ("ServerName", powershell(name)), ("Promised", f"@({chains})"),
    ])  # fmt: skip


def _check(site: PlannedSite, where: str, name: str) -> str:
    chains = (",".join(certificate.sha256 for certificate in chain) for chain in site.promised)
    return " ".join(["check", *map(posix_shell, (site.leaf.subject.common, where, name, *chains))])
