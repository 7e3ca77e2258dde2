"""TLS handshake messages as facts: server hellos and certificate messages of SSL 3.0 to TLS 1.3.

RFC 6101, 5246, 8446; RFC 8879 (compressed certificates). The client's hello: ``client_hello``. All functions raise
``ValueError`` when a message is not shaped as it should be.
"""

from __future__ import annotations

import zlib
from typing import Final

from chainlab.evidence.client_hello import extensions_of
from chainlab.evidence.fields import Fields
from chainlab.evidence.wire import MAX_CHAIN
from chainlab.records import dataclass

CLIENT_HELLO, SERVER_HELLO, CERTIFICATE, SERVER_KEY_EXCHANGE, SERVER_HELLO_DONE = 1, 2, 11, 12, 14
FINISHED, COMPRESSED_CERTIFICATE = 20, 25

TLS13: Final = 0x0304
MAX_MESSAGE: Final = 1024 * 1024
"""Bytes of one handshake message, also after decompression."""

_PRE_SHARED_KEY, _SUPPORTED_VERSIONS = 41, 43
_RETRY_RANDOM: Final = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
_DRAFTS: Final = 0x7F
_VERSIONS: Final = {0x0300: "SSLv3", 0x0301: "TLSv1.0", 0x0302: "TLSv1.1", 0x0303: "TLSv1.2", 0x0304: "TLSv1.3"}


@dataclass(frozen=True, slots=True)
class ServerHello:
    """What a server chose. ``retry``: a HelloRetryRequest. ``psk``: TLS 1.3 with a pre-shared key (resumption)."""

    version: int
    session: bytes
    cipher: int
    psk: bool = False
    retry: bool = False

    @property
    def is_tls13(self) -> bool:
        """TLS 1.3 or one of its drafts: what follows is encrypted."""
        return self.version >= TLS13


def version_name(version: int) -> str:
    """``TLSv1.2``; drafts of TLS 1.3 with their number."""
    if version >> 8 == _DRAFTS:
        return f"TLSv1.3 (draft {version & 0xFF})"
    return _VERSIONS.get(version, f"0x{version:04x}")


def parse_server_hello(body: bytes) -> ServerHello:
    """RFC 8446, 4.1.3; drafts of TLS 1.3 before the 22nd have neither session nor compression."""
    fields = Fields(body)
    version, random = fields.number(2), fields.take(32)
    old_draft = version >> 8 == _DRAFTS
    session = b"" if old_draft else fields.vector(1)
    cipher = fields.number(2)
    if not old_draft:
        fields.take(1)
    extensions = extensions_of(fields)
    chosen = extensions.get(_SUPPORTED_VERSIONS)
    if chosen is not None and len(chosen) == 2:
        version = int.from_bytes(chosen, "big")
    return ServerHello(version, session, cipher, _PRE_SHARED_KEY in extensions, random == _RETRY_RANDOM)


def parse_certificates(body: bytes, tls13: bool) -> tuple[bytes, ...]:
    """The certificates of a message in wire order (RFC 5246, 7.4.2; RFC 8446, 4.4.2)."""
    fields = Fields(body)
    if tls13:
        fields.vector(1)  # certificate_request_context
    entries, found = Fields(fields.vector(3)), []
    while entries.left:
        found.append(entries.vector(3))
        if tls13:
            entries.vector(2)
        if len(found) > MAX_CHAIN:
            raise ValueError(f"more than {MAX_CHAIN} certificates in one message")
    return tuple(found)


def decompress_certificate(body: bytes) -> bytes:
    """The certificate message inside a compressed one (RFC 8879, 4); ``ValueError`` says what is missing or wrong."""
    fields = Fields(body)
    algorithm, size = fields.number(2), fields.number(3)
    packed = fields.vector(3)
    if size > MAX_MESSAGE:
        raise ValueError(f"the compressed certificates say {size} bytes, more than the cap of {MAX_MESSAGE}")
    unpack = {1: _zlib, 2: _brotli, 3: _zstd}.get(algorithm)
    if unpack is None:
        raise ValueError(f"the certificates are compressed by the unknown method {algorithm}")
    plain = unpack(packed, size)
    if len(plain) != size:
        raise ValueError(f"the compressed certificates give {len(plain)} bytes instead of {size}")
    return plain


def _zlib(packed: bytes, size: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed, size + 1)
    except zlib.error as error:
        raise ValueError(f"the compressed certificates are damaged ({error})") from None


def _brotli(packed: bytes, size: int) -> bytes:
    try:
        import brotli
    except ImportError:
        raise ValueError(_missing("brotli")) from None
    try:
        decoder, plain = brotli.Decompressor(), b""
        step = packed
        while len(plain) <= size and not decoder.is_finished():  # in steps: a bomb ends at the size announced
            made = decoder.process(step, output_buffer_limit=size + 1)
            if not made and decoder.can_accept_more_data():
                break
            plain, step = plain + made, b""
    except brotli.error as error:
        raise ValueError(f"the compressed certificates are damaged ({error})") from None
    return bytes(plain)


def _zstd(packed: bytes, size: int) -> bytes:
    try:
        import zstandard
    except ImportError:
        raise ValueError(_missing("zstd")) from None
    try:
        with zstandard.ZstdDecompressor(max_window_size=8 * MAX_MESSAGE).stream_reader(packed) as reader:
            return bytes(reader.read(size + 1))
    except zstandard.ZstdError as error:
        raise ValueError(f"the compressed certificates are damaged ({error})") from None


def _missing(name: str) -> str:
    return f"the certificates are compressed with {name}; pip install 'chainlab[captures]' to read them"
