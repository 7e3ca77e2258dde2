"""The commands that carry store, registry and binding changes out, in three dialects.

``Cert:`` paths and cmdlets [D: about_Certificate_Provider, PKI module]; certutil verbs and options [D: certutil];
``-repairstore`` takes properties from an INF file, property 9 as ``{text}`` with object identifiers [D: certutil]. The
registry values of root update: wincrypt.h and "Configure Trusted Roots and Disallowed Certificates" [D]. Bindings:
``netsh http`` [D]. None of these lines was run by chainlab.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from chainlab.certificate import Certificate
from chainlab.escaping import command_argument, powershell
from chainlab.records import dataclass
from chainlab.server import Binding, StoreName

IIS_APPLICATION: Final = "{4dc3e181-e14b-4a21-b022-59fc669b0914}"
"""The application id under which IIS registers its bindings [F: netsh http show sslcert of IIS servers]."""

AUTHROOT_POLICY: Final = "HKLM\\SOFTWARE\\Policies\\Microsoft\\SystemCertificates\\AuthRoot"
MACHINE_STORES: Final = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\SystemCertificates"
SYSTEM_STORES: Final = "HKEY_USERS\\S-1-5-18\\Software\\Microsoft\\SystemCertificates"

_CONSOLE_NAMES: Final = {
    "Root": "Trusted Root Certification Authorities",
    "CA": "Intermediate Certification Authorities",
    "My": "Personal",
    "Disallowed": "Untrusted Certificates",
}
FILES: Final = "certificates"
"""The directory of a plan's package that holds the certificates."""

_PHYSICAL_OPTIONS: Final = {".GroupPolicy": "-GroupPolicy ", ".Enterprise": "-Enterprise "}


@dataclass(frozen=True, slots=True)
class Commands:
    """How to carry a change out: PowerShell, certutil (and its kin), and by hand in the certificate console."""

    powershell: tuple[str, ...] = ()
    certutil: tuple[str, ...] = ()
    console: tuple[str, ...] = ()

    def __add__(self, other: Commands) -> Commands:
        """First these, then the others."""
        return Commands(
            self.powershell + other.powershell, self.certutil + other.certutil, self.console + other.console
        )


NO_COMMANDS: Final = Commands()


def console_name(store: StoreName) -> str:
    """The store's name in certlm.msc."""
    return _CONSOLE_NAMES.get(store.logical, store.logical)


def console(store: StoreName) -> str:
    """The way to a store in the console that shows it; the LocalSystem user's is shown by none."""
    tool = {"LocalMachine": "certlm.msc", "CurrentUser": "certmgr.msc"}.get(store.location, "psexec -s -i certmgr.msc")
    return f"{tool} > {console_name(store)}"


def file_name(certificate: Certificate) -> str:
    """The file name used for a certificate in commands: readable start, unique end, nothing to escape."""
    readable = "".join(character if character.isascii() and character.isalnum() else "-" for character in
                       certificate.subject.common)  # fmt: skip
    return f"{readable.strip('-')[:40].rstrip('-') or 'certificate'}-{certificate.sha256[:8]}.cer"


def package_path(certificate: Certificate) -> str:
    """The file of a certificate in a plan's package, as commands name it that are run in the package's directory."""
    return f"{FILES}\\{file_name(certificate)}"


def files_note(commands: Iterable[Commands]) -> str:
    """Where the files come from that commands name; empty where they name none."""
    lines = (line for some in commands for line in (*some.powershell, *some.certutil, *some.console))
    if not any(f"{FILES}\\" in line for line in lines):
        return ""
    return (
        f"The files in {FILES}\\ are the certificates by name and start of SHA-256; 'chainlab plan INPUT… -o DIR' "
        f"writes those of its plan into DIR\\{FILES}: run the commands in DIR."
    )


def system_name(store: StoreName) -> str:
    """The store's name for certutil and ``Cert:``: AuthRoot is a store of its own there."""
    return "AuthRoot" if store.physical == ".AuthRoot" else store.logical


