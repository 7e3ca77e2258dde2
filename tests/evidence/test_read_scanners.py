"""Reports of sslyze, testssl.sh, SSL Labs, nmap and Chromium; HAR is refused."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab.certificate import Certificate
from chainlab.errors import InputError, LimitError
from chainlab.evidence import Evidence, Place, ReadOptions, read_bytes
from tests.captures import block, chains, codes
from tests.pki import Pki

_PKI = Pki()
CHAIN = [_PKI.leaf("I"), _PKI.ca("I", "R")]
NAMES = ["www.example.test", "I"]
OTHER = [_PKI.leaf("J", "ec.example.test"), _PKI.ca("J", "R")]


def line(certificate: Certificate) -> str:
    return " ".join(block(certificate).split("\n")).strip()


def read(value: Any) -> Evidence:
    data = value if isinstance(value, bytes) else json.dumps(value, indent=1).encode()
    return Evidence.of(read_bytes(data, Place("report"), ReadOptions()))


SSLYZE = {
    "sslyze_version": "6.1.0",
    "server_scan_results": [
        {
            "server_location": {"hostname": "www.example.test", "port": 443, "ip_address": "192.0.2.1"},
            "network_configuration": {"tls_server_name_indication": "www.example.test"},
            "scan_result": {
                "certificate_info": {
                    "status": "COMPLETED",
                    "result": {
                        "certificate_deployments": [
                            {
                                "received_certificate_chain": [{"as_pem": block(c)} for c in chain],
                                "verified_certificate_chain": [{"as_pem": block(_PKI.ca("R"))}],
                            }
                            for chain in (CHAIN, OTHER)
                        ]
                    },
                }
            },
        },
        {
            "server_location": {"hostname": "down.test", "port": 8443},
            "scan_result": None,
            "connectivity_status": "ERROR",
        },
    ],
}


def test_sslyze_gives_every_deployment_and_says_what_was_not_reached() -> None:
    evidence = read(SSLYZE)
    assert chains(evidence) == [("server", NAMES), ("server", ["ec.example.test", "J"])]
    first = evidence.handshakes[0]
    assert (first.endpoint, first.host) == ("www.example.test:443", "www.example.test")
    assert first.place.position == "www.example.test:443, deployment 1"
    assert codes(evidence) == ["no-handshake"]
    assert "down.test:8443" in evidence.findings[0].message


def report_rows(postfix: str = "", chain: list[Certificate] = CHAIN, newer: bool = True) -> list[dict[str, str]]:
    where = {"ip": "www.example.test/192.0.2.1", "port": "443", "severity": "INFO"}
    rows = [("service", "HTTP"), (f"cert{postfix}", line(chain[0])), (f"cert_commonName{postfix}", "x")]
    rows.append((f"certs_countServer{postfix}", str(len(chain))))
    if newer:
        rows += [
            (f"intermediate_cert <#{number}>{postfix}", line(certificate))
            for number, certificate in enumerate(chain[1:], start=1)
        ]
    return [{"id": identity, **where, "finding": finding} for identity, finding in rows]


def as_csv(rows: list[dict[str, str]]) -> bytes:
    head = '"id","fqdn/ip","port","severity","finding","cve","cwe"\r\n'
    keys = ("id", "ip", "port", "severity", "finding")
    return (head + "".join(",".join(f'"{row[key]}"' for key in keys) + ',"",""\r\n' for row in rows)).encode()


PRETTY = {
    "clientProblem1": [{"id": "engine_problem", "severity": "WARN", "finding": "x"}],
    "scanResult": [
        {
            "targetHost": "www.example.test",
            "ip": "192.0.2.1",
            "port": "443",
            "serverDefaults": [{"id": r["id"], "severity": "INFO", "finding": r["finding"]} for r in report_rows()],
        }
    ],
}


@pytest.mark.parametrize(
    "report", [report_rows(), as_csv(report_rows()), PRETTY, as_csv(report_rows()).decode().encode("utf-16")],
    ids=["flat", "csv", "pretty", "csv-utf-16"],
)  # fmt: skip
def test_testssl_gives_the_chain_in_every_format(report) -> None:
    evidence = read(report)
    assert chains(evidence) == [("server", NAMES)]
    assert evidence.handshakes[0].endpoint == "www.example.test:443"
    assert evidence.handshakes[0].complete
    assert codes(evidence) == []


@pytest.mark.parametrize("mark", [" <hostCert#{}>", " <cert#{}>"])
def test_testssl_tells_several_server_certificates_apart(mark: str) -> None:
    rows = report_rows(mark.format(1)) + report_rows(mark.format(2), OTHER)
    assert chains(read(rows)) == [("server", NAMES), ("server", ["ec.example.test", "J"])]


def test_older_testssl_reports_have_the_leaf_only() -> None:
    evidence = read(report_rows(newer=False))
    assert (evidence.handshakes[0].complete, evidence.handshakes[0].notes) == (False, ("2 certificates were sent",))
    assert codes(evidence) == ["leaf-only"]
    assert codes(read(report_rows()[:-1] + report_rows(chain=[*CHAIN, CHAIN[1]])[-3:-2])) != []


def test_a_testssl_report_without_certificates_says_how_to_get_them() -> None:
    assert "-S" in read(as_csv(report_rows()[:1])).findings[0].message


SSLLABS = {
    "host": "www.example.test",
    "port": 443,
    "endpoints": [
        {
            "ipAddress": "192.0.2.1",
            "statusMessage": "Ready",
            "details": {
                "certChains": [
                    {"certIds": ["a", "b"], "trustPaths": [{"certIds": ["a", "b", "root"]}]},
                    {"certIds": ["c"], "noSni": True},
                ]
            },
        },
        {"ipAddress": "2001:db8::1", "statusMessage": "Unable to connect to the server"},
    ],
    "certs": [
        {"id": identity, "raw": block(certificate)}
        for identity, certificate in zip("abc", [*CHAIN, OTHER[0]], strict=True)
    ],
}


def test_ssl_labs_gives_the_chains_of_every_endpoint() -> None:
    for report in (SSLLABS, [SSLLABS]):
        evidence = read(report)
        assert chains(evidence) == [("server", NAMES), ("server", ["ec.example.test"])]
        assert [h.host for h in evidence.handshakes] == ["www.example.test", ""]
        assert codes(evidence) == ["no-handshake"]
        assert "[2001:db8::1]:443" in evidence.findings[0].message


def test_ssl_labs_version_2_is_read() -> None:
    details = {"chain": {"certs": [{"raw": block(certificate)} for certificate in CHAIN]}}
    old = {
        "host": "a.test",
        "port": 443,
        "endpoints": [{"ipAddress": "::1", "statusMessage": "Ready", "details": details}],
    }
    assert chains(read(old)) == [("server", NAMES)]


NMAP = f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE nmaprun>
<nmaprun scanner="nmap"><host><address addr="192.0.2.1" addrtype="ipv4"/><address addr="00:11" addrtype="mac"/>
<hostnames><hostname name="www.example.test" type="user"/><hostname name="ptr.test" type="PTR"/></hostnames>
<ports><port protocol="tcp" portid="443"><script id="ssl-cert" output="x"><table key="subject"/>
<elem key="pem">{block(CHAIN[0]).replace(chr(10), "&#xa;")}</elem></script></port>
<port portid="80"><script id="http-title"/></port><port portid="8443"><script id="ssl-cert" output=""/></port></ports>
</host></nmaprun>"""


