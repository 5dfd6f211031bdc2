"""The part `runs`: records of models that restored sets, those of old stores among them."""

import os
from functools import partial
from pathlib import Path

from .case import Case
from .command import call
from .pictures import write_pictures
from .records import Entries, entries_of

_TARGET_PROTOCOLS = ("sr-rgb", "rgb", "y-rounded", "y-full", "bicubic-2014", "ntire2017-rgb")


def _run(*words: str) -> None:
    """Run models, of which none may lack its weights; a column that is undefined leaves a record."""
    said = call("run", *words, "--device", "cpu", "--store", "store")
    if "could not be fetched" in said.err:
        raise RuntimeError(said.err)


def _models(*names: str) -> list[str]:
    return [word for name in names for word in ("--model", name)]


def _demo(_: Path) -> Entries:
    """Bicubic, the embedded model and all its variants, on the embedded set."""
    rows = call("list", "models", "--variants", "--json").rows
    variants = [str(row["variant"]) for row in rows if row["parent"] == "pocket"]
    _run(*_models("bicubic", "pocket", *variants), "--set", "demo")
    return entries_of(Path("store"))


def _ways(_: Path) -> Entries:
    """Other scales, protocols, precisions and tiles, each of which has keys of its own."""
    two = ("--set", "demo", "--limit", "2")
    columns = [w for p in _TARGET_PROTOCOLS for w in ("--column", f"psnr@{p}")]
    _run(*_models("bicubic", "pocket"), *two, *columns)
    for scale in ("2", "3"):
        _run(*_models("bicubic", "lanczos", "nearest"), *two, "--scale", scale)
    _run(*_models("pocket"), *two, "--tile", "48")
    _run(*_models("pocket"), *two, "--precision", "bf16")
    crops = sorted(path.as_posix() for path in Path("store").rglob("crops/**/*.png"))
    return {**entries_of(Path("store")), "crops": {"files": crops}}


def _random(_: Path) -> Entries:
    """A model without its weights, with random ones instead, of which the records tell."""
    before = os.environ.pop("IQABENCH_MIRROR", None)
    try:
        _run(*_models("rlfn"), "--set", "demo", "--limit", "1", "--allow-random-weights")
    finally:
        if before is not None:
            os.environ["IQABENCH_MIRROR"] = before
    return entries_of(Path("store"))


def _on_set(_: Path, *, images: str, scale: str, models: tuple[str, ...]) -> Entries:
    _run(*_models(*models), "--set", images, "--scale", scale)
    return entries_of(Path("store"))


def _denoising(here: Path) -> Entries:
    """A denoiser on folders of pictures made here, grey and in colour; JPEG too."""
    write_pictures(here)
    _run(*_models("dncnn_25"), "--set", "grey@n25")
    _run(*_models("bicubic", "pocket"), "--set", "targets@x4")
    _run(*_models("bicubic"), "--set", "targets@x2")
    return entries_of(Path("store"))


_ALL = ("bicubic", "pocket", "imdn", "rlfn")

CASES = (
    Case("demo", _demo),
    Case("ways", _ways),
    Case("random-weights", _random),
    Case("denoising", _denoising, mirror=True),
    Case("set5-x2", partial(_on_set, images="set5", scale="2", models=("bicubic", "rlfn")),
         mirror=True, quick=False),
    Case("set5-x4", partial(_on_set, images="set5", scale="4", models=_ALL),
         mirror=True, quick=False),
    Case("set14-x4", partial(_on_set, images="set14", scale="4", models=_ALL),
         mirror=True, quick=False),
)  # fmt: skip
