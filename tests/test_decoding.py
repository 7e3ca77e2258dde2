"""From DER to facts: strict first, lenient where Windows is."""

import pickle
import warnings
from collections.abc import Callable
from copy import copy
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtensionOID, NameOID
from hypothesis import given
from hypothesis import strategies as st

from chainlab import oids
from chainlab.certificate import AuthorityKeyIdentifier, Certificate, Name
from chainlab.decoding import MAX_CERTIFICATE_BYTES, decode_certificate
from chainlab.decoding_lenient import decode_leniently, decode_name_constraints
from chainlab.der import children, element, tbs_slices
from chainlab.evidence import ReadOptions, read_inputs
from chainlab.lab.captures import vector
from chainlab.paths.name_rules import REGISTERED_ID
from tests.oracles.wine.forge import general_name
from tests.pki import Pki

START = datetime(2026, 1, 1, tzinfo=UTC)


def test_facts_are_those_that_were_put_in(pki: Pki) -> None:
    made = pki.ca("A", "B", path_length=2, permitted_dns=("example.test",), ca_issuers="http://ca.test/b.cer")
    extensions = made.extensions
    assert extensions.basic_constraints is not None
    assert (extensions.basic_constraints.ca, extensions.basic_constraints.path_length) == (True, 2)
    assert extensions.name_constraints is not None
    assert [name.value for name in extensions.name_constraints.permitted] == ["example.test"]
    assert extensions.ca_issuers == ("http://ca.test/b.cer",)
    assert made.ski == pki.entity("A").key_id
    assert made.aki.key_id == pki.entity("B").key_id
    assert str(made.key) == "EC-256"
    assert str(made.signature) == "ECDSA-SHA256"


def test_aki_with_issuer_and_serial_is_kept(pki: Pki) -> None:
    from dataclasses import replace

    from chainlab.lab.pki import Profile, issue

    root = pki.ca("R")
    der = issue(pki.entity("I"), pki.entity("R"), replace(Profile(), authority_key_id="serial"), root)
    aki = decode_certificate(der).aki
    assert aki.serial == root.serial
    assert aki.issuer is not None
    assert aki.issuer.key == root.issuer.key


@pytest.mark.parametrize("unusual", ["a3023000", "a502a100"], ids=["x400Address", "ediPartyName"])
def test_names_that_the_strict_decoder_knows_not_cost_themselves_only(unusual: str) -> None:
    certificate = decode_certificate(_with_names(bytes.fromhex(unusual) + b"\x82\x01a"))
    names = certificate.extensions.subject_alternative_names or ()
    assert [(name.kind, name.value) for name in names][1:] == [("dns", "a")]
    assert certificate.extensions.basic_constraints is not None
    assert certificate.extensions.unparsed == ()


@pytest.mark.parametrize(("last", "shown"), [("70", "Ed25519"), ("71", "Ed448"), ("7f", "1.3.101.127")])
def test_the_lenient_decoder_names_keys_that_have_no_size(last: str, shown: str) -> None:
    key, name = ed25519.Ed25519PrivateKey.generate(), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 5, START, START + timedelta(1))
    der = builder.sign(key, None).public_bytes(Encoding.DER).replace(b"\x2b\x65\x70", bytes.fromhex("2b65" + last))
    assert str(decode_leniently(der, tbs_slices(der), "refused").key) == shown


def _with_names(names: bytes) -> bytes:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a")])
    alternatives = x509.UnrecognizedExtension(ExtensionOID.SUBJECT_ALTERNATIVE_NAME, b"\x30" + vector(names, 1))
    builder = x509.CertificateBuilder(name, name, key.public_key(), 5, START, START + timedelta(1))
    builder = builder.add_extension(x509.BasicConstraints(True, None), True).add_extension(alternatives, False)
    return builder.sign(key, SHA256()).public_bytes(Encoding.DER)


def test_both_decoders_call_a_name_of_another_form_the_same() -> None:
    upn, identifier, mail = "upn:me@example.test", "rid:1.2.3", "email:me@example.test"
    der = _with_names(b"".join(general_name(name) for name in (upn, identifier, mail)))
    strict, lenient = decode_certificate(der), decode_leniently(der, tbs_slices(der), "refused")
    assert strict.extensions.subject_alternative_names == lenient.extensions.subject_alternative_names
    values = [name.value for name in strict.extensions.subject_alternative_names or ()]
    assert values == [oids.USER_PRINCIPAL_NAME, REGISTERED_ID, "me@example.test"]


