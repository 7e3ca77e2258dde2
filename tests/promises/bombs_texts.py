"""Text and small binary formats, as large as a file may be or as deep as can be written."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from tests import regf
from tests.promises import raw

MEBIBYTE: Final = 1024 * 1024
FULL: Final = 60 * MEBIBYTE
_BEGIN, _END = b"-----BEGIN CERTIFICATE-----\n", b"-----END CERTIFICATE-----\n"


def _filled(piece: bytes, before: bytes = b"", size: int = FULL) -> bytes:
    return before + piece * (size // len(piece))


def _sst(properties: int) -> bytes:
    """A store of one certificate with so many properties."""
    elements = struct.pack("<III", 11, 1, 4) + b"a\0\0\0"
    der = raw.ca("A", "A")
    end = struct.pack("<III", 32, 1, len(der)) + der
    return b"\0\0\0\0CERT" + elements * properties + end + bytes(12)


def _distinct_properties(count: int) -> bytes:
    der = raw.ca("A", "A")
    elements = b"".join(struct.pack("<III", 1000 + number, 1, 0) for number in range(count))
    return b"\0\0\0\0CERT" + elements + struct.pack("<III", 32, 1, len(der)) + der + bytes(12)


def _certificates(count: int) -> bytes:
    return raw.pem(raw.ca("A", "A")) * count


def _distinct_certificates(count: int) -> bytes:
    return raw.pem(*(raw.ca("A", "A", serial=number + 1) for number in range(count)))


_LAUGHS: Final = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 30))


def _laughing(root: str) -> bytes:
    """Billion laughs before a document of this root."""
    return f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{_LAUGHS}]>{root.replace("@", "&l29;")}'.encode()


def _cyclic_hive() -> bytes:
    """A key that lists itself as its subkey."""
    data = bytearray(regf.hive({"Microsoft": {"SystemCertificates": {"Root": {"Certificates": {}}}}}, "SOFTWARE"))
    root = struct.unpack_from("<I", data, 36)[0]
    position = data.index(b"lf", 4096)
    while position >= 0:
        count = struct.unpack_from("<H", data, position + 2)[0]
        for number in range(count):
            struct.pack_into("<I", data, position + 4 + 8 * number, root)
        position = data.find(b"lf", position + 1)
    return bytes(data)


def _wide_hive(count: int) -> bytes:
    """Lists of subkeys that all lead to the same few keys: what looks like ever more keys."""
    data = regf.hive({f"K{n}": {f"L{m}": {} for m in range(count)} for n in range(count)}, "SOFTWARE", leaf=b"li")
    changed = bytearray(data)
    root = struct.unpack_from("<I", changed, 36)[0]
    for position in range(4096, len(changed) - 4, 4):
        if changed[position : position + 2] == b"li":
            for number in range(struct.unpack_from("<H", changed, position + 2)[0]):
                struct.pack_into("<I", changed, position + 4 + 4 * number, root)
    return bytes(changed)


_REG: Final = "Windows Registry Editor Version 5.00\r\n\r\n"
_REG_KEY: Final = (
    "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\SystemCertificates\\CA\\Certificates\\" + "A" * 40 + "]\r\n"
)


def _reg_line(size: int) -> bytes:
    return (_REG + _REG_KEY + '"Blob"=hex:' + "00," * (size // 3) + "00\r\n").encode()


def _reg_keys(count: int) -> bytes:
    keys = "".join(f"{_REG_KEY[:-43]}{number:040X}]\r\n" for number in range(count))
    return (_REG + keys).encode()


_NMAP: Final = "<?xml version='1.0'?><nmaprun scanner='nmap'><host><ports><port>"
_CLIXML: Final = '<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">'

_JSON: Final = b'{"server_scan_results": '

_MADE: Final[tuple[tuple[str, str, Callable[[], bytes], str], ...]] = (
    ("60 MB of zeros", "bin", lambda: _filled(bytes(MEBIBYTE)), "beginning with zeros"),
    ("60 MB of 0xff", "bin", lambda: _filled(b"\xff" * MEBIBYTE), "not recognised"),
    ("60 MB of A", "txt", lambda: _filled(b"A" * MEBIBYTE), ""),
    ("60 MB of A in lines", "txt", lambda: _filled(b"A" * 64 + b"\n"), ""),
    ("60 MB of blanks", "txt", lambda: _filled(b" " * MEBIBYTE), "not recognised"),
    ("60 MB of line ends", "txt", lambda: _filled(b"\n" * MEBIBYTE), "not recognised"),
    ("60 MB of quotes", "txt", lambda: _filled(b'"' * MEBIBYTE), "not recognised"),
    ("60 MB of commas", "csv", lambda: _filled(b"," * MEBIBYTE), "not recognised"),
    ("60 MB of words", "txt", lambda: _filled(b"Merci bien ", b"Mais "), "not recognised"),
    ("60 MB of '<'", "xml", lambda: _filled(b"<" * MEBIBYTE), ""),
    ("60 MB of '{'", "json", lambda: _filled(b"{" * MEBIBYTE), ""),
    ("60 MB of '['", "json", lambda: _filled(b"[" * MEBIBYTE), ""),
    ("UTF-16 without end", "txt", lambda: b"\xff\xfe" + "no end ".encode("utf-16-le") * (4 * MEBIBYTE) + b"x", ""),
    ("UTF-16 of surrogates", "txt", lambda: _filled(b"\x00\xd8", b"\xff\xfe"), ""),
    ("60 MB of '30 80'", "der", lambda: _filled(b"\x30\x80"), ""),
    ("10^6 broken PEM blocks", "pem", lambda: (_BEGIN + _END) * 1_000_000, ""),
    ("10^6 PEM BEGIN lines", "pem", lambda: _BEGIN * 1_000_000, ""),
    ("10^6 PEM blocks of other kinds", "pem", lambda: b"-----BEGIN X-----\n-----END X-----\n" * 1_000_000, ""),
    ("60 MB PEM block", "pem", lambda: _BEGIN + _filled(b"A" * 64 + b"\n") + _END, ""),
    ("10^5 copies of a certificate", "pem", lambda: _certificates(100_000), "more than 20000 certificates"),
    ("20000 copies of a certificate", "pem", lambda: _certificates(20_000), "PEM"),
    ("20000 certificates", "pem", lambda: _distinct_certificates(20_000), "PEM"),
    ("SST with 10^6 properties", "sst", lambda: _sst(1_000_000), ""),
    ("SST with 10^6 distinct properties", "sst", lambda: _distinct_properties(1_000_000), ""),
    ("SST with an element of 2^32-1 bytes", "sst", lambda: b"\0\0\0\0CERT" + struct.pack("<III", 32, 1, 2**32 - 1), ""),
    ("JSON 10^5 deep", "json", lambda: _JSON + b"[" * 100_000 + b"]" * 100_000, "nested deeper than"),
    ("JSON with a number of 10^7 digits", "json", lambda: _JSON + b"9" * 10_000_000 + b"}", "malformed JSON"),
    ("JSON with 10^7 digits after the point", "json", lambda: _JSON + b"[1." + b"9" * 10_000_000 + b"]}", ""),
    ("JSON with 10^6 objects", "json", lambda: _JSON + b"[" + b"{}," * 1_000_000 + b"{}]}", "more than 10000 parts"),
    (
        "sslyze report of 10^6 empty results",
        "json",
        lambda: (
            json.dumps({"server_scan_results": [], "sslyze_version": "5"})
            .replace("[]", "[" + "{}," * 999_999 + "{}]")
            .encode()
        ),
        "",
    ),
    ("JSON key 60 MB long", "json", lambda: _JSON + b'[], "' + b"k" * FULL + b'": 1}', ""),
    ("JSON escapes without end", "json", lambda: _JSON + b'["' + b"\\\\" * (FULL // 2), "malformed JSON"),
    ("billion laughs in CLIXML", "xml", lambda: _laughing(_CLIXML + "<S>@</S></Objs>"), ""),
    (
        "billion laughs in nmap's report",
        "xml",
        lambda: _laughing(_NMAP + "@</port></ports></host></nmaprun>"),
        "document type",
    ),
    (
        "billion laughs in applicationHost.config",
        "xml",
        lambda: _laughing("<configuration><system.applicationHost>@</system.applicationHost></configuration>"),
        "document type",
    ),
    ("XML 10^5 deep", "xml", lambda: _CLIXML.encode() + b"<Obj>" * 100_000 + b"</Obj>" * 100_000, "nested deeper than"),
    ("XML of 10^6 elements", "xml", lambda: _CLIXML.encode() + b"<S>x</S>" * 1_000_000 + b"</Objs>", ""),
    ("XML of 5*10^6 elements", "xml", lambda: _CLIXML.encode() + b"<S/>" * 5_000_000 + b"</Objs>", ""),
    (
        "XML element of 10^6 attributes",
        "xml",
        lambda: (_CLIXML + "<Obj " + "".join(f'a{n}="" ' for n in range(1_000_000)) + "/></Objs>").encode(),
        "",
    ),
    ("hive of keys in a circle", "hiv", _cyclic_hive, ""),
    ("hive of 200^200 keys", "hiv", lambda: _wide_hive(200), ""),
    ("registry export with one line of 60 MB", "reg", lambda: _reg_line(FULL), ""),
    ("registry export of 10^5 keys", "reg", lambda: _reg_keys(100_000), ""),
    (
        "registry export of continued lines",
        "reg",
        lambda: _REG.encode() + _REG_KEY.encode() + b'"Blob"=hex:00,\\\r\n' + b"  00,\\\r\n" * 5_000_000,
        "",
    ),
    ("JKS of 2^31-1 entries", "jks", lambda: struct.pack(">III", 0xFEEDFEED, 2, 2**31 - 1), ""),
    (
        "JKS alias of 2^16-1 bytes, 2^31-1 certificates",
        "jks",
        lambda: (
            struct.pack(">IIIIH", 0xFEEDFEED, 2, 1, 1, 65535)
            + b"a" * 65535
            + bytes(8)
            + struct.pack(">II", 0, 2**31 - 1)
        ),
        "",
    ),
    ("BKS with 2^31-1 iterations", "bks", lambda: struct.pack(">II20sI", 2, 20, bytes(20), 2**31 - 1) + b"\1", ""),
    ("UBER with 2^31-1 iterations", "ubr", lambda: struct.pack(">II20sI", 1, 20, bytes(20), 2**31 - 1) + bytes(64), ""),
    (
        "BKS chain of 2^31-1",
        "bks",
        lambda: struct.pack(">II20sI", 2, 20, bytes(20), 1) + b"\1\0\1a" + bytes(8) + struct.pack(">I", 2**31 - 1),
        "",
    ),
    (
        "certutil text of 10^6 certificates",
        "txt",
        lambda: b"".join(b"================ Certificate %d ================\n" % n for n in range(1_000_000)),
        "",
    ),
    (
        "certutil text of one 60 MB line",
        "txt",
        lambda: b"================ Certificate 0 ================\nSerial Number: " + b"00" * (FULL // 2),
        "",
    ),
    (
        "netsh text of 10^6 bindings",
        "txt",
        lambda: (
            b"SSL Certificate bindings:\n-------------------------\n\n"
            + b"    IP:port                      : 0.0.0.0:443\n" * 1_000_000
        ),
        "",
    ),
    ("CSV of 10^6 rows", "csv", lambda: b'"PSPath","Thumbprint","Subject"\n' + b'"a","b","c"\n' * 1_000_000, ""),
    (
        "transcript of 10^6 empty chains",
        "txt",
        lambda: b"CONNECTED(00000003)\n---\nCertificate chain\n---\n" * 1_000_000,
        "",
    ),
    (
        "transcript of 10^6 chain lines",
        "txt",
        lambda: b"CONNECTED(00000003)\n---\nCertificate chain\n" + b" 0 s:CN = a\n   i:CN = b\n" * 1_000_000,
        "",
    ),
    (
        "TLS key log of 10^6 lines",
        "log",
        lambda: (
            b"CLIENT_RANDOM "
            + b"00" * 32
            + b" "
            + b"00" * 48
            + b"\n"
            + b"".join(b"CLIENT_RANDOM %064x %096x\n" % (n, n) for n in range(300_000))
        ),
        "",
    ),
)


def _file(folder: Path, suffix: str, make: Callable[[], bytes]) -> Path:
    path = folder / f"input.{suffix}"
    path.write_bytes(make())
    return path


ALL: Final = tuple((name, partial(_file, suffix=suffix, make=make), says) for name, suffix, make, says in _MADE)
