"""Weights that a person hands over: one file by its path, and pages that came in its place."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from iqabench.cli.main import cli


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IQABENCH_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("IQABENCH_MIRROR", raising=False)


def fetched(path: Path) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["fetch", "mimo_unet", "--from", str(path)])
    return result.exit_code, result.output


def test_weights_are_handed_over_by_the_path_of_their_file(tmp_path: Path) -> None:
    file = tmp_path / "MIMO-UNet.pkl"
    file.write_bytes(b"\x80\x02tensors")
    assert "mimo_unet: 1 file adopted, 0 were here, 0 still missing" in fetched(file)[1]
    assert "mimo_unet: 0 files adopted, 1 was here" in fetched(file)[1]


@pytest.mark.parametrize(
    ("content", "said"), [(b"<!DOCTYPE html><html>", "is a web page"), (b"", "is empty")]
)
def test_a_page_in_the_place_of_weights_is_not_pinned(
    content: bytes, said: str, tmp_path: Path
) -> None:
    file = tmp_path / "MIMO-UNet.pkl"
    file.write_bytes(content)
    status, output = fetched(file)
    assert status != 0
    assert f"1 has the right name but cannot be read: {file}, which {said}" in output
    file.write_bytes(b"\x80\x02tensors")
    assert "1 file adopted" in fetched(file)[1]
