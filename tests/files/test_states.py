from dataclasses import replace
from pathlib import Path

import pytest

from iqabench.errors import ChecksumError
from iqabench.files.fetch import fetch
from iqabench.files.named import find_named
from iqabench.files.states import states

from .conftest import Server


def test_each_file_is_ok_missing_damaged_or_unpinned(server: Server) -> None:
    whole, absent, damaged = (server.put(f"{n}.bin", n.encode() * 99) for n in "abc")
    unpinned = replace(server.put("d.bin", b"d"), sha256=None)
    fetch([whole, damaged])[damaged].write_bytes(b"x" * 99)
    found = states([whole, absent, damaged, unpinned])
    assert [each.state for each in found] == ["ok", "missing", "damaged", "unpinned"]
    assert found[0].path
    assert found[0].path.is_file()
    assert found[3].path is None


def test_a_mirror_serves_files_by_name(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = server.put("backbones/net.safetensors", b"weights")
    assert find_named("backbones/net.safetensors", file.sha256 or "") is None
    monkeypatch.setenv("IQABENCH_MIRROR", f"{tmp_path / 'none'},{server.url}")
    path = find_named("backbones/net.safetensors", file.sha256 or "")
    assert path
    assert path.read_bytes() == b"weights"
    assert find_named("backbones/other.safetensors", "3" * 64) is None
    with pytest.raises(ChecksumError):
        find_named("backbones/net.safetensors", "4" * 64)


def test_a_mirror_folder_serves_files_by_name(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = server.put("net.safetensors", b"weights")
    (tmp_path / "backbones").mkdir()
    (tmp_path / "backbones" / "net.safetensors").write_bytes(b"weights")
    monkeypatch.setenv("IQABENCH_MIRROR", str(tmp_path))
    monkeypatch.setenv("IQABENCH_OFFLINE", "1")
    assert find_named("backbones/net.safetensors", file.sha256 or "")
    assert server.requests == []