def test_nmap_gives_the_leaf_only_and_says_so() -> None:
    evidence = read(NMAP.encode())
    (handshake,) = evidence.handshakes
    assert (handshake.endpoint, handshake.complete, len(handshake.chain)) == ("www.example.test:443", False, 1)
    assert sorted(codes(evidence)) == ["leaf-only", "no-handshake"]
    assert chains(read(NMAP.encode("utf-16"))) == chains(evidence)


def test_xml_with_declarations_is_refused() -> None:
    bomb = NMAP.replace("<!DOCTYPE nmaprun>", '<!DOCTYPE nmaprun [<!ENTITY a "b">]>')
    with pytest.raises(InputError, match="document type"):
        read(bomb.encode())
    with pytest.raises(InputError, match="malformed XML"):
        read(NMAP[:900].encode())
    assert "--script ssl-cert" in read(b"<nmaprun></nmaprun>").findings[0].message


TYPES = {"SSL_CERTIFICATES_RECEIVED": 1, "CERT_VERIFIER_JOB": 2, "TCP_CONNECT_ATTEMPT": 3, "SSL_CONNECT": 4}


def event(kind: int, parameters: dict[str, Any], socket: int = 7) -> dict[str, Any]:
    return {"params": parameters, "phase": 1, "source": {"id": socket, "type": 8}, "time": "1", "type": kind}


