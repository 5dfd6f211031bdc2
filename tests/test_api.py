"""The Python interface takes what people hold and gives what the command line gives."""

import math
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest
import torch
from PIL import Image as PillowImage

import iqabench
from iqabench.cli.score import command
from iqabench.errors import ImageError, IqabenchError, UnknownNameError, UsageError
from iqabench.images import write_image
from iqabench.tasks import LARGEST_SCALE

RNG = np.random.default_rng(0)
TARGET = RNG.integers(0, 256, (40, 48, 3), dtype=np.uint8)
OUTPUT = np.clip(TARGET.astype(int) + 3, 0, 255).astype(np.uint8)


def torch_of(image: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(image.transpose(2, 0, 1).astype(np.float32) / 255)


def test_a_metric_takes_numpy_pil_and_torch() -> None:
    psnr = iqabench.metric("psnr@sr-y")
    expected = psnr(OUTPUT, TARGET, scale=4)
    assert psnr(PillowImage.fromarray(OUTPUT), torch_of(TARGET), scale=4) == expected
    assert psnr(torch_of(OUTPUT)[None], PillowImage.fromarray(TARGET), scale=4) == expected
    assert psnr(TARGET, TARGET, scale=np.int64(4)) == math.inf
    assert psnr(OUTPUT / 127.5 - 1, TARGET, scale=4, data_range=(-1, 1)) == expected
    assert psnr(OUTPUT.astype(np.float32), TARGET, Fraction(4), data_range=255) == expected


def test_a_bare_metric_compares_rgb() -> None:
    error = np.mean((OUTPUT.astype(float) - TARGET) ** 2)
    assert iqabench.metric("psnr")(OUTPUT, TARGET) == pytest.approx(10 * math.log10(255**2 / error))


@pytest.mark.parametrize(
    ("output", "message"),
    [
        (TARGET.astype(np.float64), "expected uint8"),
        (TARGET[:, :, :2], "expected \\(H, W\\)"),
        (torch_of(TARGET) * 255, "data_range=255"),
        (torch.full((3, 16, 16), -0.2), "expected 0 to 1"),
        (torch_of(TARGET) * math.nan, "NaN"),
        ("baby.png", "a str"),
        (TARGET[:20], "never resized"),
    ],
)
def test_other_things_are_refused(output: object, message: str) -> None:
    with pytest.raises(ImageError, match=message):
        iqabench.metric("psnr")(output, TARGET)


def test_two_images_that_would_be_clipped_to_one_are_refused() -> None:
    """Clipped to 0..1, both are black, and their PSNR is infinite."""
    grey = torch.full((3, 16, 16), -0.2)
    with pytest.raises(ImageError, match=r"data_range=\(-1, 1\)"):
        iqabench.metric("psnr")(grey, grey * 2.5)
    value = iqabench.metric("psnr")(grey, grey * 2.5, data_range=(-1, 1))
    assert value == pytest.approx(20 * math.log10(255 / (102 - 64)))


@pytest.mark.parametrize(
    "scale", [-4, 0, 17, 4.0, 2.5, True, "4", math.nan, [4], np.float32(4), np.bool_(True), 4j]
)
def test_a_scale_that_is_none_is_refused(scale: Any) -> None:
    calls: list[Callable[[], object]] = [
        lambda: iqabench.metric("psnr@sr-y")(OUTPUT, TARGET, scale=scale),
        lambda: iqabench.score(OUTPUT, TARGET, "psnr@sr-y", scale=scale),
        lambda: iqabench.score("o", "t", "psnr@sr-y", scale=scale),
        lambda: iqabench.evaluate("bicubic", "demo", scale=scale),
        lambda: iqabench.load_set("demo", scale),
        lambda: iqabench.load_model("bicubic", scale),
        lambda: iqabench.profile("bicubic", scale=scale),
    ]
    for call in calls:
        with pytest.raises(
            UsageError, match=r"the scale is .*; expected a whole number of 1 to 16"
        ):
            call()


def test_the_command_line_knows_the_same_scales() -> None:
    (option,) = [p for p in command.params if p.name == "scale"]
    assert isinstance(option.type, click.IntRange)
    assert (option.type.min, option.type.max) == (1, LARGEST_SCALE)


def test_a_border_as_wide_as_the_scale_needs_the_scale(in_tmp: Path) -> None:
    write_image(Path("o/a.png"), OUTPUT)
    write_image(Path("t/a.png"), TARGET)
    said = r"psnr@sr-y leaves out a border .* Name it with .*scale=4.*, or take psnr@y, the whole"
    for call in (
        lambda: iqabench.metric("psnr@sr-y")(OUTPUT, TARGET),
        lambda: iqabench.score(OUTPUT, TARGET, "psnr@sr-y"),
        lambda: iqabench.score("o", "t", "psnr@sr-y"),
    ):
        with pytest.raises(UsageError, match=said):
            call()
    whole = iqabench.metric("psnr@y")(OUTPUT, TARGET)
    bordered = np.pad(np.dstack([OUTPUT, TARGET]), ((4, 4), (4, 4), (0, 0)))
    shaved = iqabench.metric("psnr@sr-y")(bordered[..., :3], bordered[..., 3:], scale=4)
    assert whole == pytest.approx(shaved)
    assert iqabench.score("o", "t", "psnr@y")["value"][0] == whole


BAD_CALLS: dict[str, Callable[[], object]] = {
    "metric no text": lambda: iqabench.metric(5),  # type: ignore[arg-type]
    "metric empty": lambda: iqabench.metric(""),
    "metric of a set": lambda: iqabench.metric("fid"),
    "metric unknown": lambda: iqabench.metric("psnr@sr-z"),
    "no target": lambda: iqabench.metric("psnr")(OUTPUT),
    "pool": lambda: iqabench.metric("pool_niqe@unpaired:o")(OUTPUT),
    "input": lambda: iqabench.metric("psnr@lr")(OUTPUT, TARGET),
    "small": lambda: iqabench.metric("ssim")(OUTPUT[:5], TARGET[:5]),
    "channels": lambda: iqabench.metric("psnr@grey")(OUTPUT, TARGET),
    "score no targets": lambda: iqabench.score([OUTPUT], columns="psnr"),
    "score lists in lists": lambda: iqabench.metric("psnr")([OUTPUT], [TARGET]),
    "score nothing": lambda: iqabench.score([], []),
    "score no columns": lambda: iqabench.score(OUTPUT, TARGET, []),
    "score a column of no text": lambda: iqabench.score(OUTPUT, TARGET, [None]),  # type: ignore[list-item]
    "score no name": lambda: iqabench.score(OUTPUT, TARGET, 5),  # type: ignore[arg-type]
    "score nowhere": lambda: iqabench.score("nowhere", "t"),
    "score a folder and images": lambda: iqabench.score(".", TARGET),
    "score images and a folder": lambda: iqabench.score(OUTPUT, "t"),
    "score names": lambda: iqabench.score(["a.png"], ["b.png"]),
    "score a dictionary": lambda: iqabench.score({"a": OUTPUT}, {"a": TARGET}),
    "score on a device": lambda: iqabench.score(OUTPUT, TARGET, device="gpu"),
    "score on no text": lambda: iqabench.score(OUTPUT, TARGET, device=0),  # type: ignore[arg-type]
    "score a folder with a range": lambda: iqabench.score(".", ".", data_range=255),
    "score an empty path": lambda: iqabench.score("", "t"),
    "score into no folder": lambda: iqabench.score(".", ".", "niqe", store=None),  # type: ignore[arg-type]
    "evaluate nothing": lambda: iqabench.evaluate([], "demo"),
    "evaluate no text": lambda: iqabench.evaluate(None, "demo"),  # type: ignore[arg-type]
    "evaluate no set": lambda: iqabench.evaluate("bicubic", [3]),  # type: ignore[list-item]
    "evaluate at no tile": lambda: iqabench.evaluate("bicubic", "demo", tile=-1),
    "evaluate at half a tile": lambda: iqabench.evaluate("bicubic", "demo", tile=2.5),
    "evaluate none": lambda: iqabench.evaluate("bicubic", "demo", limit=0),
    "evaluate in fp8": lambda: iqabench.evaluate("bicubic", "demo", precision="fp8"),
    "evaluate unknown": lambda: iqabench.evaluate("bicubic", "demo", devise="cpu"),
    "evaluate with a setting": lambda: iqabench.evaluate("bicubic", "demo", settings="a=1"),
    "agree no text": lambda: iqabench.agree(None),  # type: ignore[arg-type]
    "agree unknown": lambda: iqabench.agree("tid"),
    "agree nowhere": lambda: iqabench.agree("tid2013", "nowhere"),
    "agree never": lambda: iqabench.agree("tid2013", ".", resamples=-1),
    "agree seed": lambda: iqabench.agree("tid2013", ".", seed=0.5),  # type: ignore[arg-type]
    "agree fit": lambda: iqabench.agree("tid2013", ".", fits="6"),
    "profile nothing": lambda: iqabench.profile([]),
    "profile by nothing": lambda: iqabench.profile("bicubic", probes=[]),
    "profile no batch": lambda: iqabench.profile("bicubic", batch=0),
    "profile no size": lambda: iqabench.profile("bicubic", inputs="big"),
    "profile no probe": lambda: iqabench.profile("bicubic", probes="mass"),
    "profile no text": lambda: iqabench.profile(object()),  # type: ignore[arg-type]
    "profile in no time": lambda: iqabench.profile("bicubic", sampling=3),
    "profile threads": lambda: iqabench.profile("bicubic", threads=0),
    "profile on a device": lambda: iqabench.profile("bicubic", device="tpu"),
    "load no model": lambda: iqabench.load_model(None),  # type: ignore[arg-type]
    "load a bad model": lambda: iqabench.load_model("bicubc"),
    "load no set": lambda: iqabench.load_set(4),  # type: ignore[arg-type]
    "load a nameless set": lambda: iqabench.load_set(""),
    "load a long name": lambda: iqabench.load_set("/" + "a" * 300),
    "load a torn name": lambda: iqabench.load_model("a\0b"),
    "load a fraction": lambda: iqabench.load_set("demo", Fraction(3, 2)),  # type: ignore[arg-type]
    "load a bad set": lambda: iqabench.load_set("sett"),
}


@pytest.mark.parametrize("name", BAD_CALLS)
def test_wrong_arguments_have_a_readable_message(name: str, in_tmp: Path) -> None:
    with pytest.raises(IqabenchError) as caught:
        BAD_CALLS[name]()
    message = str(caught.value)
    assert message[-1] == "." or "\n  " in message, message
    assert "object at 0x" not in message


def test_evaluate_gives_a_frame(in_tmp: Path) -> None:
    frame = iqabench.evaluate(["bicubic", "nearest"], "demo", scale=2, columns=["psnr"])
    assert list(frame["model"]) == ["bicubic", "nearest"]
    assert frame["value"].is_monotonic_decreasing
    single = iqabench.evaluate("bicubic", "demo", scale=2, columns=["psnr"], per_image=True)
    assert single["value"].mean() == pytest.approx(frame["value"][0])
    with pytest.raises(UnknownNameError):
        iqabench.evaluate("bicubc", "demo")


def test_score_takes_images_and_folders(in_tmp: Path) -> None:
    frame = iqabench.score([OUTPUT, TARGET], [TARGET, TARGET], ["psnr", "ssim"])
    assert list(frame["value"]) == [math.inf, pytest.approx(1, abs=0.01)]
    assert list(frame["failed"]) == [0, 0]
    single = iqabench.score(OUTPUT, TARGET, ["psnr@sr-y"], scale=4, per_image=True)
    assert single["value"][0] == iqabench.metric("psnr@sr-y")(OUTPUT, TARGET, scale=4)
    write_image(Path("o/a.png"), OUTPUT)
    write_image(Path("t/a.png"), TARGET)
    by_folder = iqabench.score("o", "t", ["psnr@sr-y"], scale=4)
    assert by_folder["value"][0] == single["value"][0]
    with pytest.raises(UsageError, match="2 outputs, 1 targets and 1 columns"):
        iqabench.score([OUTPUT, OUTPUT], [TARGET], ["psnr"])


def test_a_failed_image_counts_and_is_never_averaged() -> None:
    frame = iqabench.score([OUTPUT, OUTPUT[:20]], [TARGET, TARGET], ["psnr@rgb"])
    assert (frame["n"][0], frame["failed"][0]) == (1, 1)
    assert frame["value"][0] == iqabench.metric("psnr@rgb")(OUTPUT, TARGET)


def test_models_and_sets_load_by_name() -> None:
    assert iqabench.load_model("pocket").card.scale == 4
    assert len(iqabench.load_set("demo", scale=4)) == 5


def test_folders_tell_of_pairs_and_of_what_is_missing(tmp_path: Path) -> None:
    for folder, names in (("outputs", ("rain-1", "rain-2")), ("targets", ("norain-1", "norain-2"))):
        for name in names:
            write_image(tmp_path / folder / f"{name}.png", np.zeros((16, 16, 3), np.uint8))
    write_image(tmp_path / "targets" / "norain-3.png", np.zeros((16, 16, 3), np.uint8))
    places = (tmp_path / "outputs", tmp_path / "targets", "psnr")
    with (
        pytest.warns(UserWarning, match="1 target without an output: norain-3"),
        pytest.warns(UserWarning, match="paired by: 'rain-' -> 'norain-'"),
    ):
        frame = iqabench.score(*places, store=tmp_path / "s")
    assert (frame["n"][0], frame["failed"][0], frame["infinite"][0]) == (2, 1, 2)


def test_the_mean_of_arrays_counts_its_infinite_members() -> None:
    image = np.zeros((16, 16, 3), np.uint8)
    frame = iqabench.score([image, image + 1, image + 1], [image] * 3, "psnr")
    assert (frame["value"][0], frame["infinite"][0], frame["n"][0]) == (np.inf, 1, 3)
    assert frame["finite"][0] == pytest.approx(48.1308, abs=1e-4)
