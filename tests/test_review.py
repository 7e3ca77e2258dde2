"""Findings about one target's chain that depend on the server's state."""

from __future__ import annotations

from dataclasses import replace

from chainlab.assembly import Scene
from chainlab.certificate import Certificate
from chainlab.findings import Finding
from chainlab.paths.checks import Question
from chainlab.properties import StoreProperties
from chainlab.review import review
from chainlab.windows.engine import predict_chain
from tests.pki import NOW, Pki, at
from tests.scene import scene_of, seen
from tests.windows.machine import program_of


def findings(scene: Scene) -> dict[str, Finding]:
    (target,) = scene.targets
    prediction = predict_chain(scene.server, scene.graph, target.leaf.certificate, NOW)
    found = review(target, scene, Question(NOW), prediction, prediction.chosen.served)
    return {finding.code: finding for finding in found}


def with_program(scene: Scene, *roots: Certificate) -> Scene:
    server = replace(scene.server, root_update=True, program=program_of(*roots), obtainable=roots)
    return replace(scene, server=server)


def r46(pki: Pki) -> dict[str, Certificate]:
    return {
        "leaf": pki.leaf("I"), "I": pki.ca("I", "R"), "R": pki.ca("R"), "RxU": pki.ca("R", "U"), "U": pki.ca("U"),
    }  # fmt: skip


def stored(c: dict[str, Certificate], **stores: str) -> list:  # type: ignore[type-arg]
    items = [seen(c["leaf"], "My", key=True)]
    return items + [seen(c[name], store) for store, names in stores.items() for name in names.split()]


def test_a_deleted_program_root_comes_back(pki: Pki) -> None:
    c = r46(pki)
    scene = scene_of(*stored(c, Root="U", CA="I RxU"), seen(c["R"], "UserRoot"))
    assert "root-comes-back" not in findings(scene)
    found = findings(with_program(scene, c["R"]))
    assert "not in the Root store" in found["root-comes-back"].message


def test_disabled_purposes_come_back_too(pki: Pki) -> None:
    c = r46(pki)
    from tests.windows.machine import STORES

    disabled = replace(
        seen(c["R"], "Root", properties=StoreProperties(purposes=frozenset())), store=STORES["AuthRoot"]
    )  # fmt: skip
    found = findings(with_program(scene_of(*stored(c, Root="U", CA="I RxU"), disabled), c["R"]))
    assert "restricted in the Root store" in found["root-comes-back"].message


def test_untrusted_does_not_come_back(pki: Pki) -> None:
    c = r46(pki)
    scene = scene_of(*stored(c, Root="U", CA="I RxU", Disallowed="R"))
    assert "root-comes-back" not in findings(with_program(scene, c["R"]))


def test_a_missing_issuer_that_aia_could_bring(pki: Pki) -> None:
    c = r46(pki)
    scene = scene_of(*stored(c, Root="R"), seen(c["I"], "UserCA"))
    found = findings(replace(scene, server=replace(scene.server, fetchable=(c["I"],))))
    assert {"missing-intermediate", "depends-on-aia"} <= set(found)
    assert "I (signed by R" in found["depends-on-aia"].message


def test_an_old_certificate_of_a_renewed_ca_is_named(pki: Pki) -> None:
    pki.entity("old", subject="O=Test, CN=I", key="old key")
    leaf, old = pki.leaf("I"), pki.ca("old", "R")
    found = findings(scene_of(seen(leaf, "My", key=True), seen(old, "CA"), seen(pki.ca("R"), "Root")))
    assert "holds another certificate of 'I'" in found["issuer-renewed"].message


def test_an_expired_root_of_the_chosen_chain_is_named(pki: Pki) -> None:
    c = r46(pki) | {"U": pki.ca("U", not_after=at("2025-01-01"))}
    found = findings(scene_of(*stored(c, Root="U", CA="I RxU", Disallowed="R")))
    assert "expired on 2025-01-01" in found["expired-in-chain"].message


def test_a_pfx_that_would_bring_a_blocked_root_back(pki: Pki) -> None:
    c = r46(pki)
    bags = [seen(c["leaf"], key=True, format="PFX", file="x.pfx"), seen(c["R"], format="PFX", file="x.pfx")]
    absent = scene_of(*bags, seen(c["U"], "Root"), seen(c["I"], "CA"), seen(c["RxU"], "CA"))
    assert "not in the Root store" in findings(absent)["pfx-brings-blocked-root"].message
    nothing = StoreProperties(purposes=frozenset())
    disabled = scene_of(*bags, seen(c["U"], "Root"), seen(c["R"], "Root", properties=nothing), seen(c["I"], "CA"))
    assert "without any purpose" in findings(disabled)["pfx-brings-blocked-root"].message
    untrusted = scene_of(*bags, *stored(c, Root="U", CA="I RxU", Disallowed="R")[1:])
    assert "pfx-brings-root" in findings(untrusted)


def test_a_contested_and_an_undetermined_choice_are_said(pki: Pki) -> None:
    c = r46(pki) | {"R": pki.ca("R", not_before=at("2015-01-01"))}
    assert "contested-choice" in findings(scene_of(*stored(c, Root="R U", CA="I RxU")))
    c = r46(pki) | {"RxV": pki.ca("R", "V"), "V": pki.ca("V")}
    found = findings(scene_of(*stored(c, Root="U V", CA="I RxU RxV")))
    assert "between 2 equally good chains" in found["undetermined-choice"].message


def test_signatures_that_are_taken_as_published_are_named(pki: Pki) -> None:
    c = r46(pki)
    c["I"] = replace(c["I"], der=None)
    scene = scene_of(*stored(c, Root="R", CA="I"))
    found = findings(scene)
    assert found["catalogued-signature"].certificates == (c["I"].sha256,)
    assert "taken from the catalogue, not checked" in found["catalogued-signature"].message
    c["R"] = replace(c["R"], der=None)  # a root's own signature proves nothing
    c["I"] = pki.ca("I", "R")
    assert "catalogued-signature" not in findings(scene_of(*stored(c, Root="R", CA="I")))
