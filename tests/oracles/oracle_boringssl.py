"""BoringSSL of Android 13, as Debian packages it, through a small C program."""

from __future__ import annotations

import sysconfig

from tests.oracles.oracle import Oracle, library_version, native

_WHERE = f"/usr/lib/{sysconfig.get_config_var('MULTIARCH')}/android"
_OPTIONS = ("-I/usr/include/android", f"-L{_WHERE}", f"-Wl,-rpath,{_WHERE}", "-lcrypto")


def _version() -> str:
    return library_version("android-libboringssl-dev")


_INSTALL = "apt-get install android-libboringssl android-libboringssl-dev"
ORACLES = (
    Oracle("boringssl-android13", "boringssl", native("boringssl.c", *_OPTIONS), _version, _INSTALL, fast=True),
    Oracle("boringssl-android13-partial", "boringssl-partial", native("boringssl.c", *_OPTIONS, mode="partial"),
           _version, _INSTALL, fast=True),
)  # fmt: skip
