"""What the package registries do not give is no answer about it: such tests are skipped, and say why."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from tools.root_sources import UnreachableError


@contextlib.contextmanager
def from_registries() -> Iterator[None]:
    """Skip the test where a registry gives nothing; a package that differs fails it."""
    try:
        yield
    except UnreachableError as error:
        pytest.skip(f"the registry does not give it: {error}")
