"""Valid files of every kind that commands read; each maker prints the names of the files to damage."""

import io
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
from PIL import Image

from iqabench.errors import IqabenchError
from iqabench.sets.archive import content_folder
from iqabench.store import Record, Store
from trials.inputs import folder_of_images, picture
from trials.trial import TRACE

_LEADERBOARDS = Path(__file__).parents[3] / "leaderboards"

IMAGE_ENDINGS = [
    "png", "16.png", "palette.png", "jpg", "webp", "bmp", "ppm", "pgm", "tif", "lzw.tif", "float.tif", "gif",
    "jp2", "avif",
]  # fmt: skip


def printed(top: Path, files: Iterable[Path]) -> Sequence[Path]:
    """Print the names of the files that may be damaged, and return them."""
    names = [file.relative_to(top) for file in files]
    print("\n".join(str(name) for name in names))
    return names


class Payload:
    """An object whose unpickling leaves a trace."""

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        """Return the call that leaves the trace."""
        return open, (TRACE, "w")


def image(ending: str, top: Path) -> Sequence[Path]:
    """Make the outputs a to e, of which b is of this format."""
    folder_of_images(top, offset=50)
    (top / "b.png").unlink()
    pixels, file = picture(51), top / f"b.{ending.rpartition('.')[2]}"
    if ending == "16.png":
        Image.fromarray(np.asarray(pixels.convert("L")).astype(np.uint16) * 257).save(file)
    elif ending == "float.tif":
        Image.fromarray(np.asarray(pixels.convert("L")).astype(np.float32) / 255).save(file)
    elif ending == "palette.png":
        pixels.convert("P").save(file)
    elif ending == "lzw.tif":
        pixels.save(file, compression="tiff_lzw")
    elif ending == "pgm":
        pixels.convert("L").save(file)
    else:
        pixels.save(file)
    return printed(top, [file])


def arrays(top: Path) -> Sequence[Path]:
    """Make outputs of which two are NumPy files; one holds a pickle that must not be loaded."""
    folder_of_images(top, offset=50)
    for name in "bcd":
        (top / f"{name}.png").unlink()
    pixels = np.asarray(picture(51))
    np.save(top / "b.npy", pixels)
    np.savez(top / "c.npz", pixels)
    np.save(top / "d.npy", np.array([Payload()], dtype=object), allow_pickle=True)
    return printed(top, [top / "b.npy", top / "c.npz", top / "d.npy"])


def board(top: Path) -> Sequence[Path]:
    """Make a folder of boards: a copy of a challenge with its published rows."""
    source = _LEADERBOARDS / "ntire2022-esr.yaml"
    (top / "mine.yaml").write_text(source.read_text())
    (top / "published").mkdir()
    shutil.copy2(_LEADERBOARDS / "published" / "ntire2022_esr.csv", top / "published")
    return printed(top, [top / "mine.yaml", top / "published" / "ntire2022_esr.csv"])


def protocols(top: Path) -> Sequence[Path]:
    """Make a file of protocols."""
    (top / "mine.yaml").write_text(
        "- name: my-luma\n  version: 1\n  summary: BT.601 luma, shaved by four.\n  source: mine\n"
        "  channels: luma-studio\n  shave_pixels: 4\n"
        "- name: my-rgb\n  version: 2\n  summary: RGB.\n  source: mine\n  channels: rgb\n"
    )
    return printed(top, [top / "mine.yaml"])


def _store(top: Path) -> None:
    base = Record(
        key="k", sample="a", column="psnr@sr-y", status="ok", value=30.0, error="", unit="dB",
        better="higher", metric="psnr", metric_version=1, protocol="sr-y", protocol_hash="p",
        task="sr", set="mine",
        set_hash="s", scale=4, level="x4", model="bicubic", model_hash="w", model_facts="{}",
        random_weights=False, precision="fp32", tile=0, tile_note="", device_class="cpu", device="cpu",
        restore_ms=1.5, run="r", versions="{}", time="2026-01-01T00:00:00.000Z",
    )  # fmt: skip
    for run in ("one", "two"):
        with Store(top).writer(run) as writer:
            records = [
                replace(base, key=run, sample=s, value=30.0 + n) for n, s in enumerate("abcde")
            ]
            writer.add(records)


def journal(top: Path) -> Sequence[Path]:
    """Make a store with the journal of a run that died."""
    _store(top)
    file = next((top / "records").glob("one.*"))
    with duckdb.connect() as connection:
        table = connection.execute(f"SELECT * FROM '{file}'")
        names = [column[0] for column in table.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in table.fetchall()]
    place = top / "records" / "dead.jsonl"
    place.write_text("".join(json.dumps({**row, "key": "dead"}) + "\n" for row in rows))
    return printed(top, [place])


def parquet(top: Path) -> Sequence[Path]:
    """Make a store with a checked file, and one without checksum as older versions wrote it."""
    _store(top)
    file = next((top / "records").glob("two.*"))
    file.rename(file.with_name("two.parquet"))
    return printed(top, sorted((top / "records").glob("*.parquet")))


def store_version(top: Path) -> Sequence[Path]:
    """Make a store."""
    _store(top)
    return printed(top, [top / "store.json"])


def saved_outputs(top: Path) -> Sequence[Path]:
    """Make outputs that a run saved, with their origin."""
    run = [sys.executable, "-c", "from iqabench.cli.main import main; main()", "run"]
    rest = [
        "--model",
        "bicubic",
        "--set",
        "demo",
        "--limit",
        "1",
        "--save-outputs",
        str(top),
        "--store",
    ]
    with_store = [*run, *rest, str(top.with_name("store-of-saved"))]
    subprocess.run(with_store, check=True, capture_output=True)
    return printed(top, top.rglob("run.json"))


def pairs(top: Path) -> Sequence[Path]:
    """Make outputs with other names than their targets, and the file that maps them."""
    folder_of_images(top, offset=50)
    lines = ["output,target"]
    for name in "abcde":
        (top / f"{name}.png").rename(top / f"out-{name}.png")
        lines.append(f"out-{name}.png,{name}.png")
    (top / "pairs.csv").write_text("\n".join(lines) + "\n")
    return printed(top, [top / "pairs.csv"])


def archive(top: Path) -> Sequence[Path]:
    """Make an archive of images, one that escapes its folder, one with a link, and a bomb."""
    with zipfile.ZipFile(top / "plain.zip", "w", zipfile.ZIP_DEFLATED) as file:
        for name in "ab":
            buffer = io.BytesIO()
            picture(ord(name)).save(buffer, "png")
            file.writestr(f"set/{name}.png", buffer.getvalue())
    with zipfile.ZipFile(top / "slip.zip", "w") as file:
        file.writestr("a.png", b"")
        for depth in range(1, 6):
            file.writestr(f"{'../' * depth}ESCAPED{depth}", b"x")
    with zipfile.ZipFile(top / "link.zip", "w") as file:
        link = zipfile.ZipInfo("up")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        file.writestr(link, "../../..")
        file.writestr("up/ESCAPED", b"x")
    with zipfile.ZipFile(top / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("zeros.bin", bytes(200 * 2**20))
    return printed(top, sorted(top.glob("*.zip")))


def unpack(file: Path) -> None:
    """Unpack an archive as the sets do; an error of the user's is printed."""
    try:
        content_folder(file, "the archive")
    except IqabenchError as error:
        print(error)
