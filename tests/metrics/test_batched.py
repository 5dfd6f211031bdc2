"""Batched metrics give what the single ones give, whatever they are batched with."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from math import isfinite
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from iqabench.errors import MetricError, UsageError
from iqabench.images import Pair
from iqabench.images.view import view
from iqabench.metrics import Batch, Metric, batched_form, metrics
from iqabench.metrics.core import batch_scores as _batch_scores
from iqabench.metrics.core.batch_scores import Value
from iqabench.metrics.core.batched import batched_values, has_batched_form
from iqabench.protocols import protocol

from .damage import DAMAGES, photographs

NAMES = [metric.name for metric in metrics() if has_batched_form(metric)]
TWELVE = [
    "psnr", "ssim", "ms_ssim", "iw_ssim", "fsim", "vsi", "vifp", "gmsd", "mdsi", "haarpsi", "dss", "sr_sim",
]  # fmt: skip
NEAR = 1e-6
"""Ten times what was seen; single versions compute in single precision where they may."""


@pytest.fixture(params=["cpu", "cuda"])
def device(request: pytest.FixtureRequest) -> str:
    if request.param == "cuda" and not torch.cuda.is_available():
        pytest.skip("NO GPU: batched metrics were checked on the CPU alone")
    return str(request.param)


def batch_scores(names: list[str], pairs: list[Pair], device: str) -> list[list[Any]]:
    """The values of the metrics of those names."""
    found: list[list[Value]] = _batch_scores.batch_scores(
        [metrics().get(name) for name in names], pairs, device
    )
    return found


def parts() -> list[Metric]:
    return [metrics().get(name) for name in NAMES]


def cut(height: int, width: int, photograph: int = 0) -> NDArray[np.uint8]:
    """A part of a photograph, enlarged where it is too small for that."""
    image = photographs()[photograph]
    rows, columns = image.shape[:2]
    if rows < height or columns < width:
        size = max(columns, width), max(rows, height)
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    return np.ascontiguousarray(image[:height, :width])


def shown(kind: str, output: NDArray[np.uint8], target: NDArray[np.uint8]) -> Pair:
    """As protocols show pairs to metrics, and as restored images are before they are rounded."""
    if kind == "grey":
        return Pair(output[:, :, 1:2], target[:, :, 1:2])
    if kind == "float":
        return Pair(output + np.float32(0.3), target)
    return view(protocol(kind), output, target)


@cache
def case(kind: str, height: int, width: int) -> tuple[list[Pair], list[list[float]]]:
    """Some damages of one photograph and what the single metrics say to them."""
    target = cut(height, width, 3)
    damages = ["noise", "x4", "negative", "saturation"]
    if min(height, width) > 300:
        damages = ["jpeg"]
    pairs = [shown(kind, DAMAGES[damage](target), target) for damage in damages]
    return pairs, [[part(pair) for part in parts()] for pair in pairs]


def check(found: list[list[float]], expected: list[list[float]], near: float = NEAR) -> None:
    for values, others in zip(found, expected, strict=True):
        told = dict(zip(NAMES, values, strict=True))
        assert told == pytest.approx(dict(zip(NAMES, others, strict=True)), abs=near, rel=near)


def check_values(found: list[list[float]], expected: list[list[float]]) -> None:
    """The same but for roundings, which depend on what else is in a batch."""
    for values, others in zip(found, expected, strict=True):
        assert values == pytest.approx(others, rel=1e-9, abs=1e-9)


def test_the_twelve_are_there() -> None:
    assert set(TWELVE) <= set(NAMES)
    assert not has_batched_form(metrics().get("lpips"))
    with pytest.raises(UsageError, match="lpips has no batched form"):
        batch_scores(["lpips"], [], "cpu")


@pytest.mark.parametrize(
    ("kind", "size"),
    [
        ("rgb", (181, 217)),
        ("rgb", (208, 192)),
        ("grey", (180, 199)),
        ("float", (182, 181)),
        ("sr-y", (181, 217)),
        ("y-rounded", (179, 192)),
    ],
)
def test_values_are_those_of_the_single_metrics(
    kind: str, size: tuple[int, int], device: str
) -> None:
    pairs, expected = case(kind, *size)
    check(batch_scores(NAMES, pairs, device), expected)


@pytest.mark.parametrize("size", [(386, 389), (641, 645)])
def test_values_where_images_are_shrunk_first(size: tuple[int, int], device: str) -> None:
    """By two and, as 641 / 256 is rounded half up, by three."""
    pairs, expected = case("rgb", *size)
    check(batch_scores(NAMES, pairs, device), expected)


def test_a_batch_is_so_many_singles_in_any_order(device: str) -> None:
    pairs, _ = case("rgb", 181, 217)
    together = batch_scores(NAMES, pairs, device)
    check([batch_scores(NAMES, [pair], device)[0] for pair in pairs], together, 1e-7)
    check(batch_scores(NAMES, pairs[::-1], device)[::-1], together, 1e-7)


def test_shapes_and_kinds_may_be_mixed(device: str) -> None:
    """And the values come in the order of pairs and of names."""
    (a, of_a), (b, of_b) = case("rgb", 181, 217), case("sr-y", 181, 217)
    check(
        batch_scores(NAMES, [a[0], b[0], a[1], b[1]], device), [of_a[0], of_b[0], of_a[1], of_b[1]]
    )
    [[ssim, psnr]] = batch_scores(["ssim", "psnr"], a[:1], device)
    assert batch_scores(["psnr"], a[:1], device)[0] == [pytest.approx(psnr, rel=1e-9)]
    assert psnr != ssim
    assert batch_scores(NAMES, [], device) == []
    assert batch_scores([], a[:2], device) == [[], []]


@pytest.mark.parametrize("channels", [1, 3])
def test_identical_pairs_have_exactly_the_ideal(channels: int, device: str) -> None:
    images = [
        cut(181, 217)[:, :, :channels],
        np.zeros((181, 217, channels), np.uint8),
        np.full((181, 217, channels), 255, np.uint8),
    ]
    found = batch_scores(NAMES, [Pair(image, image.copy()) for image in images], device)
    assert found == [[part.identical for part in parts()]] * 3


def test_the_formulas_themselves_give_the_ideal(device: str) -> None:
    """Not only the test for identical pairs: a metric may see luminance alone, which is sooner equal."""
    image = cut(181, 217)
    batch = Batch.of([Pair(image, image.copy()), Pair(image, image.copy())], device)
    batch.shared("same", lambda _: torch.zeros(2, dtype=torch.bool, device=device))
    for part in parts():
        expected = pytest.approx([part.identical] * 2, abs=1e-12)
        assert batched_values(part, batch).tolist() == expected, part.name


@pytest.mark.parametrize("channels", [1, 3])
def test_flat_images_are_as_finite_as_before(channels: int, device: str) -> None:
    """IW-SSIM takes small powers of what nearly vanishes."""
    image = cut(181, 217)[:, :, :channels]
    black, grey = np.zeros_like(image), np.full_like(image, 127)
    half = black.copy()
    half[:, 100:] = 255
    pairs = [Pair(*two) for two in ((black, grey), (image, grey), (grey, image), (black, half))]
    found = batch_scores(NAMES, pairs, device)
    assert all(isfinite(value) for values in found for value in values)
    check(found, [[part(pair) for part in parts()] for pair in pairs], 1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_the_smallest_images(name: str, device: str) -> None:
    part = metrics().get(name)
    target = cut(part.min_size, part.min_size + 1)
    pair = Pair(DAMAGES["noise"](target), target)
    assert (
        batch_scores([name], [pair, pair], device)
        == [[pytest.approx(part(pair), abs=NEAR, rel=NEAR)]] * 2
    )


def test_work_is_cut_to_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs, _ = case("rgb", 181, 217)
    expected = batch_scores(["psnr", "gmsd"], pairs, "cpu")
    seen: list[int] = []
    made = Batch.of

    def of(some: list[Pair], device: torch.device) -> Batch:
        seen.append(len(some))
        return made(some, device)

    monkeypatch.setattr(_batch_scores, "BUDGET", 181 * 217 * 2.5)
    monkeypatch.setattr(Batch, "of", of)
    check_values(batch_scores(["psnr", "gmsd"], pairs, "cpu"), expected)
    assert seen == [2, 2]


def test_where_memory_ends_there_is_less_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs, _ = case("rgb", 181, 217)
    expected = batch_scores(["gmsd"], pairs, "cpu")
    room = 2
    made = Batch.of

    def of(some: list[Pair], device: torch.device) -> Batch:
        if len(some) > room:
            raise torch.OutOfMemoryError
        return made(some, device)

    monkeypatch.setattr(Batch, "of", of)
    check_values(batch_scores(["gmsd"], pairs, "cpu"), expected)
    room = 0
    [[first], *others] = batch_scores(["gmsd"], pairs, "cpu")
    assert len(others) == len(pairs) - 1
    assert isinstance(first, MetricError)
    assert "gmsd raised OutOfMemoryError" in str(first)


@pytest.mark.parametrize("error", [ValueError("no"), torch.OutOfMemoryError("no")])
def test_what_a_batched_form_raises_is_an_error_of_its_pair(error: Exception) -> None:
    """A plugin's metric with a batched form that fails on one of the pairs."""

    def raising(pair: Pair) -> float:
        raise AssertionError("not asked for")

    @batched_form(of=raising)
    def batched(batch: Batch) -> torch.Tensor:
        if bool((batch.outputs[:, 0, 0, 0] == 7).any()):
            raise error
        return batch.outputs.double().mean((1, 2, 3))

    part = replace(metrics().get("psnr"), name="raising", function=raising)
    pairs, expected = case("rgb", 181, 217)
    output = pairs[1].output.copy()
    output[0, 0] = 7
    three = [pairs[0], Pair(output, pairs[1].target), pairs[2]]
    psnr, gmsd = metrics().get("psnr"), metrics().get("gmsd")
    found = _batch_scores.batch_scores([psnr, part, gmsd], three, "cpu")
    for row, pair in zip(found, three, strict=True):
        assert [row[0], row[2]] == pytest.approx([psnr(pair), gmsd(pair)], rel=NEAR)
    assert [isinstance(row[1], MetricError) for row in found] == [False, True, False]
    assert str(found[1][1]) == f"raising raised {type(error).__name__}: no"
    assert expected


@pytest.fixture
def _tf32() -> Iterator[None]:
    before = torch.backends.cuda.matmul.allow_tf32
    torch.backends.cuda.matmul.allow_tf32 = True
    yield
    torch.backends.cuda.matmul.allow_tf32 = before


@pytest.mark.usefixtures("_tf32")
def test_switches_of_torch_are_left_as_they_were(device: str) -> None:
    pairs, expected = case("rgb", 181, 217)
    check(batch_scores(NAMES, pairs, device), expected)
    assert torch.backends.cuda.matmul.allow_tf32


def test_images_are_left_alone(device: str) -> None:
    """Read-only, not contiguous, upside down."""
    target = cut(181, 217)
    output = DAMAGES["noise"](target)
    expected = batch_scores(NAMES, [Pair(output[::-1].copy(), target[::-1].copy())], device)
    for image in (output, target):
        image.setflags(write=False)
    check_values(batch_scores(NAMES, [Pair(output[::-1], target[::-1])], device), expected)