def test_trailing_bytes_are_cut_off(pki: Pki) -> None:
    der = pki.der("A", "A")
    assert decode_certificate(der + b"junk").der == der


def test_oversized_input_is_refused_before_decoding() -> None:
    with pytest.raises(ValueError, match="larger than the cap"):
        decode_certificate(b"\x30" * (MAX_CERTIFICATE_BYTES + 1))


@given(st.binary(max_size=300))
def test_random_bytes_are_a_value_error_at_most(data: bytes) -> None:
    try:
        decode_certificate(data)
    except ValueError:
        pass


@given(st.data())
def test_a_damaged_certificate_is_decoded_or_refused_with_a_value_error(data: st.DataObject) -> None:
    der = bytearray(Pki().der("A", "B"))
    position = data.draw(st.integers(0, len(der) - 1))
    der[position] = data.draw(st.integers(0, 255))
    try:
        decode_certificate(bytes(der[: data.draw(st.integers(1, len(der)))]))
    except ValueError:
        pass


def test_real_roots_that_the_strict_decoder_refuses_are_decoded_leniently(shared: Callable[[str], Path]) -> None:
    from cryptography import x509

    evidence = read_inputs([(shared("certs/roots.pem"), None)], ReadOptions())
    assert len(evidence.certificates) == 838
    assert not evidence.findings
    refused = 0
    for item in evidence.certificates:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                list(x509.load_der_x509_certificate(item.certificate.der or b"").extensions)
            except ValueError:
                refused += 1
                assert item.certificate.subject.text
    assert refused >= 8


@pytest.mark.parametrize(
    ("base", "sound"),
    [
        (bytes([10, 0, 0, 0, 255, 0, 0, 0]), True),
        (bytes([10, 0, 0, 1]), False),
        (bytes([10, 0, 0, 0, 255, 0, 255, 0]), False),
        (bytes(16), False),
        (bytes(32), True),
    ],
    ids=["a network", "no mask", "a mask with holes", "no mask of IPv6", "every IPv6 address"],
)
def test_an_address_constraint_without_a_network_mask_does_not_decode(base: bytes, sound: bool) -> None:
    subtree = b"\x30" + bytes([len(base) + 2]) + b"\x87" + bytes([len(base)]) + base
    permitted = b"\xa0" + bytes([len(subtree)]) + subtree
    value = b"\x30" + bytes([len(permitted)]) + permitted
    if sound:
        assert [tree.kind for tree in decode_name_constraints(value).permitted] == ["ip"]
    else:
        with pytest.raises(ValueError, match="mask"):
            decode_name_constraints(value)


def test_what_is_decoded_late_is_what_is_decoded_at_once(pki: Pki) -> None:
    """Asking for a key identifier first, or for anything else first, makes no difference."""
    for made in (pki.ca("A", "B", path_length=2), pki.leaf("A"), pki.ca("R")):
        assert made.der is not None
        late, at_once = decode_certificate(made.der), decode_certificate(made.der)
        identifiers = (late.ski, late.aki)
        assert at_once.extensions.present
        assert identifiers == (at_once.ski, at_once.aki)
        assert late.extensions == at_once.extensions
        assert late.extensions.pending is None


