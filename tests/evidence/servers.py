"""Real servers on loopback for the tests of live captures: started on a free port, stopped afterwards."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from chainlab.certificate import Certificate
from chainlab.lab import sectigo
from chainlab.lab.pki import KeyRing
from chainlab.lab.writers import pem

READY_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Identity:
    """A server certificate with its chain and key, as files."""

    chain: tuple[Certificate, ...]
    chain_file: Path
    key_file: Path

    @property
    def sent(self) -> list[str]:
        """Fingerprints in wire order."""
        return [certificate.sha256 for certificate in self.chain]


def identities(folder: Path, keys: Path) -> tuple[Identity, Identity]:
    """The laboratory's RSA and ECDSA server, each with issuer and cross-certificate."""
    ring = KeyRing(keys)
    made, known = sectigo.certificates(ring), sectigo.entities(ring)
    roles = (("www", "ov-r36", "r46-by-usertrust"), ("shop", "dv-e36", "e46-by-usertrust"))
    found = []
    for names in roles:
        chain = tuple(made[name] for name in names)
        files = folder / f"{names[0]}.pem", folder / f"{names[0]}.key"
        files[0].write_text(pem(chain))
        key = known[names[0]].key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        files[1].write_bytes(key)
        files[0].with_suffix(".issuers").write_text(pem(chain[1:]))
        found.append(Identity(chain, *files))
    return found[0], found[1]


def needs(program: str) -> str:
    """The program's path; the test is skipped where it is not installed."""
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin")
    if found is None:
        pytest.skip(f"{program} is not installed")
    return found


def free_port(address: str = "127.0.0.1") -> int:
    """A port that nobody listens on."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as sock:
        try:
            sock.bind((address, 0))
        except OSError:
            pytest.skip(f"this machine has no {address}")
        return int(sock.getsockname()[1])


@contextlib.contextmanager
def running(command: list[str], port: int, address: str = "127.0.0.1", **options: object) -> Iterator[int]:
    """The process, as soon as it listens; its port."""
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **options
    )  # type: ignore[call-overload]
    try:
        deadline = time.monotonic() + READY_SECONDS
        while True:
            assert process.poll() is None, process.stderr.read().decode()
            try:
                socket.create_connection((address, port), timeout=1).close()
                break
            except OSError:
                assert time.monotonic() < deadline, "the server does not listen"
                time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdin.close()
        process.stderr.close()


@contextlib.contextmanager
def openssl_server(first: Identity, second: Identity | None = None, *extra: str, address: str = "127.0.0.1"):
    """``openssl s_server`` with one or two identities."""
    port = free_port(address)
    accept = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    command = [needs("openssl"), "s_server", "-accept", accept, "-quiet"]
    for identity, before in ((first, ""), (second, "d")):
        if identity is not None:
            files = identity.chain_file, identity.key_file
            command += [f"-{before}cert", str(files[0]), f"-{before}key", str(files[1])]
            command += [f"-{before}cert_chain", str(files[0].with_suffix(".issuers"))]
    with running([*command, *extra], port, address):
        yield port


@contextlib.contextmanager
def gnutls_server(identities: list[Identity], *extra: str):
    """``gnutls-serv`` with any number of identities."""
    port = free_port()
    command = [needs("gnutls-serv"), "--port", str(port), "--http", "--quiet"]
    for identity in identities:
        command += ["--x509certfile", str(identity.chain_file), "--x509keyfile", str(identity.key_file)]
    with running([*command, *extra], port):
        yield port


_NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr error;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{ listen 127.0.0.1:{port} ssl default_server; server_name default; ssl_protocols TLSv1.2 TLSv1.3;
           ssl_certificate {default.chain_file}; ssl_certificate_key {default.key_file}; }}
  server {{ listen 127.0.0.1:{port} ssl; server_name both.test;
           ssl_certificate {rsa.chain_file}; ssl_certificate_key {rsa.key_file};
           ssl_certificate {ecdsa.chain_file}; ssl_certificate_key {ecdsa.key_file}; }}
}}
"""


@contextlib.contextmanager
def nginx_server(folder: Path, default: Identity, rsa: Identity, ecdsa: Identity):
    """nginx: ``default`` without SNI, both identities for ``both.test``."""
    port = free_port()
    file = folder / "nginx.conf"
    file.write_text(_NGINX.format(folder=folder, port=port, default=default, rsa=rsa, ecdsa=ecdsa))
    with running([needs("nginx"), "-c", str(file), "-p", str(folder)], port):
        yield port


@contextlib.contextmanager
def python_server(script: str, protocol: str, identity: Identity):
    """One of the scripts beside this file: ``SCRIPT PROTOCOL PORT CHAIN KEY``."""
    port = free_port()
    files = str(identity.chain_file), str(identity.key_file)
    command = [sys.executable, "-W", "ignore", str(Path(__file__).with_name(script)), protocol, str(port), *files]
    with running(command, port):
        yield port


_SLAPD = """
pidfile {folder}/slapd.pid
TLSCertificateFile {identity.chain_file}
TLSCertificateKeyFile {identity.key_file}
"""


@contextlib.contextmanager
def openldap_server(folder: Path, identity: Identity):
    """OpenLDAP without a database: StartTLS needs none."""
    port, file = free_port(), folder / "slapd.conf"
    file.write_text(_SLAPD.format(folder=folder, identity=identity))
    with running([needs("slapd"), "-f", str(file), "-h", f"ldap://127.0.0.1:{port}/", "-d", "0"], port):
        yield port


_DOVECOT = """
base_dir = {folder}/run
log_path = /dev/stderr
protocols = imap pop3
listen = 127.0.0.1
ssl = yes
ssl_cert = <{identity.chain_file}
ssl_key = <{identity.key_file}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service pop3-login {{
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = 0
  }}
}}
passdb {{
  driver = static
  args = nopassword=y
}}
userdb {{
  driver = static
  args = uid=65534 gid=65534 home=/nonexistent
}}
"""


@contextlib.contextmanager
def dovecot_server(folder: Path, identity: Identity):
    """Dovecot for IMAP and POP3; it starts as root only and changes to its own accounts."""
    program = needs("dovecot")
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("dovecot starts as root only")
    imap, pop3, file = free_port(), free_port(), folder / "dovecot.conf"
    file.write_text(_DOVECOT.format(folder=folder, identity=identity, imap=imap, pop3=pop3))
    with running([program, "-F", "-c", str(file)], imap):
        yield imap, pop3


@contextlib.contextmanager
def postgres_server(folder: Path, identity: Identity):
    """A PostgreSQL cluster made for the test; it refuses to run as root and is then given to ``nobody``."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not found:
        pytest.skip("postgresql is not installed")
    data, port = folder / "data", free_port()
    account = "nobody" if hasattr(os, "geteuid") and os.geteuid() == 0 else None
    if account:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, "nobody")
    command = [found[-1].with_name("initdb"), "-D", data, "-A", "trust", "-N", "--no-locale", "-U", "chainlab"]
    subprocess.run([str(part) for part in command], check=True, capture_output=True, cwd=folder, user=account)
    key = data / "server.key"
    shutil.copy(identity.key_file, key)
    key.chmod(0o600)
    if account:
        shutil.chown(key, "nobody")
    settings = {
        "ssl": "on", "ssl_cert_file": identity.chain_file, "ssl_key_file": key, "port": port,
        "listen_addresses": "127.0.0.1", "unix_socket_directories": "",
    }  # fmt: skip
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with running([str(found[-1]), "-D", str(data), *options], port, cwd=folder, user=account):
        yield port
