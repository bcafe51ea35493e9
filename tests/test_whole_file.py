"""Files that are written as a whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from quizproof_renderers.reports.whole_file import whole_file


def test_what_is_complete_replaces_what_was_there(tmp_path: Path) -> None:
    """With the rights of the old file; a new one has the usual ones. A link stays a link."""
    file, link = tmp_path / "report.txt", tmp_path / "link.txt"
    with whole_file(file) as stream:
        stream.write("one é")
    usual = tmp_path / "usual.txt"
    usual.write_text("")
    assert (file.read_text(encoding="utf-8"), file.stat().st_mode) == ("one é", usual.stat().st_mode)
    file.chmod(0o640)
    link.symlink_to(file)
    with whole_file(link) as stream:
        stream.write("two")
    assert (file.read_text(), oct(file.stat().st_mode)[-3:], link.is_symlink()) == ("two", "640", True)
    assert names(tmp_path) == ["link.txt", "report.txt", "usual.txt"]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def interrupted(path: Path, error: type[BaseException]) -> None:
    with whole_file(path) as stream:
        stream.write("half")
        raise error


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, OSError])
def test_what_is_interrupted_leaves_what_was_there(tmp_path: Path, error: type[BaseException]) -> None:
    file = tmp_path / "report.txt"
    file.write_text("old")
    for path in (file, tmp_path / "new.txt"):
        with pytest.raises(error):
            interrupted(path, error)
    assert (names(tmp_path), file.read_text()) == (["report.txt"], "old")


def test_a_device_is_written_to_as_it_comes() -> None:
    with whole_file(Path("/dev/null")) as stream:
        stream.write("gone")
    assert Path("/dev/null").is_char_device()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), whole_file(tmp_path / "nowhere/report.txt"):
        pass
