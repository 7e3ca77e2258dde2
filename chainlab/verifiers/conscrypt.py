"""Conscrypt's trust manager as an application brings it (Play services' security provider, Java servers).

Models: Android's current trust manager (``android.py``). Sources: Conscrypt of 2026 measured on JDK 17, 2026-11-20.
Not modelled: Certificate Transparency.
"""

from dataclasses import replace

from chainlab.verifiers import android
from chainlab.verifiers.family import Family

VERSIONS = ("",)


def family(version: str = "") -> Family:
    """Conscrypt's current behaviour."""
    return replace(android.family("17"), id="conscrypt" + (f"-{version}" if version else ""), title="Conscrypt")