def spelled(store: StoreName) -> str:
    """The store as ``StoreName.parse`` reads it back."""
    return f"{store.location}/{system_name(store)}"


def word(text: str) -> str:
    """Text that a phrase keeps together, in whichever quotes it does not contain; empty if it contains both."""
    quote = next((mark for mark in "\"'" if mark not in text), "")
    return f"{quote}{text}{quote}" if quote else ""


def certutil(store: StoreName, verb: str) -> str:
    """``certutil`` with the options that reach the store; the LocalSystem user's needs its own session."""
    user = "-user " if store.location != "LocalMachine" else ""
    session = "psexec -s " if store.location == "System" else ""
    return f"{session}certutil {user}{_PHYSICAL_OPTIONS.get(store.physical, '')}{verb}"


def import_commands(certificate: Certificate, store: StoreName) -> Commands:
    """Add a certificate, from the package's file of it, to a store.

    psexec starts programs in another directory [M], so it gets the whole path.
    """
    file = package_path(certificate)
    add = f"{certutil(store, '-f -addstore')} {command_argument(system_name(store))}"
    path = f"Cert:\\{store.location}\\{system_name(store)}"
    native, line = f"{add} {file}", f"{add} {file}"
    if store.location == "System":
        native, line = f'{add} "$PWD\\{file}"', f'{add} "%CD%\\{file}"'
    elif store.physical not in _PHYSICAL_OPTIONS:
        native = f"Import-Certificate -FilePath {powershell(file)} -CertStoreLocation {powershell(path)}"
    return Commands((native,), (line,), (f"{console(store)} > All Tasks > Import > {file}",))


def export_commands(certificate: Certificate, store: StoreName) -> Commands:
    """Write a certificate that only the server has into the package's file of it."""
    file, sha1 = package_path(certificate), certificate.sha1
    held = powershell(f"Cert:\\{store.location}\\{system_name(store)}\\{sha1}")
    return Commands(
        (
            f"New-Item -ItemType Directory -Path {FILES} -Force | Out-Null",
            f"Export-Certificate -Cert {held} -FilePath {powershell(file)}",
        ),
        (f"mkdir {FILES}", f"{certutil(store, '-store')} {command_argument(system_name(store))} {sha1} {file}"),
    )


def delete_commands(certificate: Certificate, store: StoreName, also: Iterable[StoreName] = ()) -> Commands:
    """Take a certificate out of a store; ``also``: further physical stores that certutil must name one by one."""
    sha1 = certificate.sha1
    lines = tuple(
        f"{certutil(place, '-delstore')} {command_argument(system_name(place))} {sha1}" for place in (*also, store)
    )
    path = f"Cert:\\{store.location}\\{system_name(store)}\\{sha1}"
    if store.location == "System":
        path = f"Registry::{SYSTEM_STORES}\\{store.logical}\\Certificates\\{sha1.upper()}"
    native = (f"Remove-Item -Path {powershell(path)}",) if store.physical not in _PHYSICAL_OPTIONS else lines
    return Commands(native, lines, (f"{console(store)} > the certificate with thumbprint {sha1} > Delete",))


def entry_key(certificate: Certificate, store: StoreName) -> str:
    """The registry key of an entry: certificate and properties [D: System Store Locations]."""
    base = SYSTEM_STORES if store.location == "System" else MACHINE_STORES
    return f"{base}\\{system_name(store)}\\Certificates\\{certificate.sha1.upper()}"


def keep_command(certificate: Certificate, store: StoreName) -> str:
    """Keeps an entry with its properties in a file; ``reg import`` of the file brings it back as it was."""
    file = f"{store.location}-{system_name(store)}-{certificate.sha1.upper()}.reg"
    return f"reg export {command_argument(entry_key(certificate, store))} {command_argument(file)} /y"


