"""``chainlab clients``: the client profiles, their trust stores, verifiers, limits and sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from chainlab.cli import options as opt
from chainlab.cli.output import Printing, print_answer

if TYPE_CHECKING:
    from chainlab.catalog import Catalog
    from chainlab.clients import Profile, Snapshots


Identity = Annotated[str, typer.Argument(metavar="ID", help="A client id; see 'chainlab clients list'.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(no_args_is_help=True, help="The client profiles: trust store, verifier, date, source, grade.")
    group.command("list")(list_clients)
    group.command("show")(show)
    group.command("diff")(diff)
    group.command("trusts")(trusts)
    app.add_typer(group, name="clients")


def list_clients(
    clients: opt.Clients = "",
    format: opt.DocumentFormat = opt.TextJsonOrMarkdown.TEXT,
    output: opt.Output = None,
    no_color: opt.NoColor = False,
) -> None:
    """All clients of a selection in one table: family, year, number of roots, and how far verdicts are checked.

    Without --clients the named ones; --clients all shows every snapshot, --clients core a spread of about sixty.
    """
    from chainlab.clients import load_profiles, select
    from chainlab.report import clients_report as report

    _, snapshots = _knowledge()
    rows = [(profile, len(snapshots.roots(profile.store))) for profile in select(load_profiles(), clients)]
    print_answer(
        Printing(format, output, no_color=no_color),
        page=lambda page: report.list_page(rows, page),
        json=lambda: report.list_json(rows),
    )


def show(
    identity: Identity,
    format: opt.DocumentFormat = opt.TextJsonOrMarkdown.TEXT,
    output: opt.Output = None,
    no_color: opt.NoColor = False,
    verbose: opt.Verbose = False,
) -> None:
    """One client: its trust store, verifier, sources, grade, agreement with the real verifier, limits.

    With --verbose every root.
    """
    from chainlab.clients.roots import name_root
    from chainlab.report import clients_report as report

    profile = _profile(identity)
    catalog, snapshots = _knowledge()
    roots = sorted((name_root(catalog, sha256) for sha256 in snapshots.roots(profile.store)), key=lambda r: r.name)
    print_answer(
        Printing(format, output, no_color=no_color),
        page=lambda page: report.show_page(profile, roots, page, verbose=verbose),
        json=lambda: report.show_json(profile, roots),
    )


def diff(
    before: Identity,
    after: Identity,
    format: opt.DocumentFormat = opt.TextJsonOrMarkdown.TEXT,
    output: opt.Output = None,
    no_color: opt.NoColor = False,
) -> None:
    """Which roots the second client has and the first lacks, and the other way round."""
    from chainlab.clients.roots import difference
    from chainlab.report import clients_report as report

    one, other = _profile(before), _profile(after)
    found = difference(*_knowledge(), one, other)
    print_answer(
        Printing(format, output, no_color=no_color),
        page=lambda page: report.difference_page(one, other, found, page),
        json=lambda: report.difference_json(one, other, found),
    )


def trusts(
    root: Annotated[str, typer.Argument(metavar="HASH|NAME", help="SHA-256 (or its start) or a part of the name.")],
    format: opt.DocumentFormat = opt.TextJsonOrMarkdown.TEXT,
    output: opt.Output = None,
    no_color: opt.NoColor = False,
) -> None:
    """Who knows a root, and since when."""
    from chainlab.clients import load_profiles
    from chainlab.clients.roots import find_roots, who_trusts
    from chainlab.report import clients_report as report

    catalog, snapshots = _knowledge()
    profiles = load_profiles()
    answers = [who_trusts(catalog, snapshots, profiles, found) for found in find_roots(catalog, snapshots, root)]
    print_answer(
        Printing(format, output, no_color=no_color),
        page=lambda page: report.trusts_page(answers, page),
        json=lambda: report.trusts_json(answers),
    )


def _knowledge() -> tuple[Catalog, Snapshots]:
    from chainlab.catalog import Catalog
    from chainlab.clients import Snapshots

    catalog = Catalog.load()
    return catalog, Snapshots(catalog)


def _profile(identity: str) -> Profile:
    from chainlab.clients import load_profiles
    from chainlab.clients.profiles import near_hint
    from chainlab.errors import UsageError

    profiles = load_profiles()
    found = next((profile for profile in profiles if profile.id.lower() == identity.lower()), None)
    if found is None:
        raise UsageError(f"no client is called '{identity}'{near_hint(profiles, identity)}")
    return found
