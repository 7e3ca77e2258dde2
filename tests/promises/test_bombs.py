"""Small inputs that ask for much work end soon, in little memory, with an answer that says what was left out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import pytest

from tests.promises.bombs import BOMBS, MAX_MEGABYTES, MAX_SECONDS, Bomb

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="what a process took is read as Linux tells it"),
]

LOADED = 2.5
"""How much longer a loaded machine takes for the same work, in processor time: two threads share a core."""


def usual(bomb: Bomb) -> bool:
    """Those of every run: a graph with more paths than anybody can follow is then asked about by few commands only."""
    return not bomb.several or bomb.name.endswith((": diagnose", *USUAL))


USUAL: Final = (
    "mesh of 100: diagnose --served",
    "10 layers of 20: diagnose --served",
    "10000 certificates of one entity: diagnose --served",
    "mesh of 15, each until its date: timeline --served",
    "ring of 5000, each until its date: timeline",
)


@pytest.mark.parametrize(
    "bomb",
    [pytest.param(bomb, id=bomb.name, marks=() if usual(bomb) else pytest.mark.thorough) for bomb in BOMBS],
)
def test_a_bomb_ends_soon_with_a_clear_answer(bomb: Bomb, tmp_path: Path) -> None:
    ran = bomb.run(tmp_path)
    assert "Traceback" not in ran.text
    assert ran.status in bomb.statuses, ran.message
    assert bomb.says in ran.text, ran.message
    assert ran.seconds <= MAX_SECONDS * LOADED
    assert ran.megabytes <= MAX_MEGABYTES


def test_every_bomb_has_a_name_of_its_own() -> None:
    assert len({bomb.name for bomb in BOMBS}) == len(BOMBS)
