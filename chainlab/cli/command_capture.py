"""``chainlab capture``: the chains that servers send, as a file that every other command reads."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chainlab.cli import options as opt
from chainlab.cli.output import Printing, print_answer, renderer, write
from chainlab.cli.progress import bar
from chainlab.errors import UsageError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("capture")(capture)


def capture(
    servers: Annotated[
        list[str], typer.Argument(metavar="HOST[:PORT]…", help="Servers; port 443 by default, [IPv6]:PORT works too.")
    ],
    connect: Annotated[
        str, typer.Option("--connect", metavar="ADDR[:PORT]", help="Connect there; HOST is only the name to ask for.")
    ] = "",
    sni: Annotated[
        str | None, typer.Option("--sni", metavar="NAME", help="Name in the hello; default: HOST unless an address.")
    ] = None,
    starttls: Annotated[
        str,
        typer.Option(
            "--starttls",
            metavar="PROTOCOL",
            help="Speak it first: smtp imap pop3 ftp ldap postgres mysql xmpp rdp, none, or auto (by port).",
        ),
    ] = "auto",
    ipv4: Annotated[bool, typer.Option("-4", "--ipv4", help="IPv4 only.")] = False,
    ipv6: Annotated[bool, typer.Option("-6", "--ipv6", help="IPv6 only.")] = False,
    format: opt.Format = opt.TextOrJson.TEXT,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write the capture (JSON) to FILE.")
    ] = None,
    quiet: opt.Quiet = False,
    no_color: opt.NoColor = False,
) -> None:
    """Capture the chains that servers send: for RSA and ECDSA, over TLS 1.2 and 1.3, with and without SNI.

    Only this command and verify --served HOST:PORT open a connection. Nothing is verified. The capture (-o FILE, or
    --format json) is an input of every other command: chainlab diagnose --served FILE.
    """
    from chainlab.evidence.capture import capture as run
    from chainlab.evidence.capture import document, parse_target

    if ipv4 and ipv6:
        raise UsageError("-4 and -6 exclude each other")
    family = 4 * ipv4 + 6 * ipv6
    targets = [parse_target(text, connect=connect, sni=sni, starttls=starttls, family=family) for text in servers]
    with bar("handshakes", quiet=quiet) as progress:
        answers = run(targets, progress)
    written = document(answers)
    if output is not None:
        write(written, output)
    print_answer(
        Printing(format, None, quiet, no_color),
        page=lambda page: renderer("capture_text")(answers, page),
        json=lambda: written,
    )
    raise typer.Exit(0 if any(answer.chain for answer in answers) else 3)
