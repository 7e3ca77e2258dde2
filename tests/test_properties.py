"""Certificate properties."""

from datetime import UTC, datetime
from ipaddress import ip_network

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from chainlab.certificate import GeneralName, NameConstraints
from chainlab.properties import (
    decode_filetime,
    decode_oid,
    decode_oid_list,
    decode_utf16,
    derive,
    encode_oid_list,
    property_name,
)
from tests.ctls import oid, tlv

SERVER_AUTH_LIST = bytes.fromhex("300a06082b06010505070301")


def test_absent_present_and_empty_purposes_are_three_things() -> None:
    assert derive({})[0].purposes is None
    assert derive({9: SERVER_AUTH_LIST})[0].purposes == {"1.3.6.1.5.5.7.3.1"}
    for empty in (b"\x30\x00", b""):
        properties, problems = derive({9: empty})
        assert properties.all_purposes_disabled
        assert not problems


def test_a_broken_property_is_reported_and_counts_as_absent() -> None:
    properties, problems = derive({9: b"\x04\x00", 104: b"123", 126: b"\xff" * 8})
    assert properties.purposes is None
    assert properties.disallowed_after is None
    assert len(problems) == 3
    assert "CERT_ENHKEY_USAGE_PROP_ID(9)" in problems[0]


def test_empty_filetime_means_from_the_beginning() -> None:
    assert decode_filetime(b"") == datetime(1601, 1, 1, tzinfo=UTC)
    assert decode_filetime((116444736000000000).to_bytes(8, "little")) == datetime(1970, 1, 1, tzinfo=UTC)


def test_key_reference_archived_and_friendly_name_are_read() -> None:
    properties, _ = derive({2: b"x", 19: b"", 11: "Site".encode("utf-16-le") + b"\0\0"})
    assert properties.has_key
    assert properties.archived
    assert properties.friendly_name == "Site"


def test_raw_properties_are_all_kept() -> None:
    assert derive({0x8001: b"mine", 9: SERVER_AUTH_LIST})[0].raw == ((9, SERVER_AUTH_LIST), (0x8001, b"mine"))


@pytest.mark.parametrize(("content", "dotted"), [("2b06010505070301", "1.3.6.1.5.5.7.3.1"), ("551d25", "2.5.29.37"),
                                                 ("883703", "2.999.3")])  # fmt: skip
def test_oids_are_decoded(content: str, dotted: str) -> None:
    assert decode_oid(bytes.fromhex(content)) == dotted


@pytest.mark.parametrize("content", [b"", b"\x80", b"\x2b\x86"])
def test_truncated_oids_are_value_errors(content: bytes) -> None:
    with pytest.raises(ValueError, match="object identifier"):
        decode_oid(content)


@given(st.binary(max_size=60))
def test_any_bytes_decode_or_are_value_errors(data: bytes) -> None:
    decode_utf16(data)
    try:
        decode_oid_list(data)
    except ValueError:
        pass


def test_names_of_properties_are_those_of_the_header() -> None:
    assert property_name(126) == "CERT_NOT_BEFORE_FILETIME_PROP_ID(126)"
    assert property_name(40000) == "property 40000"


def test_policies_of_the_root_program_are_read_without_their_qualifiers() -> None:
    flags = tlv(0x30, tlv(0x30, oid("1.3.6.1.4.1.311.60.1.1"), tlv(0x03, b"\x06\xc0")))
    data = tlv(0x30, tlv(0x30, oid("2.23.140.1.1"), flags), tlv(0x30, oid("1.3.6.1.4.1.6449.1.2.1.5.1"), flags))
    properties, problems = derive({83: data, 105: SERVER_AUTH_LIST, 67: b""})
    assert not problems
    assert properties.program_policies == {"2.23.140.1.1", "1.3.6.1.4.1.6449.1.2.1.5.1"}
    assert properties.program_chain_policies == {"1.3.6.1.5.5.7.3.1"}
    assert properties.fetched_by_aia
    assert derive({})[0].program_policies is None
    assert not derive({})[0].fetched_by_aia


def test_name_constraints_of_the_root_program_are_decoded() -> None:
    made = x509.NameConstraints([x509.DNSName("example.test")], [x509.IPAddress(ip_network("10.0.0.0/8"))])
    properties, problems = derive({84: made.public_bytes()})
    assert not problems
    assert properties.program_name_constraints == NameConstraints(
        (GeneralName("dns", "example.test"),), (GeneralName("ip", "10.0.0.0/8"),)
    )


@pytest.mark.parametrize("identity", [83, 84, 105])
@given(data=st.binary(max_size=60))
def test_program_properties_of_any_bytes_decode_or_are_problems(identity: int, data: bytes) -> None:
    properties, problems = derive({identity: data})
    assert properties.raw == ((identity, data),)
    assert len(problems) <= 1


def test_lists_of_purposes_are_encoded_as_windows_encodes_them() -> None:
    assert encode_oid_list(["1.3.6.1.5.5.7.3.1"]) == SERVER_AUTH_LIST
    assert encode_oid_list([]) == b"\x30\x00"


@given(st.lists(st.lists(st.integers(0, 2**40), min_size=1, max_size=12), max_size=20))
def test_encoded_lists_decode_to_the_same(arcs: list[list[int]]) -> None:
    oids = [".".join(map(str, (2, 999, *rest))) for rest in arcs]
    assert decode_oid_list(encode_oid_list(oids)) == oids
