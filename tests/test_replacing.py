"""Files that are written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from vostool.replacing import replacing


@pytest.mark.parametrize("lasting", [False, True])
def test_what_was_written_takes_the_place(tmp_path: Path, lasting: bool) -> None:
    target = tmp_path / "labels.json"
    target.write_text("old")
    with replacing(target, lasting=lasting) as beside:
        beside.write_text("new")
        assert target.read_text() == "old"
    assert target.read_text() == "new"
    assert list(tmp_path.iterdir()) == [target]


def test_where_writing_fails_all_is_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "labels.json"
    target.write_text("old")

    def half() -> None:
        with replacing(target) as beside:
            beside.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        half()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_where_the_place_cannot_be_taken_nothing_is_left_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "folder"
    (target / "full").mkdir(parents=True)
    with pytest.raises(IsADirectoryError), replacing(target) as beside:
        beside.write_text("new")
    assert list(tmp_path.iterdir()) == [target]