def netlog(*events: dict[str, Any]) -> str:
    head = json.dumps({"logEventTypes": TYPES, "logFormatVersion": 1})
    return f'{{"constants":{head},\n"events": [\n' + ",\n".join(map(json.dumps, events)) + '],\n"polledData": {}}\n'


PEMS = [block(certificate) for certificate in CHAIN]
EVENTS = [
    event(3, {"address": "192.0.2.1:443"}),
    event(1, {"certificates": PEMS}),
    event(2, {"certificates": PEMS, "host": "www.example.test"}, socket=9),
    event(2, {"verified_cert": {"certificates": [block(_PKI.ca("R"))]}}, socket=9),
    event(4, {"version": "TLS 1.3", "cipher_suite": 4865}),
    event(2, {"certificates": [block(OTHER[0])], "host": "quic.test"}, socket=11),
]


def test_netlogs_give_received_chains_with_host_and_address() -> None:
    evidence = read(netlog(*EVENTS).encode())
    assert [(h.endpoint, h.host, h.protocol, len(h.chain)) for h in evidence.handshakes] == [
        ("192.0.2.1:443", "www.example.test", "TLSv1.3", 2),
        ("", "quic.test", "", 1),
    ]
    assert codes(evidence) == []


def test_a_netlog_that_was_not_stopped_loses_its_last_line_only() -> None:
    text = netlog(*EVENTS)
    cut = text[: text.index('"polledData"') - 60]
    evidence = read(cut.encode())
    assert chains(evidence)[0] == ("server", NAMES)
    assert codes(evidence) == ["broken-part"]
    assert "5 events were read" in evidence.findings[0].message


def test_a_netlog_without_certificates_says_what_to_do() -> None:
    assert codes(read(netlog().encode())) == ["no-handshake"]
    with pytest.raises(InputError, match="table of event types"):
        read(b'{"constants": {"logEventTypes": 3}}')


def test_har_files_are_refused_with_a_way_out() -> None:
    har = {"log": {"version": "1.2", "creator": {"name": "Firefox"}, "entries": [{"_securityDetails": {}}]}}
    with pytest.raises(InputError, match="holds no certificates") as caught:
        read(har)
    assert "chrome://net-export" in caught.value.hint


@pytest.mark.parametrize("report", [SSLYZE, report_rows(), SSLLABS], ids=["sslyze", "testssl", "ssllabs"])
def test_json_that_is_cut_off_or_too_deep_is_an_input_error(report) -> None:
    text = json.dumps(report)
    with pytest.raises(InputError, match="malformed JSON in line 1"):
        read(text[:-40].encode())
    deep = text[:-1] + ("," if isinstance(report, list) else ', "x":') + "[" * 5000 + "]" * 5000 + text[-1]
    with pytest.raises(LimitError, match="nested deeper than 100"):
        read(deep.encode())


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["server_scan_results", "scan_result", "certificate_info", "result", "certificate_deployments", "params",
         "received_certificate_chain", "as_pem", "endpoints", "certs", "details", "certChains", "certIds", "events",
         "constants", "logEventTypes", "type", "source", "scanResult", "id", "finding", "severity", "certificates"]
    ), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@given(
    _JSON,
    st.sampled_from(['"server_scan_results"', '"finding" "severity"', '"endpoints" "certChains"', '"logEventTypes"']),
)
def test_json_of_any_shape_never_crashes(value: Any, words: str) -> None:
    try:
        read(json.dumps({"note": 1, "inner": value, **(value if isinstance(value, dict) else {})}).encode() + b" ")
        read(json.dumps([words, value]).encode())
    except InputError:
        pass


@given(st.integers(0, 8000), st.integers(0, 255), st.sampled_from(["sslyze", "csv", "nmap", "netlog"]))
def test_flipped_reports_never_crash(position: int, value: int, which: str) -> None:
    samples = {
        "sslyze": json.dumps(SSLYZE).encode(), "csv": as_csv(report_rows()), "nmap": NMAP.encode(),
        "netlog": netlog(*EVENTS).encode(),
    }  # fmt: skip
    data = bytearray(samples[which])
    data[position % len(data)] = value
    try:
        read(bytes(data))
    except InputError:
        pass
