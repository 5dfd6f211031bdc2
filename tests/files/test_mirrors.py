"""Mirrors: folders and servers that are asked before the url of a file."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from files.partial import CONTENT, leftovers
from iqabench.errors import FetchError
from iqabench.files import RemoteFile
from iqabench.files.cache import blob
from iqabench.files.fetch import fetch

from .conftest import Server


def test_a_mirror_folder_serves_without_the_network(
    server: Server, tmp_path: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = server.put("a.bin", CONTENT)
    there = blob(tmp_path / "mirror", file.sha256 or "")
    there.parent.mkdir(parents=True)
    there.write_bytes(CONTENT)
    monkeypatch.setenv("IQABENCH_MIRROR", f"/no/such/folder:{tmp_path / 'mirror'}")
    monkeypatch.setenv("IQABENCH_OFFLINE", "1")
    assert fetch([file])[file] == blob(own_home, file.sha256 or "")
    assert server.requests == []
    assert leftovers(own_home) == []


def test_a_damaged_mirror_is_passed_over(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = server.put("a.bin", CONTENT)
    there = blob(tmp_path / "mirror", file.sha256 or "")
    there.parent.mkdir(parents=True)
    there.write_bytes(b"x" + CONTENT[1:])
    monkeypatch.setenv("IQABENCH_MIRROR", str(tmp_path / "mirror"))
    assert fetch([file])[file].read_bytes() == CONTENT
    assert there.read_bytes() != CONTENT


def test_a_mirror_url_is_asked_first_and_the_url_after_it(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, elsewhere = server.put("a.bin", CONTENT), server.put("b.bin", b"b")
    below = f"m/sha256/{(file.sha256 or '')[:2]}/{file.sha256}"
    server.put(below, CONTENT)
    monkeypatch.setenv("IQABENCH_MIRROR", f"{server.url}/m")
    fetch([file])
    assert [request.path for request in server.requests] == [f"/{below}"]
    assert fetch([elsewhere])[elsewhere].read_bytes() == b"b"
    assert server.requests[-1].path == "/b.bin"


def test_a_mirrors_password_is_not_repeated(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = RemoteFile("a", None, "2" * 64, 5, page="https://example.org/a")
    secret = server.url.replace("http://", "http://me:word@")
    monkeypatch.setenv("IQABENCH_MIRROR", secret)
    with pytest.raises(FetchError, match=r"by hand from https://example\.org/a") as caught:
        fetch([file])
    assert "word" not in str(caught.value)


def test_one_cache_is_the_mirror_of_another(
    server: Server, own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown = replace(server.put("a.bin", CONTENT), sha256=None, bytes=None)
    known = server.put("b.bin", b"b")
    fetch([unknown, known])
    monkeypatch.setenv("IQABENCH_HOME", str(tmp_path / "second"))
    monkeypatch.setenv("IQABENCH_MIRROR", str(own_home))
    monkeypatch.setenv("IQABENCH_OFFLINE", "1")
    got = fetch([unknown, known])
    assert got[unknown].read_bytes() == CONTENT
    assert hashlib.sha256(got[known].read_bytes()).hexdigest() == known.sha256
