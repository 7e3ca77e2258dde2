"""Shared fixtures: where things lie, and the knowledge that is slow to load."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from chainlab.catalog import Catalog
from chainlab.catalog.twins import load_twins
from chainlab.clients import Snapshots
from tests.pki import Pki

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("CHAINLAB_SHARED", ROOT.parent / "shared"))

settings.register_profile("ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ci")


@pytest.fixture(autouse=True, scope="session")
def no_settings_of_the_developer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What the developer has imported into a catalogue of their own, and the width of their terminal, stay out."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHAINLAB_CATALOG", str(tmp_path_factory.mktemp("catalog")))
        patch.delenv("COLUMNS", raising=False)
        yield


@pytest.fixture(scope="session")
def fixtures() -> Path:
    """The committed fixtures."""
    return ROOT / "fixtures"


@pytest.fixture(scope="session")
def shared() -> Callable[[str], Path]:
    """Real certificates and samples beside the checkout; the test is skipped where they are absent."""

    def path(name: str) -> Path:
        found = SHARED / name
        if not found.exists():
            pytest.skip(f"no {name} beside this checkout")
        return found

    return path


@pytest.fixture
def pki() -> Pki:
    """A fresh test PKI."""
    return Pki()


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The catalogue that ships."""
    return Catalog.load()


@pytest.fixture(scope="session")
def lab_catalog(fixtures: Path) -> Catalog:
    """The catalogue with the laboratory's twins."""
    return Catalog.load(load_twins(fixtures / "lab.json"))


@pytest.fixture(scope="session")
def snapshots(catalog: Catalog) -> Snapshots:
    """The trust-store snapshots that ship."""
    return Snapshots(catalog)


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--update-golden`` rewrites golden files instead of comparing with them."""
    parser.addoption("--update-golden", action="store_true", help="rewrite golden files")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What downloads, and what takes minutes, runs only where it is asked for."""
    left_out = {
        "network": ("network" in str(config.getoption("markexpr")), "downloads: run with -m network"),
        "thorough": (os.environ.get("CHAINLAB_THOROUGH") == "1", "one of many alike: make thorough"),
    }
    for item in items:
        for marker, (wanted, reason) in left_out.items():
            if not wanted and item.get_closest_marker(marker) is not None:
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare text with a file of tests/golden, or rewrite it with ``--update-golden``."""

    def compare(name: str, text: str) -> None:
        file = ROOT / "tests" / "golden" / name
        if request.config.getoption("--update-golden"):
            file.write_text(text, encoding="utf-8", newline="\n")
        assert text == file.read_text(encoding="utf-8"), f"{name} differs; --update-golden after review"

    return compare
