import json
from dataclasses import replace
from pathlib import Path

import pytest

from iqabench.errors import ChecksumError, FetchError
from iqabench.files.fetch import fetch

from .conftest import Server

CONTENT = b"weights" * 10_000


def test_a_file_without_checksum_is_pinned_with_a_note(
    server: Server, own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    full = server.put("a.zip", CONTENT)
    file = replace(full, sha256=None, bytes=None)
    assert fetch([file])[file].read_bytes() == CONTENT
    pins = json.loads((own_home / "pins.json").read_text())
    assert pins[file.url]["sha256"] == full.sha256
    assert pins[file.url]["bytes"] == len(CONTENT)
    said = capsys.readouterr().err
    assert "nobody published a checksum of shelf/a.zip" in said
    assert str(full.sha256) in said
    fetch([file])
    assert capsys.readouterr().err == ""
    assert len(server.requests) == 1


def test_a_later_download_that_differs_is_refused(server: Server) -> None:
    file = replace(server.put("a.zip", CONTENT), sha256=None, bytes=None)
    fetch([file])[file].unlink()
    server.page(file).content = CONTENT[::-1]
    with pytest.raises(ChecksumError, match=r"pinned on \d{4}-\d\d-\d\d.*pins\.json"):
        fetch([file])


def test_a_known_beginning_of_the_checksum_is_compared(server: Server, own_home: Path) -> None:
    full = server.put("a.pth", CONTENT)
    right = replace(full, sha256=None, bytes=None, sha256_prefix=(full.sha256 or "")[:8].upper())
    wrong = replace(right, sha256_prefix="00000000")
    with pytest.raises(ChecksumError, match="expected 00000000"):
        fetch([wrong])
    assert not (own_home / "pins.json").exists()
    assert fetch([right])[right].read_bytes() == CONTENT


def test_a_file_that_may_have_changed_is_resumed_only_if_it_has_not(
    server: Server, own_home: Path
) -> None:
    whole = server.put("a.zip", CONTENT, etag='"one"', cut_after=[1000] * 3, statuses=[])
    file = replace(whole, sha256=None, bytes=None)
    part = own_home / "partial" / f"{file.key}.part"
    server.page(file).statuses = []
    server.page(file).cut_after = [1000, 0, 0, 0]
    with pytest.raises(FetchError, match="broke off"):
        fetch([file])
    assert part.read_bytes() == CONTENT[:1000]
    server.page(file).content = CONTENT[::-1]
    server.page(file).etag = '"two"'
    assert fetch([file])[file].read_bytes() == CONTENT[::-1]


def test_a_file_without_any_version_is_never_resumed(server: Server, own_home: Path) -> None:
    file = replace(server.put("a.zip", CONTENT), sha256=None, bytes=None)
    part = own_home / "partial" / f"{file.key}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"x" * 1000)
    assert fetch([file])[file].read_bytes() == CONTENT
    assert server.spans() == [""]


def test_damaged_pins_are_named(server: Server, own_home: Path) -> None:
    file = replace(server.put("a.zip", CONTENT), sha256=None)
    own_home.mkdir()
    (own_home / "pins.json").write_text("[1, 2")
    with pytest.raises(FetchError, match=r"pins\.json cannot be read"):
        fetch([file])
