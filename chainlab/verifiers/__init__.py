"""Verifier families: how each kind of client builds and judges paths.

One file a family, found by its name: ``openssl-1.0.2`` is ``openssl.py``, ``java-sunx509`` is ``java_sunx509.py``.
Each offers ``VERSIONS`` (documented examples) and ``family(version)``; a version picks the nearest earlier behaviour
known.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from functools import lru_cache

from chainlab.errors import UsageError
from chainlab.verifiers.builder import build
from chainlab.verifiers.family import Basis, Engine, Family, Handshake

_INFRASTRUCTURE = frozenset({"agreement", "builder", "family", "rules"})


@lru_cache(maxsize=1)
def _modules() -> tuple[str, ...]:
    found = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(name for name in found if name not in _INFRASTRUCTURE))


def family_modules() -> list[str]:
    """Names of all family modules, sorted."""
    return list(_modules())


def known_families() -> list[str]:
    """Every documented family id."""
    return [
        f"{name.replace('_', '-')}-{version}" if version else name.replace("_", "-")
        for name in family_modules()
        for version in importlib.import_module(f"{__name__}.{name}").VERSIONS
    ]


@lru_cache(maxsize=256)
def family_for(identity: str) -> Family:
    """The family of an id such as ``openssl-1.0.2``; ``UsageError`` naming the known ones if there is none."""
    known, stem, version = _modules(), identity, ""
    if not re.fullmatch(r"[a-z0-9.-]{1,64}", identity):
        raise UsageError(f"unknown verifier family {identity!r}")
    while stem:
        module = stem.replace("-", "_").replace(".", "_")
        if module in known:
            family: Family = importlib.import_module(f"{__name__}.{module}").family(version)
            return family
        stem, _, tail = stem.rpartition("-")
        version = f"{tail}-{version}" if version else tail
    raise UsageError(f"unknown verifier family '{identity}'; known: {', '.join(known_families())}")


_first: dict[Family, str] = {}


@lru_cache(maxsize=256)
def representative(identity: str) -> str:
    """One id for all families of equal behaviour: the first of them that was asked for."""
    return _first.setdefault(family_for(identity).behaviour, identity)


__all__ = [
    "Basis", "Engine", "Family", "Handshake", "build", "family_for", "family_modules", "known_families",
    "representative",
]  # fmt: skip
