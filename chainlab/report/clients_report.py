"""The client profiles for people and as ``chainlab.clients/1`` (``data/chainlab.clients-1.schema.json``)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from chainlab import __version__
from chainlab.clients.limits import limits_of
from chainlab.clients.profiles import Profile
from chainlab.clients.roots import Difference, RootName, TrustAnswer
from chainlab.report.json_text import document
from chainlab.report.page import Page
from chainlab.verifiers import Family, family_for
from chainlab.verifiers.agreement import Agreement, agreement_of
from chainlab.wording import number_of

SCHEMA: Final = "chainlab.clients/1"

Json = dict[str, Any]


def certainty(profile: Profile, family: Family, agreement: Agreement | None) -> str:
    """On what a client's verdicts rest, in one sentence."""
    basis = family.basis.value
    if agreement is not None:
        basis = f"checked against {agreement.checked_against}: {agreement}"
    inferred = "; that this client uses this verifier is inferred" if profile.family_basis == "inferred" else ""
    return basis + inferred + (f"; {family.note}" if family.note else "")


def client_json(profile: Profile, roots: int) -> Json:
    """One client as plain data."""
    family = family_for(profile.family)
    agreement, limits = agreement_of(family), limits_of(profile)
    return {
        "id": profile.id,
        "name": profile.name,
        "platform": profile.platform or None,
        "version": profile.version or None,
        "date": profile.date or None,
        "default": profile.default,
        "grade": profile.grade or None,
        "source": profile.source or None,
        "notes": profile.notes or None,
        "store": profile.store,
        "roots": roots,
        "verifier": profile.family,
        "verifier_title": family.title,
        "verifier_basis": family.basis.value,
        "verifier_sources": list(family.sources),
        "verifier_note": family.note or None,
        "family_basis": profile.family_basis,
        "fetches_issuers": family.aia,
        "agreement": _agreement(agreement),
        "limits": list(limits.sources),
    }


def _agreement(agreement: Agreement | None) -> Json | None:
    if agreement is None:
        return None
    return {
        "checked_against": agreement.checked_against,
        "cells": agreement.cells,
        "agreeing": agreement.agreeing,
        "date": agreement.date,
    }


def list_json(clients: Sequence[tuple[Profile, int]]) -> str:
    """``clients list``."""
    return _document("list", clients=[client_json(profile, roots) for profile, roots in clients])


def show_json(profile: Profile, roots: Sequence[RootName]) -> str:
    """``clients show``."""
    return _document("show", client={**client_json(profile, len(roots)), "root_list": [_root(root) for root in roots]})


def difference_json(one: Profile, other: Profile, found: Difference) -> str:
    """``clients diff``."""
    gained, lost = ([_root(root) for root in roots] for roots in (found.gained, found.lost))
    return _document("diff", before=one.id, after=other.id, gained=gained, lost=lost, common=found.common)


def trusts_json(answers: Iterable[TrustAnswer]) -> str:
    """``clients trusts``."""
    return _document("trusts", roots=[_trust(answer) for answer in answers])


def _trust(answer: TrustAnswer) -> Json:
    return {
        **_root(answer.root),
        "platforms": [
            {
                "platform": holding.platform,
                "holders": holding.holders,
                "snapshots": holding.snapshots,
                "first": {"id": holding.first.id, "date": holding.first.date or None},
                "last": {"id": holding.last.id, "date": holding.last.date or None},
                "gone": holding.gone,
            }
            for holding in answer.holdings
        ],
        "trusted_by": [profile.id for profile in answer.trusted_by],
        "not_trusted_by": [profile.id for profile in answer.not_trusted_by],
    }


def _root(root: RootName) -> Json:
    return {"sha256": root.sha256, "name": root.name, "not_after": root.not_after or None}


def _document(question: str, **content: Any) -> str:
    content = {"schema": SCHEMA, "chainlab": __version__, "question": question, **content}
    return document(content)


def list_page(clients: Sequence[tuple[Profile, int]], page: Page) -> None:
    """``clients list``: one table of clients, their families, years and how far the verdicts are checked."""
    rows = []
    for profile, roots in clients:
        family = family_for(profile.family)
        agreement = agreement_of(family)
        checked = f"{agreement.agreeing}/{agreement.cells}" if agreement else family.basis.value
        rows.append((profile.id, profile.name, profile.family, profile.date[:4], str(roots), profile.grade, checked))
    page.table(("id", "client", "verifier", "year", "roots", "grade", "checked"), rows)
    page.line(f"{number_of(len(rows), 'client')}. 'chainlab clients show ID' tells sources and limits.")


def show_page(profile: Profile, roots: Sequence[RootName], page: Page, *, verbose: bool = False) -> None:
    """``clients show``: everything that a verdict of this client rests on."""
    family = family_for(profile.family)
    lines = [
        ("id", profile.id),
        ("platform", " ".join(part for part in (profile.platform, profile.version) if part not in ("", "None"))),
        ("snapshot", f"{number_of(len(roots), 'root')}, {profile.date or 'undated'}, grade {profile.grade or '-'}"),
        ("from", profile.source),
        ("notes", profile.notes),
        ("verifier", f"{profile.family}: {family.title}{', fetches missing issuers' if family.aia else ''}"),
        ("rests on", certainty(profile, family, agreement_of(family))),
        *(("source", source) for source in family.sources),
        *(("limit", source) for source in limits_of(profile).sources),
        *(("root", f"{root.name} ({root.sha256[:16]}, until {root.not_after})") for root in roots if verbose),
    ]
    page.title(profile.name)
    page.table(("", ""), [line for line in lines if line[1]])


def difference_page(one: Profile, other: Profile, found: Difference, page: Page) -> None:
    """``clients diff``: roots gained and lost."""
    page.title(f"{one.name} → {other.name}")
    page.table(
        ("", "root", "sha256", "until"),
        [
            (sign, root.name, root.sha256[:16], root.not_after)
            for sign, roots in (("+", found.gained), ("-", found.lost))
            for root in roots
        ],
    )
    page.line(f"{len(found.gained)} gained, {len(found.lost)} lost, {found.common} in both")


def trusts_page(answers: Sequence[TrustAnswer], page: Page) -> None:
    """``clients trusts``: since when each platform knows a root, and which named clients do not."""
    for answer in answers:
        page.title(f"{answer.root.name} (sha256 {answer.root.sha256}, until {answer.root.not_after})")
        page.table(
            ("platform", "since", "first seen in", "last seen in", "snapshots"),
            [
                (
                    holding.platform, holding.first.date, holding.first.id,
                    "gone after " + holding.last.id if holding.gone else "still there",
                    f"{holding.holders} of {holding.snapshots}",
                )
                for holding in answer.holdings
            ],
        )  # fmt: skip
        everyone = len(answer.trusted_by) + len(answer.not_trusted_by)
        without = ", ".join(profile.id for profile in answer.not_trusted_by) or "nobody"
        page.line(f"{len(answer.trusted_by)} of {everyone} named clients know it. Not: {without}")
        page.line()
