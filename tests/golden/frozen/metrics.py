"""The part `metrics`: values and record keys of every metric and every protocol, on pictures made here."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import iqabench

from .case import Case
from .command import call
from .pictures import TARGETS, noisy, picture, smooth, write_netpbm, write_pictures
from .records import Entries, entries_of

_MIRRORED = frozenset({
    "lpips", "lpips_v0", "niqe", "brisque", "ilniqe", "frechet_alexnet", "pool_frechet",
})  # fmt: skip
"""Metrics that run offline where a mirror holds their weights, and nowhere else."""

_WITH_INPUTS = ("lr", "lr-y", "model:bicubic", "model-y:bicubic", "model:pocket", "model-y:pocket")
_CONSENSUS = ("consensus", "consensus-y")


def _names(compares: str, *, mirrored: bool = False) -> list[str]:
    """The metrics of a kind, as `iqabench list metrics` has them."""
    rows = call("list", "metrics", "--json").rows
    found = [str(row["metric"]) for row in rows if row["compares"] == compares]
    return [name for name in found if (name in _MIRRORED) is mirrored]


def _columns(metrics: Iterable[str], protocol: str = "") -> list[str]:
    at = f"@{protocol}" if protocol else ""
    return [word for name in metrics for word in ("--column", f"{name}{at}")]


def _score(*words: str) -> None:
    call("score", *words, "--device", "cpu", "--store", "store")


_AS_SR = (("noisy", "--target", "targets", "--scale", "4"),)
_OTHERWISE = (
    ("smooth", "--target", "targets", "--scale", "4"),
    ("noisy", "--target", "targets"),
    ("smooth", "--target", "targets"),
    ("grey_noisy", "--target", "grey"),
)
"""As super-resolution, as RGB, and on grey files."""


def _full(here: Path, *, ways: Iterable[tuple[str, ...]], mirrored: bool = False) -> Entries:
    """Full-reference metrics."""
    write_pictures(here)
    columns = _columns(_names("output and target", mirrored=mirrored))
    for words in ways:
        _score(*words, *columns)
    return entries_of(Path("store"))


def _alone(here: Path, *, folders: Iterable[str], mirrored: bool = False) -> Entries:
    """No-reference metrics."""
    write_pictures(here)
    columns = _columns(_names("output alone", mirrored=mirrored))
    for outputs in folders:
        _score(outputs, *columns)
    return entries_of(Path("store"))


def _sets(_: Path) -> Entries:
    """Metrics over a whole set, of five small pictures."""
    for number in range(5):
        target = picture(10 + number, 72, 64)
        write_netpbm(Path("targets", f"{number}.ppm"), target)
        write_netpbm(Path("noisy", f"{number}.ppm"), noisy(target, number))
        write_netpbm(Path("smooth", f"{number}.ppm"), smooth(target))
        write_netpbm(Path("pool", f"{number}.ppm"), picture(20 + number, 72, 64))
    columns = _columns([*_names("two sets"), *_names("two sets", mirrored=True)])
    against_pool = _columns(["fid", "kid", "frechet_alexnet"], "unpaired:pool")
    for outputs in ("noisy", "smooth"):
        _score(outputs, "--target", "targets", *columns, *against_pool)
    return entries_of(Path("store"))


def _pools(here: Path, *, mirrored: bool) -> Entries:
    write_pictures(here)
    names = _names("output and pool", mirrored=mirrored)
    pools = ["pool"] if mirrored else ["pool", "demo"]  # demo is large, and known from pool_niqe
    for outputs in ("noisy", "smooth"):
        _score(outputs, *(word for pool in pools for word in _columns(names, f"unpaired:{pool}")))
    return entries_of(Path("store"))


def _protocols(here: Path) -> Entries:
    """Every protocol by its hash, and those that need no second model by psnr and ssim, too."""
    write_pictures(here)
    listed = call("list", "protocols", "--json").rows
    plain = [str(row["protocol"]) for row in listed]
    plain = [name for name in plain if name.partition("-y")[0] not in
             ("lr", "model", "consensus", "restored", "unpaired", "rgb-mask", "image")]  # fmt: skip
    with_inputs = ["--input", "inputs", "--scale", "4"]
    of_grey: dict[str, list[str]] = {
        "grey": [],
        "bicubic-2014": ["--scale", "1"],
    }  # the border of one depends on a scale
    coloured = [name for name in (*plain, *_WITH_INPUTS) if name not in of_grey]
    columns = [word for name in coloured for word in _columns(("psnr", "ssim"), name)]
    _score("noisy", "--target", "targets", *with_inputs, *columns)
    for name, scale in of_grey.items():
        _score("grey_noisy", "--target", "grey", *scale, *_columns(("psnr", "ssim"), name))
    hashes: Entries = {
        f"protocol {row['protocol']}": {"hash": row["hash"], "version": row["version"]}
        for row in listed
    }
    return {**entries_of(Path("store")), **hashes}


def _restored(_: Path) -> Entries:
    """The output against its own restored version, in colour and as luma."""
    for number, name in enumerate(TARGETS):
        write_netpbm(Path("noisy", f"{name}.ppm"), noisy(picture(number, 72, 64), number))
    names = [f"restored{luma}:dncnn_25" for luma in ("", "-y")]
    _score("noisy", *(word for name in names for word in _columns(("psnr", "ssim"), name)))
    return entries_of(Path("store"))


def _consensus(_: Path) -> Entries:
    """The median of three models, in a run, and of the outputs that the run kept, later."""
    models = [w for name in ("bicubic", "pocket", "pocket@pruned") for w in ("--model", name)]
    call("run", *models, "--set", "demo", "--limit", "2", "--device", "cpu", "--store", "store",
         "--save-outputs", "saved", *_columns(("psnr", "ssim"), "consensus"))  # fmt: skip
    later = [
        f"{m}@{p}" for m in ("psnr", "ssim") for p in (*_CONSENSUS[1:], "lr", "model-y:pocket")
    ]
    _score("saved", *_columns([*later, "sam", "psnr@sr-rgb"]))
    found = entries_of(Path("store"))
    return {name: entry for name, entry in found.items() if entry["status"] == "ok"}


def _python(_: Path) -> Entries:
    """The same numbers by `iqabench.score` and `iqabench.metric`, of arrays."""
    target = picture(0)
    outputs = [noisy(target, 0), smooth(target)]
    names = _names("output and target")
    cheap = [n for n in names if not n.startswith(("dists", "lpips", "pieapp"))]
    frame = iqabench.score(outputs, [target] * 2, cheap, scale=4, per_image=True, device="cpu")
    rows: list[dict[Any, Any]] = frame.to_dict("records")
    found: Entries = {
        f"score {row['column']} {row['sample']}": {"column": row["column"], "value": row["value"]}
        for row in rows
    }
    for name in ("psnr@sr-y", "ssim@sr-y", "ssim@rgb", "psnr@y-full", "entropy@rgb", "piqe@rgb"):
        value = iqabench.metric(name)(outputs[0], target, scale=4)
        found[f"metric {name}"] = {"column": name, "value": value}
    same = picture(3, 48, 48)
    found["metric psnr of equals"] = {"value": iqabench.metric("psnr")(same, same)}
    return found


_MORE = ("smooth", "grey_noisy")

CASES = (
    Case("full-reference", partial(_full, ways=_AS_SR)),
    Case("full-reference-more", partial(_full, ways=_OTHERWISE), quick=False),
    Case("full-reference-mirrored", partial(_full, ways=_AS_SR + _OTHERWISE, mirrored=True), mirror=True),
    Case("no-reference", partial(_alone, folders=("noisy", *_MORE))),
    Case("no-reference-mirrored", partial(_alone, folders=("noisy",), mirrored=True), mirror=True),
    Case("no-reference-mirrored-more", partial(_alone, folders=_MORE, mirrored=True),
         mirror=True, quick=False),
    Case("sets", _sets, mirror=True),
    Case("pools", partial(_pools, mirrored=False)),
    Case("pools-mirrored", partial(_pools, mirrored=True), mirror=True, quick=False),
    Case("protocols", _protocols),
    Case("restored", _restored, mirror=True),
    Case("consensus", _consensus),
    Case("python", _python),
)  # fmt: skip
