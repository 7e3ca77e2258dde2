"""From a store change to the wire: what Schannel sends and when a change is seen.

Everything but the root is sent [D: KB 954755]; the credential flag SCH_SEND_ROOT_CERT would add it, http.sys has no
switch for that [M]. An incomplete chain is sent as far as it was found [I]. The chain is built when the credential is
acquired [D: SCH_CREDENTIALS] and http.sys keeps credentials per binding [I], so a store change is not seen at once.
"""

from __future__ import annotations

from typing import Final

from chainlab.records import dataclass


@dataclass(frozen=True, slots=True)
class Activation:
    """One way to make the server look at its stores again, in the order to try, with what is known of it."""

    step: str
    command: str
    evidence: str


ACTIVATION_NOTE: Final = (
    "The server goes on serving the old chain until it looks at its stores again. Check with a fresh connection after "
    "each of these steps; no step is documented as sufficient:"
)


def settling_checks(leaf: str = "LEAF.cer", endpoint: str = "HOST:443", name: str = "HOST") -> tuple[str, str]:
    """What shows the chain that the server really builds and serves: as the LocalSystem user, and from outside.

    ``leaf`` is a file, ``name`` the server name to send (empty: none); both and ``endpoint`` are arguments as the shell
    takes them. psexec is Sysinternals'.
    """
    sent = f"-servername {name}" if name else "-noservername"
    return f"psexec -s certutil -user -verify {leaf}", f"openssl s_client -connect {endpoint} {sent} -showcerts"


ACTIVATIONS: Final = (
    Activation(
        "rebind the certificate",
        "netsh http delete sslcert, then netsh http add sslcert with the same values",
        "[F] enough on 2012 R2 (ACMESharp#119); elsewhere it did not always make a difference (Posh-ACME#383)",
    ),
    Activation(
        "restart IIS and wait a few minutes",
        "iisreset",
        "[F] confirmed on Windows Server 2016 (gist skusiak 83db2ba2)",
    ),
    Activation(
        "restart the server",
        "Restart-Computer",
        "[D] KB 2831004: restart the server if the issue still occurs; [F] needed in some cases (win-acme#1918)",
    ),
)
"""No step is documented as sufficient: check the served chain after each, with a new client.

A resumed TLS session sends no certificates at all; clients keep sessions for up to ten hours [D:
tls-registry-settings].
"""
