"""Certificate properties."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab.properties import decode_filetime, decode_oid, decode_oid_list, decode_utf16, derive, property_name

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