def test_extensions_not_asked_for_yet_can_be_pickled_and_copied(pki: Pki) -> None:
    made = pki.ca("A", "B", path_length=2)
    assert made.der is not None
    for copied in (pickle.loads(pickle.dumps(decode_certificate(made.der))), copy(decode_certificate(made.der))):
        assert copied.extensions == made.extensions
    with pytest.raises(AttributeError):
        _ = decode_certificate(made.der).extensions.no_such_field  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("oid", "value"),
    [
        ("2.5.29.30", "30020500"),  # NameConstraints
        ("2.5.29.30", "300ba009300782036578610500"),  # a subtree with more than base, minimum and maximum
        ("2.5.29.30", "300aa10830068204612e62630500"),  # trailing data
        ("2.5.29.30", "3014a1123010a40e300c310a300806035504030c2d71"),  # an excluded name that does not decode
        ("2.5.29.36", "30020500"),  # PolicyConstraints
        ("2.5.29.36", "3003800180"),  # a negative number
        ("2.5.29.36", "30038001050500"),
        ("2.5.29.37", "300a06082b060105050703010500"),  # ExtendedKeyUsage
        ("2.5.29.54", "0201030500"),  # InhibitAnyPolicy
        ("2.5.29.54", "0201bc"),
    ],
)
def test_a_constraint_that_is_not_understood_as_a_whole_does_not_decode(oid: str, value: str, pki: Pki) -> None:
    """asn1crypto passes over what it does not know, and a constraint that is not understood is not no constraint."""
    made = pki.with_extension("I", "R", oid, bytes.fromhex(value), critical=True)
    assert made.extensions.unparsed == (oid,)
    assert made.extensions.name_constraints is None


def _tlv(tag: int, content: bytes) -> bytes:
    length = len(content).to_bytes(2, "big")
    return bytes([tag]) + (length[1:] if len(content) < 128 else b"\x82" + length) + content


_VALUES = st.one_of(
    st.binary(max_size=40),
    st.builds(_tlv, st.sampled_from([0x04, 0x30]), st.binary(max_size=140)),
    st.builds(lambda *parts: _tlv(0x30, b"".join(parts)), *[st.builds(_tlv, st.just(0x80), st.binary(max_size=9))] * 2),
    st.builds(lambda part: _tlv(0x30, part), st.builds(_tlv, st.sampled_from([0x80, 0x82]), st.binary(max_size=20))),
)


@given(_VALUES, _VALUES, st.booleans())
def test_unusual_key_identifiers_are_read_as_the_full_decoder_reads_them(ski: bytes, aki: bytes, twice: bool) -> None:
    values = [("2.5.29.14", ski), ("2.5.29.35", aki)] + [("2.5.29.14", b"\x04\x01a")] * twice
    made = _with_extensions(values)
    identifiers = (made.ski, made.aki)
    assert made.extensions.present
    again = made.extensions
    assert identifiers == (again.subject_key_identifier, again.authority_key_identifier or AuthorityKeyIdentifier())


def test_names_are_decoded_once_for_many_certificates(pki: Pki) -> None:
    names: dict[bytes, Name] = {}
    made = [pki.ca("A", "B"), pki.ca("B"), pki.ca("A", "R")]
    decoded = [decode_certificate(certificate.der, names) for certificate in made if certificate.der is not None]
    assert [(c.subject, c.issuer) for c in decoded] == [(c.subject, c.issuer) for c in made]
    assert decoded[0].issuer is decoded[1].subject
    assert len(names) == 3


def _with_extensions(values: list[tuple[str, bytes]]) -> Certificate:
    """A certificate with these extensions in this order, whatever their values; its signature is not renewed."""
    made = Pki("extensions").ca("A").der
    assert made is not None
    whole = element(made, 0)
    tbs, *signature = children(made, whole)
    kept = b"".join(made[part.start : part.end] for part in children(made, tbs)[:-1])
    listed = b"".join(
        _tlv(0x30, core.ObjectIdentifier(oid).dump() + core.OctetString(value).dump()) for oid, value in values
    )
    rest = b"".join(made[part.start : part.end] for part in signature)
    return decode_certificate(_tlv(0x30, _tlv(0x30, kept + _tlv(0xA3, _tlv(0x30, listed))) + rest))


def test_a_directory_name_in_constraints_whose_value_is_of_no_type_does_not_decode(pki: Pki) -> None:
    """[19] in place of a string: no verifier reads such a name, and what it excludes would never be found."""
    excluded = bytes.fromhex("3014a1123010a40e300c310a3008060355040393 0171".replace(" ", ""))
    made = pki.with_extension("I", "R", "2.5.29.30", excluded, critical=True)
    assert "2.5.29.30" in made.extensions.unparsed
    sound = pki.with_extension("J", "R", "2.5.29.30", excluded.replace(b"\x93\x01q", b"\x0c\x01q"), critical=True)
    assert not sound.extensions.unparsed
