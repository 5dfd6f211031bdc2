"""FSIM and FSIMc: the authors' algorithm step by step in double precision, and PIQ where it agrees."""

from functools import cache

import numpy as np
import piq
import pytest

from iqabench.images import Pair
from iqabench.metrics.full_reference.fsim import fsim
from iqabench.metrics.full_reference.fsimc import fsimc
from iqabench.metrics.shared import phase_congruency as _phase
from iqabench.metrics.shared.phase_congruency import phase_congruency

from .damage import IDS, PAIRS, Pixels, damaged, photographs, tensors
from .matlab import mixed
from .matlab_maps import SIZES, Plane, alike, opposed, photograph, scharr, shrunk, tinted


def frequencies(size: int) -> Plane:
    if size % 2:
        return np.arange(-(size - 1) / 2, (size - 1) / 2 + 1) / (size - 1)
    return np.arange(-size / 2, size / 2) / size


def congruency(plane: Plane) -> Plane:
    """Kovesi's phasecong2 with the settings of FSIM, one filter at a time."""
    x, y = np.meshgrid(frequencies(plane.shape[1]), frequencies(plane.shape[0]))
    radius, theta = np.fft.ifftshift(np.hypot(x, y)), np.fft.ifftshift(np.arctan2(-y, x))
    low_pass = 1 / (1 + (radius / 0.45) ** 30)
    radius[0, 0] = 1
    spectrum = np.fft.fft2(plane)
    energy_all, amplitude_all = np.zeros(plane.shape), np.zeros(plane.shape)
    for angle in np.arange(4) * np.pi / 4:
        sine, cosine = np.sin(theta - angle), np.cos(theta - angle)
        spread = np.exp(-(np.arctan2(sine, cosine) ** 2) / (2 * (np.pi / 4 / 1.2) ** 2))
        responses, impulses, smallest = [], [], 0.0
        for scale in range(4):
            gabor = (
                np.exp(-(np.log(radius * 6 * 2**scale) ** 2) / (2 * np.log(0.55) ** 2)) * low_pass
            )
            gabor[0, 0] = 0
            gabor *= spread
            smallest = smallest or float((gabor**2).sum())
            responses.append(np.fft.ifft2(spectrum * gabor))
            impulses.append(np.fft.ifft2(gabor).real * np.sqrt(plane.size))
        even, odd = sum(r.real for r in responses), sum(r.imag for r in responses)
        length = np.sqrt(even**2 + odd**2) + 1e-4
        even, odd = even / length, odd / length
        energy = np.zeros(plane.shape)
        for r in responses:
            energy += r.real * even + r.imag * odd - np.abs(r.real * odd - r.imag * even)
        power = np.median(np.abs(responses[0]) ** 2) / np.log(2) / smallest
        squares = sum((f**2).sum() for f in impulses)
        products = sum((impulses[i] * impulses[j]).sum() for i in range(4) for j in range(i + 1, 4))
        tau = np.sqrt((2 * power * squares + 4 * power * products) / 2)
        threshold = (tau * np.sqrt(np.pi / 2) + 2 * np.sqrt((2 - np.pi / 2) * tau**2)) / 1.7
        energy_all += np.maximum(energy - threshold, 0)
        amplitude_all += sum(np.abs(r) for r in responses)
    flat = amplitude_all == 0
    return np.where(flat, 0, energy_all / np.where(flat, 1, amplitude_all))


@cache
def congruency_of(shape: tuple[int, int], values: bytes) -> Plane:
    return congruency(np.frombuffer(values).reshape(shape))


def reference(output: Pixels, target: Pixels) -> tuple[float, float]:
    """FSIM and FSIMc of two images in colour."""
    spaces = [(0.299, 0.587, 0.114), (0.596, -0.274, -0.322), (0.211, -0.523, 0.312)]
    y, i, q = ([shrunk(mixed(image, *w)) for image in (output, target)] for w in spaces)
    phase = [congruency_of(plane.shape, plane.tobytes()) for plane in y]
    similarity = alike(phase, 0.85) * alike([scharr(plane) for plane in y], 160)
    weight = np.maximum(*phase)
    colour = ((alike(i, 200) * alike(q, 200)).astype(complex) ** 0.03).real
    total = weight.sum()
    return float((similarity * weight).sum() / total), float(
        (similarity * colour * weight).sum() / total
    )


def of_piq(output: Pixels, target: Pixels, *, colour: bool) -> float:
    return float(piq.fsim(*tensors(output, target), data_range=255.0, chromatic=colour))


def difference(output: Pixels, target: Pixels) -> float:
    pair = Pair(output, target)
    return float(np.abs(np.subtract((fsim(pair), fsimc(pair)), reference(output, target))).max())


@pytest.mark.parametrize(("output", "target"), PAIRS, ids=IDS)
def test_photographs_equal_the_authors_algorithm(output: Pixels, target: Pixels) -> None:
    assert difference(output, target) < 1e-6


