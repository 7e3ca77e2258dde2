"""PowerShell's exports of certificate objects: Clixml, JSON, CSV."""

import json
from base64 import b64encode
from collections.abc import Callable
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab.certificate import Certificate
from chainlab.errors import InputError, LimitError
from chainlab.evidence import Evidence, KeyPresence, Place, ReadOptions, read_bytes, xml_text
from chainlab.evidence.powershell import raw_data
from chainlab.server import StoreName
from tests.pki import Pki

PARENT = "Microsoft.PowerShell.Security\\Certificate::LocalMachine\\Root"
LM_ROOT = StoreName("LocalMachine", "Root")


def read(text: str, encoding: str = "utf-8") -> Evidence:
    return Evidence.of(read_bytes(text.encode(encoding), Place("export"), ReadOptions()))


def der(certificate: Certificate) -> bytes:
    assert certificate.der is not None
    return certificate.der


def base64(certificate: Certificate) -> str:
    return b64encode(der(certificate)).decode()


def clixml(*objects: str) -> str:
    body = "".join(f'<Obj RefId="{number}">{inner}</Obj>' for number, inner in enumerate(objects))
    schema = "http://schemas.microsoft.com/powershell/2004/04"
    return f'<Objs Version="1.1.0.1" xmlns="{schema}">\n{body}</Objs>'


def plain(certificate: Certificate) -> str:
    """What Export-Clixml keeps of an X509Certificate2: RawData alone."""
    return (
        '<TN RefId="0"><T>System.Security.Cryptography.X509Certificates.X509Certificate2</T></TN>'
        f"<ToString>[Subject] x</ToString><Props><BA N=\"RawData\">{base64(certificate)}</BA></Props>"
    )  # fmt: skip


