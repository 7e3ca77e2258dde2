"""The PKITS archive of the conformance tests is what its pinned package gives."""

from __future__ import annotations

import lzma
from pathlib import Path

import pytest

from tests.tools.registries import from_registries
from tools import build_pkits
from tools.root_sources import fetch


@pytest.mark.network
def test_the_committed_archive_is_what_the_pinned_package_gives(tmp_path: Path) -> None:
    with from_registries():
        archive = fetch(build_pkits.PACKAGE, tmp_path)
    built = build_pkits.build(archive.read_bytes())
    assert lzma.decompress(build_pkits.OUT.read_bytes()) == lzma.decompress(built)


def test_another_archive_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="expected SHA-256"):
        build_pkits.build(b"another archive")
