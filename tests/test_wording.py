"""Numbers in sentences."""

from chainlab.wording import counted


def test_one_is_singular_and_nothing_else_is() -> None:
    assert [counted(number, "file") for number in (0, 1, 2)] == ["0 files", "1 file", "2 files"]
    assert [counted(number, "entry", "entries") for number in (1, 2)] == ["1 entry", "2 entries"]
