"""Numbers in sentences."""

from chainlab.wording import accepting, number_of


def test_one_is_singular_and_nothing_else_is() -> None:
    assert [number_of(number, "file") for number in (0, 1, 2)] == ["0 files", "1 file", "2 files"]
    assert [number_of(number, "entry", "entries") for number in (1, 2)] == ["1 entry", "2 entries"]


def test_who_accepts_is_told_of_one_client_and_of_many() -> None:
    assert accepting(1, 1) == "1 of 1 client accepts"
    assert accepting("3 to 4", 120) == "3 to 4 of 120 clients accept"
