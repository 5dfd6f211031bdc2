"""Records name the decoder of lossy files, and reports tell where two records have different ones."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from iqabench.cli.main import cli
from iqabench.images import decoder
from iqabench.store import Store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a JPEG input and a PNG target, and a sample without a JPEG."""
    pixels = np.random.default_rng(0).integers(0, 256, (24, 24, 3), dtype=np.uint8)
    for role, ending in (("input", "jpg"), ("target", "png")):
        (tmp_path / role).mkdir()
        assert cv2.imwrite(str(tmp_path / role / f"a.{ending}"), pixels)
        assert cv2.imwrite(str(tmp_path / role / "b.png"), pixels)
    return tmp_path


def call(*words: object) -> str:
    return CliRunner().invoke(cli, [str(word) for word in words], catch_exceptions=False).output


def decoders(store: Path) -> dict[str, str]:
    with Store(store).connect() as connection:
        return dict(connection.sql("SELECT sample, decoder FROM records").fetchall())


def test_the_decoder_is_part_of_a_record(folder: Path) -> None:
    call(
        "run",
        "--model",
        "identity",
        "--set",
        f"{folder}@dehaze",
        "--column",
        "psnr",
        "--store",
        folder / "s",
    )
    found = decoders(folder / "s")
    assert found["b"] == ""
    assert found["a"].startswith("simplejpeg ")
    assert "libjpeg-turbo" in found["a"]
    call(
        "score",
        folder / "input",
        "--target",
        folder / "target",
        "--column",
        "psnr",
        "--store",
        folder / "t",
    )
    assert decoders(folder / "t") == found


def test_two_decoders_of_one_image_are_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("--set", f"{folder}@dehaze", "--column", "psnr", "--store", folder / "s")
    call("run", "--model", "identity", *words)
    told = (
        f"were read by {decoder.jpeg_decoder()} and simplejpeg 9.9 in different records of 1 image"
    )
    monkeypatch.setattr(decoder, "jpeg_decoder", lambda: "simplejpeg 9.9")
    said = call("compare", "identity", "cmd:cp {input} {output}", *words, "--probe", "none")
    assert told in said
    assert told in call("report", "--store", folder / "s")


def test_other_lossy_formats_are_those_of_pillow(tmp_path: Path) -> None:
    for name, content, expected in (
        ("a", b"RIFF\0\0\0\0WEBPVP8 ", "Pillow "),
        ("b", b"\0\0\0\x20ftypavif", "Pillow "),
        ("c", b"\x89PNG\r\n\x1a\n", ""),
    ):
        (tmp_path / name).write_bytes(content)
        assert decoder.decoder_of(tmp_path / name).startswith(expected)
    assert decoder.decoder_of(tmp_path / "c") == decoder.decoder_of(tmp_path / "absent") == ""