def selected(certificate: Certificate, raw: str) -> str:
    """After Select-Object the chosen properties are members."""
    return (
        f'<MS><S N="PSParentPath">{escape(PARENT)}</S><S N="Thumbprint">{certificate.sha1.upper()}</S>'
        f'<S N="FriendlyName">Line_x000A_two</S><B N="HasPrivateKey">true</B><B N="Archived">true</B>{raw}</MS>'
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig"])
def test_clixml_gives_the_certificates_in_order(pki: Pki, encoding: str) -> None:
    evidence = read(clixml(plain(pki.ca("A")), plain(pki.ca("B"))), encoding)
    assert [item.certificate for item in evidence.certificates] == [pki.ca("A"), pki.ca("B")]
    assert {item.store for item in evidence.certificates} == {None}
    assert {item.key for item in evidence.certificates} == {KeyPresence.UNKNOWN}


@pytest.mark.parametrize("form", ["BA", "S", "LST"])
def test_selected_members_give_store_name_and_key(pki: Pki, form: str) -> None:
    certificate = pki.ca("A")
    numbers = "".join(f"<By>{octet}</By>" for octet in der(certificate))
    raw = {
        "LST": f'<Obj N="RawData" RefId="9"><TN RefId="3"/><LST>{numbers}</LST></Obj>',
    }.get(form, f'<{form} N="RawData">{base64(certificate)}</{form}>')  # fmt: skip
    (item,) = read(clixml(selected(certificate, raw))).certificates
    assert (item.certificate, item.store, item.key) == (certificate, LM_ROOT, KeyPresence.PRESENT)
    assert item.properties.friendly_name == "Line\ntwo"
    assert item.properties.archived


def test_clixml_without_raw_data_is_an_inventory(pki: Pki) -> None:
    (record,) = read(clixml(selected(pki.ca("A"), ""))).records
    assert (record.sha1, record.store, record.key) == (pki.ca("A").sha1, LM_ROOT, KeyPresence.PRESENT)


def test_xml_that_declares_a_document_type_is_refused(pki: Pki) -> None:
    bomb = '<!DOCTYPE Objs [<!ENTITY a "aaaa">]>' + clixml(plain(pki.ca("A"))).replace("[Subject]", "&a;")
    with pytest.raises(InputError):
        read(bomb)
    with pytest.raises(InputError, match="declares a document type"):
        read(clixml(plain(pki.ca("A"))) + '<!DOCTYPE x [<!ENTITY a "aaaa">]>')


def test_deep_and_malformed_xml_is_an_input_error(pki: Pki) -> None:
    with pytest.raises(InputError, match="nested deeper than 100"):
        read(clixml("<Obj>" * 200 + "</Obj>" * 200))
    with pytest.raises(InputError, match="malformed XML"):
        read(clixml(plain(pki.ca("A")))[:-20])


def test_bytes_that_are_none_spoil_the_raw_data_and_leave_the_record(pki: Pki) -> None:
    for byte in ("300", "²", "-1", "x", ""):
        raw = f'<Obj N="RawData" RefId="9"><LST><By>48</By><By>{byte}</By></LST></Obj>'
        evidence = read(clixml(selected(pki.ca("A"), raw)))
        assert [found.sha1 for found in evidence.records] == [pki.ca("A").sha1]
        assert not evidence.certificates


def test_xml_is_refused_where_it_goes_over_a_cap_not_after(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_text, "MAX_ELEMENTS", 1_000)
    seen = 0
    pieces = xml_text._pieces

    def counting(text: str):
        nonlocal seen
        for piece in pieces(text):
            seen += len(piece)
            yield piece

    monkeypatch.setattr(xml_text, "_pieces", counting)
    with pytest.raises(LimitError, match="more than 1000 XML elements"):
        read(clixml("<a/>" * 1_000_000))
    assert seen <= 2 * 64 * 1024
    with pytest.raises(LimitError, match="nested deeper than 100"):
        read(clixml("<Obj>" * 1_000_000))
    assert seen <= 4 * 64 * 1024


def fields(certificate: Certificate, raw: object) -> dict[str, object]:
    return {
        "PSParentPath": PARENT, "Thumbprint": certificate.sha1.upper(), "FriendlyName": "One", "HasPrivateKey": False,
        "RawData": raw, "Subject": "CN=x", "NotAfter": "/Date(1893456000000)/",
        "IssuerName": {"Name": "CN=x", "RawData": [48, 0]}, "Extensions": [{"RawData": [5, 0]}],
    }  # fmt: skip


FORMS: dict[str, Callable[[bytes], object]] = {
    "numbers": list,
    "wrapped": lambda data: {"value": list(data), "Count": len(data)},
    "cut": lambda data: " ".join(map(str, data)),
    "base64": lambda data: b64encode(data).decode(),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig"])
def test_json_gives_the_certificates_in_every_form_of_raw_data(pki: Pki, form: str, encoding: str) -> None:
    rows = [fields(pki.ca(name), FORMS[form](der(pki.ca(name)))) for name in "AB"]
    for document in (rows, {"items": rows}):
        evidence = read(json.dumps(document, indent=2), encoding)
        assert [item.certificate for item in evidence.certificates] == [pki.ca("A"), pki.ca("B")]
        assert {(item.store, item.key) for item in evidence.certificates} == {(LM_ROOT, KeyPresence.ABSENT)}
    assert len(read(json.dumps(rows[0])).certificates) == 1


def test_json_without_raw_data_is_an_inventory_with_facts(pki: Pki) -> None:
    (record,) = read(json.dumps(fields(pki.ca("A"), "System.Byte[]"))).records
    assert record.sha1 == pki.ca("A").sha1
    assert dict(record.facts)["NotAfter"] == "/Date(1893456000000)/"


def test_a_thumbprint_of_another_certificate_is_reported(pki: Pki) -> None:
    row = fields(pki.ca("A"), list(der(pki.ca("B"))))
    assert [finding.code for finding in read(json.dumps(row)).findings] == ["thumbprint-mismatch"]


def test_broken_raw_data_costs_its_object(pki: Pki) -> None:
    rows = [{"RawData": "?"}, {"RawData": [48, 3, 1]}, fields(pki.ca("A"), list(der(pki.ca("A"))))]
    evidence = read(json.dumps(rows))
    assert len(evidence.certificates) == 1
    assert [finding.code for finding in evidence.findings] == ["broken-part", "broken-certificate"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[{"Thumbprint": "no"}]', "JSON without certificate objects"),
        ('[{"Thumbprint": "no"]', "malformed JSON"),
        ('{"Thumbprint": ' + "[" * 100_000, "nested deeper than"),
    ],
)
def test_unusable_json_is_an_input_error(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(text)


@pytest.mark.parametrize("value", [None, 5, [], [256], ["x"], {"value": None}, "System.Byte[]", "1 2 300", {"x": 1},
    [True, False], [48.0], [[48]], [-1], {"value": {"value": [1]}}, "٣ ٣", "² ²", True, "1 " * 5_000_000,
])  # fmt: skip
def test_raw_data_that_is_none_gives_no_bytes(value: object) -> None:
    assert raw_data(value) == b""


def csv(delimiter: str, *rows: tuple[str, ...]) -> str:
    return "".join(delimiter.join(f'"{cell}"' for cell in row) + "\r\n" for row in rows)


HEAD = ("PSParentPath", "Thumbprint", "FriendlyName", "HasPrivateKey", "RawData", "Subject")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("first", ["", "#TYPE System.Security.Cryptography.X509Certificates.X509Certificate2\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig"])
def test_csv_is_an_inventory(pki: Pki, delimiter: str, first: str, encoding: str) -> None:
    row = (PARENT, pki.ca("A").sha1.upper(), "One", "True", "System.Byte[]", "CN=A, O=Test")
    (record,) = read(first + csv(delimiter, HEAD, row), encoding).records
    assert (record.sha1, record.store, record.key) == (pki.ca("A").sha1, LM_ROOT, KeyPresence.PRESENT)
    assert dict(record.facts)["Subject"] == "CN=A, O=Test"


def test_csv_with_base64_gives_the_certificate(pki: Pki) -> None:
    rows = [(PARENT, pki.ca(name).sha1, "One", "False", base64(pki.ca(name)), "CN=x") for name in "AB"]
    assert [item.certificate for item in read(csv(",", HEAD, *rows)).certificates] == [pki.ca("A"), pki.ca("B")]


def test_csv_without_certificates_is_an_input_error() -> None:
    with pytest.raises(InputError, match="CSV without certificates"):
        read(csv(",", HEAD, ("a", "b", "c", "d", "e", "f")))


PLACEHOLDER = Pki().ca("A")
DOCUMENTS = [
    clixml(plain(PLACEHOLDER), selected(PLACEHOLDER, "")).encode(),
    json.dumps([fields(PLACEHOLDER, list(der(PLACEHOLDER)))]).encode(),
    csv(",", HEAD, (PARENT, PLACEHOLDER.sha1, "x", "True", base64(PLACEHOLDER), "CN=x")).encode(),
]


@given(st.sampled_from(DOCUMENTS), st.integers(0, 3000), st.binary(min_size=1, max_size=8))
def test_exports_with_any_damage_never_crash(whole: bytes, position: int, noise: bytes) -> None:
    position %= len(whole)
    for data in (whole[:position] + noise + whole[position + len(noise) :], whole[:position]):
        try:
            Evidence.of(read_bytes(data, Place("x"), ReadOptions()))
        except InputError:
            pass
