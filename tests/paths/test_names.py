"""Host names."""

import pytest

from chainlab.paths.names import HostRules, matches_host
from tests.pki import Pki


@pytest.mark.parametrize(
    ("san", "host", "expected"),
    [
        ("www.example.test", "WWW.Example.TEST", True),
        ("www.example.test", "www.example.test.", True),
        ("*.example.test", "a.example.test", True),
        ("*.example.test", "a.b.example.test", False),
        ("*.example.test", "example.test", False),
        ("*.test", "example.test", False),
        ("w*.example.test", "www.example.test", False),
        ("*", "www", False),
    ],
)
def test_dns_names_match_by_rfc_6125(pki: Pki, san: str, host: str, expected: bool) -> None:
    assert matches_host(pki.leaf("I", dns_names=(san,)), host, HostRules()) is expected


def test_the_common_name_counts_only_where_the_client_says_so(pki: Pki) -> None:
    leaf = pki.leaf("I", dns_names=())
    assert not matches_host(leaf, "www.example.test", HostRules())
    assert matches_host(leaf, "www.example.test", HostRules(common_name_fallback=True))
    assert not matches_host(pki.leaf("I", dns_names=("x.test",)), "www.example.test", HostRules(True))


def test_addresses_match_only_address_names(pki: Pki) -> None:
    assert not matches_host(pki.leaf("I", dns_names=("192.0.2.1",)), "192.0.2.1", HostRules())