def purposes_commands(certificate: Certificate, store: StoreName, purposes: frozenset[str] | None) -> Commands:
    """Set the purposes (property 9) of a store's copy: ``None`` enables all, none disables all.

    Disabling and enabling all go by hand: no cmdlet does it, and an INF file with an empty list is untested [?].
    """
    sha1 = certificate.sha1
    at = f"{console(store)} > the certificate with thumbprint {sha1} > Properties >"
    if purposes is None:
        return Commands(console=(f"{at} Enable all purposes for this certificate",))
    if not purposes:
        return Commands(console=(f"{at} Disable all purposes for this certificate",))
    file = f"purposes-{certificate.sha256[:8]}.inf"
    inf = ["[Version]", 'Signature="$Windows NT$"', "[Properties]", '9 = "{text}"']
    inf += [f'_continue_ = "{oid},"' for oid in sorted(purposes)]
    repair = f"{certutil(store, '-f -repairstore')} {command_argument(system_name(store))} {sha1} {file}"
    written = f"Set-Content -Path {powershell(file)} -Encoding ascii -Value {', '.join(map(powershell, inf))}"
    echoed = f"({' & '.join('echo ' + line for line in inf)}) > {file}"
    only = f"{at} Enable only the following purposes: {', '.join(sorted(purposes))}"
    return Commands((written, repair), (echoed, repair), (only,))


def root_update_commands(on: bool) -> Commands:
    """Turn automatic root update on or off; off keeps the updates of the disallowed list [D header].

    The key is made only where there is none: ``New-Item -Force`` would empty one that policy has filled [F:
    PowerShell#5444].
    """
    values = {"DisableRootAutoUpdate": 0 if on else 1} | ({} if on else {"EnableDisallowedCertAutoUpdate": 1})
    key = powershell(AUTHROOT_POLICY.replace("HKLM\\", "HKLM:\\"))
    policy = "Computer Configuration > Administrative Templates > System > Internet Communication Management > "
    return Commands(
        (
            f"if (-not (Test-Path -Path {key})) {{ New-Item -Path {key} -Force | Out-Null }}",
            *(
                f"New-ItemProperty -Path {key} -Name {name} -PropertyType DWord -Value {value} -Force | Out-Null"
                for name, value in values.items()
            ),
        ),
        tuple(f"reg add {AUTHROOT_POLICY} /v {name} /t REG_DWORD /d {value} /f" for name, value in values.items()),
        (
            f"gpedit.msc > {policy}Internet Communication settings > Turn off Automatic Root Certificates Update > "
            f"{'Not configured' if on else 'Enabled'}",
        ),
    )


def unbind_commands(binding: Binding) -> Commands:
    """Take a binding's certificate away."""
    return _netsh("delete", [_endpoint(binding)])


def bind_commands(binding: Binding) -> Commands:
    """Give a binding its certificate: a new credential is made, and the chain is built anew.

    A binding of the Central Certificate Store names none: the files there decide.
    """
    certificate = [("certhash", binding.sha1), ("certstorename", binding.store)] if binding.kind != "ccs" else []
    values = [*certificate, ("appid", IIS_APPLICATION)]
    site = f"IIS Manager > {binding.owner or 'the site'} > Bindings > {binding.endpoint} > Edit > SSL certificate"
    return _netsh("add", [_endpoint(binding), *values]) + Commands(console=(site,))


def _endpoint(binding: Binding) -> tuple[str, str]:
    return {"sni": "hostnameport", "ccs": "ccs"}.get(binding.kind, "ipport"), binding.endpoint


def _netsh(verb: str, values: Iterable[tuple[str, str]]) -> Commands:
    """PowerShell takes braces for a script block, so each value is a literal there."""
    values = list(values)
    literals = " ".join(powershell(f"{name}={value}") for name, value in values)
    plain = " ".join(f"{name}={command_argument(value, also='{}')}" for name, value in values)
    return Commands((f"netsh http {verb} sslcert {literals}",), (f"netsh http {verb} sslcert {plain}",))
