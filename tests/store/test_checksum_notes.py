"""The notes of checksums: each line is read once, and the latest line of a file counts."""

from pathlib import Path
from typing import IO, Any

import pytest

from iqabench.store.checksum_notes import ChecksumNotes


def line(name: str, digit: str) -> str:
    return f"{digit * 64}  {name}\n"


def test_a_thousand_files_are_looked_up_with_one_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "checksums.txt"
    path.write_text("".join(line(f"{n}.png", "a") for n in range(1000)))
    readings, real = [], Path.open

    def counted(self: Path, mode: str) -> IO[Any]:
        readings.append(self)
        return real(self, mode)

    monkeypatch.setattr(Path, "open", counted)
    notes = ChecksumNotes()
    assert {notes.of(f"{n}.png", path) for n in range(1000)} == {"a" * 64}
    assert notes.of("1000.png", path) is None
    assert len(readings) == 1


def test_lines_that_were_added_count_and_the_latest_of_a_file_wins(tmp_path: Path) -> None:
    path, notes = tmp_path / "checksums.txt", ChecksumNotes()
    path.write_text(line("one.png", "a") + line("two.png", "b")[:40])  # the second is being written
    assert (notes.of("one.png", path), notes.of("two.png", path)) == ("a" * 64, None)
    path.write_text(line("one.png", "a") + line("two.png", "b") + line("one.png", "c"))
    assert (notes.of("one.png", path), notes.of("two.png", path)) == ("c" * 64, "b" * 64)


def test_notes_that_were_begun_anew_forget_the_old_ones(tmp_path: Path) -> None:
    path, notes = tmp_path / "checksums.txt", ChecksumNotes()
    path.write_text(line("one.png", "a") + line("two.png", "b"))
    assert notes.of("two.png", path) == "b" * 64
    path.write_text(line("one.png", "c"))
    assert (notes.of("one.png", path), notes.of("two.png", path)) == ("c" * 64, None)
    path.unlink()
    with pytest.raises(FileNotFoundError):
        notes.of("one.png", path)
