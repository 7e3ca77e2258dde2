"""The catalogue for people: one certificate in full, several in a line each, or the catalogue as a whole."""

from __future__ import annotations

from typing import Final

from chainlab.catalog import ProgramEntry
from chainlab.cataloguing import CatalogView, Known
from chainlab.oids import purpose_name
from chainlab.report.page import Page, describe
from chainlab.wording import number_of

IN_FULL: Final = 5
"""Up to so many certificates are shown with all that is known of them."""

_ENCODINGS: Final = {"shipped": "ships with chainlab", "imported": "imported", "": "not at hand: published facts only"}


def render(view: CatalogView, page: Page, *, asked: bool) -> None:
    """Write the answer; without a question (``asked``) the catalogue as a whole."""
    if not asked:
        _whole(view, page)
        return
    if not view.found:
        page.line("No catalogued certificate matches.")
    for known in view.found:
        if len(view.found) <= IN_FULL:
            _in_full(known, view, page)
        else:
            mark = {"shipped": "encoded", "imported": "imported", "": "facts"}[known.encoding]
            page.line(f"{known.certificate.sha256[:16]}  {mark:<8}  {describe(known.certificate)}", hang=28)


def _whole(view: CatalogView, page: Page) -> None:
    facts = view.catalogued - view.shipped - view.imported
    page.title(f"{view.catalogued} CA certificates are catalogued")
    page.line(f"{view.shipped} with the encoding that ships with chainlab", indent=2)
    page.line(f"{view.imported} with an imported encoding, in {view.folder}", indent=2, hang=2)
    page.line(f"{facts} by their published facts alone; their signatures are taken as published", indent=2, hang=2)
    roots = number_of(len(view.program.entries), "root")
    page.line(f"Microsoft's root program as of {view.program.this_update:%Y-%m-%d}: {roots}")
    page.line(f"{number_of(view.snapshot_count, 'trust-store snapshot')} of clients")
    page.line("Look one up: chainlab catalog show NAME or HASH. Add encodings: chainlab catalog import FILE", hang=2)


def _in_full(known: Known, view: CatalogView, page: Page) -> None:
    certificate = known.certificate
    page.line(describe(certificate), "bold", hang=2)
    rows = (
        ("SHA-256", certificate.sha256), ("SHA-1", certificate.sha1), ("serial", f"{certificate.serial:x}"),
        ("subject", certificate.subject.text), ("issuer", certificate.issuer.text),
        ("validity", f"{certificate.not_before:%Y-%m-%d} to {certificate.not_after:%Y-%m-%d}"),
        ("key", f"{certificate.key}, SHA-256 of the public key {certificate.spki_sha256}"),
        ("encoding", _ENCODINGS[known.encoding] + (f" from {known.origin}" if known.origin else "")),
        ("kind", known.category), ("facts from", known.source),
        ("published at", ", ".join(certificate.published_at)), ("Windows", _program(known.program, view)),
        ("clients", f"a root of {len(known.snapshots)} of {view.snapshot_count} trust-store snapshots"),
    )  # fmt: skip
    for label, value in rows:
        if value:
            page.line(f"{label}: {value}", indent=2, hang=2)
    page.line()


def _program(entry: ProgramEntry | None, view: CatalogView) -> str:
    listed = f"root program of {view.program.this_update:%Y-%m-%d}"
    if entry is None:
        return f"not in the {listed}"
    said = [f"in the {listed}"]
    if entry.purposes is not None:
        said.append(f"only for {', '.join(sorted(map(purpose_name, entry.purposes))) or 'no purpose'}")
    if entry.disallowed_after is not None:
        said.append(f"distrusted from {entry.disallowed_after:%Y-%m-%d}")
    if entry.not_before_after is not None:
        said.append(f"not for certificates issued after {entry.not_before_after:%Y-%m-%d}")
    return ", ".join(said)