@pytest.mark.parametrize("size", SIZES)
def test_sizes_equal_the_authors_algorithm(size: tuple[int, int]) -> None:
    target = photograph(*size, which=0)
    output = dict(damaged(target))["jpeg"]
    assert difference(output, target) < 1e-6


def hard() -> list[tuple[str, Pixels, Pixels]]:
    """Mostly flat, so that the median and with it the noise threshold is next to nothing."""
    half = np.zeros((120, 131, 3), np.uint8)
    half[:, 60:] = 255
    text = np.full((200, 211, 3), 255, np.uint8)
    text[90:94, 40:160] = text[60:110, 100:103] = 0
    single = np.full((64, 64, 3), 40, np.uint8)
    single[30, 31] = 41
    steps = np.repeat(np.repeat(np.arange(0, 256, 17, dtype=np.uint8)[None, :, None], 128, 0), 8, 1)
    steps = steps.repeat(3, 2)
    pairs = []
    for name, target in (("half", half), ("text", text), ("single", single), ("steps", steps)):
        shifted = np.roll(target, 2, axis=1)
        pairs += [(f"{name} shifted", shifted, target), (f"{name} negative", 255 - target, target)]
        pairs += [(f"{name} black", np.zeros_like(target), target)]
        pairs += [(f"{name} {kind}", output, target) for kind, output in list(damaged(target))[:2]]
    return pairs


@pytest.mark.parametrize(("output", "target"), [h[1:] for h in hard()], ids=[h[0] for h in hard()])
def test_flat_images_equal_the_authors_algorithm(output: Pixels, target: Pixels) -> None:
    assert difference(output, target) < 1e-7


@pytest.mark.parametrize("size", [(240, 288), (512, 640)])
def test_piq_agrees_where_it_shrinks_alike(size: tuple[int, int]) -> None:
    target = photograph(*size, which=0)
    for name in ("blur", "noise", "jpeg", "x4", "contrast"):
        output = dict(damaged(target))[name]
        expected = of_piq(output, target, colour=False)
        assert fsim(Pair(output, target)) == pytest.approx(expected, rel=1e-4), name


def test_colour_equals_piq_but_for_opposed_chrominance() -> None:
    """PIQ takes the absolute value where the authors take the real part, and so is higher."""
    target = photographs()[0]
    output = tinted(target)
    expected = of_piq(output, target, colour=True)
    assert fsimc(Pair(output, target)) == pytest.approx(expected, rel=1e-4)
    output, target = opposed()
    assert fsimc(Pair(output, target)) == pytest.approx(reference(output, target)[1], abs=1e-6)
    assert fsimc(Pair(output, target)) < 0.997 * of_piq(output, target, colour=True)


def test_grey_has_no_chrominance() -> None:
    target = photographs()[1][:, :, :1]
    pair = Pair(np.asarray(255 - target, np.uint8), target)
    assert fsimc(pair) == pytest.approx(fsim(pair), abs=1e-12)
    assert fsim(pair) < 1


def test_flat_images_differ_by_their_edge_alone() -> None:
    """No phase to be congruent: a plain mean, in which the dark beyond the border makes a gradient."""
    dark, light = np.full((64, 64, 1), 100, np.uint8), np.full((64, 64, 1), 150, np.uint8)
    assert not phase_congruency(dark[:, :, 0].astype(np.float64)).any()
    planes = [mixed(image, 0.299, 0.587, 0.114) for image in (dark, light)]
    expected = alike([scharr(plane) for plane in planes], 160).mean()
    assert fsim(Pair(dark, light)) == pytest.approx(expected, abs=1e-12)


def test_a_straight_edge_is_where_phases_agree() -> None:
    plane = np.zeros((64, 96))
    plane[:, 48:] = 200
    found = phase_congruency(plane)
    assert 0 <= found.min() <= found.max() <= 1
    assert set(found[:, 24:72].argmax(axis=1)) <= {23, 24}


def test_single_precision_alone_would_not_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that nobody removes the second look for tidiness."""
    monkeypatch.setattr(_phase, "_COVERS", 0.0)
    assert max(difference(output, target) for _, output, target in hard()) > 1e-7


def test_photographs_need_no_second_look(monkeypatch: pytest.MonkeyPatch) -> None:
    plane = mixed(photographs()[0], 0.299, 0.587, 0.114)
    expected = phase_congruency(plane)
    monkeypatch.setattr(_phase, "_COVERS", 0.0)
    assert np.allclose(phase_congruency(plane), expected, rtol=1e-12, atol=1e-12)


def test_few_filter_banks_are_kept() -> None:
    for side in range(20, 30):
        phase_congruency(np.eye(side))
    assert _phase.filter_bank.cache_info().currsize <= 4
