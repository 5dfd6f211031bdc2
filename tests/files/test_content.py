"""A file is hashed before each use, and again only when it has changed."""

import os
from pathlib import Path

import pytest

from iqabench.files import content
from iqabench.files.content import forget_contents, has_content
from iqabench.files.disk import sha256_of

OLD = 1_600_000_000_000_000_000
"""A time in the past, in nanoseconds."""


class Hashes:
    """A digest that counts how often it is computed."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, path: Path) -> str:
        self.count += 1
        return sha256_of(path)


@pytest.fixture
def file(tmp_path: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file in a home, old enough to be remembered."""
    forget_contents()
    monkeypatch.setattr(content, "YOUNG_S", -1.0)
    path = own_home / "a.bin"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"one")
    return path


def notes(home: Path) -> list[Path]:
    return [path for path in (home / "checked").rglob("*") if path.is_file()]


def test_a_file_is_hashed_once_in_this_process_and_in_the_next(file: Path, own_home: Path) -> None:
    digest, known = Hashes(), sha256_of(file)
    assert has_content(file, known, digest)
    assert has_content(file, known, digest)
    forget_contents()  # as in another process
    assert has_content(file, known, digest)
    assert digest.count == 1
    assert len(notes(own_home)) == 1


def test_other_bytes_of_the_same_length_and_time_are_found_out(file: Path) -> None:
    known = sha256_of(file)
    os.utime(file, ns=(OLD, OLD))
    assert has_content(file, known)
    file.write_bytes(b"two")
    os.utime(file, ns=(OLD, OLD))
    assert not has_content(file, known)
    other = file.with_name("b.bin")
    other.write_bytes(b"six")
    other.replace(file)
    os.utime(file, ns=(OLD, OLD))
    assert not has_content(file, known)
    file.write_bytes(b"one")
    assert has_content(file, known)


def test_a_young_file_is_hashed_each_time(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "YOUNG_S", 3600.0)
    digest, known = Hashes(), sha256_of(file)
    assert all(has_content(file, known, digest) for _ in range(3))
    assert digest.count == 3


@pytest.mark.parametrize("note", [b"", b"[1, 2", b"5", b"[" * 9000, b"\xff\x00", b'{"a": 1}'])
def test_a_damaged_note_counts_as_none(file: Path, own_home: Path, note: bytes) -> None:
    digest, known = Hashes(), sha256_of(file)
    assert has_content(file, known, digest)
    notes(own_home)[0].write_bytes(note)
    forget_contents()
    assert has_content(file, known, digest)
    assert digest.count == 2


def test_a_home_that_takes_no_notes_costs_only_time(file: Path, own_home: Path) -> None:
    (own_home / "checked").write_text("a file where the folder of notes should be")
    digest, known = Hashes(), sha256_of(file)
    assert has_content(file, known, digest)
    assert has_content(file, known, digest)
    forget_contents()
    assert has_content(file, known, digest)
    assert digest.count == 2


def test_an_absent_file_has_no_content(file: Path) -> None:
    assert not has_content(file.with_name("gone"), "0" * 64)
