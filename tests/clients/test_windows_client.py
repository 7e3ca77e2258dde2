"""Windows clients answer as Windows' own engine does."""

import pytest

from chainlab.certificate import Certificate
from chainlab.clients import Judge, Profile, Verdict
from chainlab.clients.windows_client import build_windows
from chainlab.graph import CertGraph
from chainlab.paths.checks import Question
from chainlab.paths.trust import DISTRUSTED, RootSet, TrustSetting
from chainlab.verifiers import Handshake, cryptoapi
from tests.pki import NOW, Pki, at, forged

SWITCHES = cryptoapi.family().switches


def ask(served: list[Certificate], roots: list[Certificate], host: str = "", fetchable: tuple[Certificate, ...] = ()):
    graph = CertGraph([*served, *roots, *fetchable])
    return build_windows(Handshake(tuple(served), fetchable), RootSet(roots), graph, Question(NOW, host), SWITCHES)


def reason(*arguments: object, **fields: object) -> str:
    result = ask(*arguments, **fields)  # type: ignore[arg-type]
    return result.problem.reason.code if result.problem is not None else "accept"


def test_order_duplicates_and_extras_do_not_matter(pki: Pki) -> None:
    leaf, issuing, cross, old = pki.leaf("I"), pki.ca("I", "R"), pki.ca("R", "U"), pki.ca("U")
    result = ask([leaf, cross, pki.ca("X"), issuing, cross, issuing], [old], "www.example.test")
    assert result.accepted is not None
    assert result.accepted.path.certificates == (leaf, issuing, cross, old)


def test_an_expired_cross_sign_is_passed_over_for_the_root(pki: Pki) -> None:
    leaf, issuing = pki.leaf("I"), pki.ca("I", "R")
    cross = pki.ca("R", "U", not_after=at("2025-01-01"))
    result = ask([leaf, issuing, cross], [pki.ca("U"), pki.ca("R")])
    assert result.accepted is not None
    assert result.accepted.path.top == pki.ca("R")


@pytest.mark.parametrize(
    ("defect", "expected"),
    [
        ({"not_after": at("2022-01-01")}, "expired-intermediate"),
        ({"not_before": at("2030-01-01")}, "not-yet-valid"),
        ({"ca": False}, "not-a-ca"),
        ({"permitted_dns": ("other.test",)}, "name-constraint"),
        ({"purposes": ("1.3.6.1.5.5.7.3.4",)}, "wrong-purpose"),
        ({"critical_unknown": True}, "critical-extension"),
    ],
    ids=str,
)
def test_status_bits_become_reasons(pki: Pki, defect: dict[str, object], expected: str) -> None:
    assert reason([pki.leaf("I"), pki.ca("I", "R", **defect)], [pki.ca("R")]) == expected


def test_what_is_missing_untrusted_or_for_another_host_is_told_apart(pki: Pki) -> None:
    leaf, issuing, root = pki.leaf("I"), pki.ca("I", "R"), pki.ca("R")
    assert reason([leaf], [root]) == "missing-intermediate"
    assert reason([leaf, issuing], [pki.ca("X")]) == "no-anchor"
    assert reason([leaf, issuing, root], [pki.ca("X")]) == "no-anchor"
    assert reason([leaf, issuing], [root], "other.test") == "host-mismatch"
    assert reason([leaf, issuing], [pki.ca("R", not_after=at("2024-01-01"))]) == "expired-anchor"
    assert reason([leaf], [root], fetchable=(issuing,)) == "accept"


def test_untrusted_certificates_and_issuance_limits_of_the_snapshot_count(pki: Pki) -> None:
    leaf, issuing, root = pki.leaf("I"), pki.ca("I", "R"), pki.ca("R")

    class Store(RootSet):
        def __init__(self, special: dict[Certificate, TrustSetting]) -> None:
            super().__init__([root])
            self.special = special

        def setting(self, certificate: Certificate) -> TrustSetting:
            return self.special.get(certificate) or super().setting(certificate)

    def answer(**special: TrustSetting) -> str:
        graph = CertGraph([leaf, issuing, root])
        settings = {{"issuing": issuing, "root": root}[name]: setting for name, setting in special.items()}
        result = build_windows(Handshake((leaf, issuing)), Store(settings), graph, Question(NOW), SWITCHES)
        return result.problem.reason.code if result.problem is not None else "accept"

    from dataclasses import replace

    from chainlab.paths.trust import ANCHOR

    assert answer(issuing=DISTRUSTED) == "distrusted"
    assert answer(root=replace(ANCHOR, issued_before=at("2020-01-01"))) == "distrusted"
    assert answer(root=replace(ANCHOR, issued_before=at("2030-01-01"))) == "accept"


def test_profiles_of_the_cryptoapi_family_are_judged_by_the_engine(pki: Pki) -> None:
    """The engine wants basic constraints of a CA only outside Root; the table of the family cannot say that."""
    leaf, root = pki.leaf("R"), pki.ca("R", ca=None, key_usage=False)
    graph = CertGraph([leaf, root])
    windows = Profile("own-pc", "PC", "cryptoapi", "own-pc")
    (answer,) = Judge([(windows, RootSet([root]))], graph, Question(NOW)).verdicts((leaf,))
    assert answer.verdict is Verdict.ACCEPT


@pytest.mark.parametrize(("above", "verdict"), [("R", Verdict.UNKNOWN), ("Nobody", Verdict.REJECT)])
def test_a_mesh_beyond_the_budget_is_unknown_where_a_root_can_be_reached(
    pki: Pki, above: str, verdict: Verdict
) -> None:
    names = [f"M{number}" for number in range(9)]
    crosses = [pki.ca(subject, issuer) for subject in names for issuer in names if subject != issuer]
    crosses.append(pki.ca("M8", above, not_after=at("2024-01-01")))
    leaf, root = pki.leaf("M0"), pki.ca("R")
    graph = CertGraph([leaf, *crosses, root])
    windows = Profile("own-pc", "PC", "cryptoapi", "own-pc")
    (answer,) = Judge([(windows, RootSet([root]))], graph, Question(NOW)).verdicts((leaf, *crosses))
    assert answer.verdict is verdict
    assert (answer.reason == "search-stopped") == (verdict is Verdict.UNKNOWN)


def test_three_fetches_take_effect(pki: Pki) -> None:
    chain = (pki.ca("I", "S"), pki.ca("S", "T"), pki.ca("T", "R"))
    assert reason([pki.leaf("I")], [pki.ca("R")], fetchable=chain) == "accept"
    assert reason([pki.leaf("I")], [pki.ca("R")], fetchable=chain[:2]) == "no-anchor"


def test_a_signature_that_cannot_be_checked_is_unknown(pki: Pki) -> None:
    assert reason([forged(pki.leaf("I")), pki.ca("I", "R")], [pki.ca("R")]) == "cannot-be-checked"
