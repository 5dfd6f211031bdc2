"""The indices of pan-sharpening against torchmetrics, and Q2n against the toolbox of its authors."""

import numpy as np
import pytest
import torch
from torchmetrics.functional import image as oracles

from iqabench.errors import MetricError
from iqabench.images import Case, OutputView, Part
from iqabench.metrics import attempts, column, scores
from iqabench.metrics.shared.hypercomplex import conjugate, multiply


def bands(side: int, number: int, seed: int) -> Part:
    """Return one smooth image of 11 bits with a texture, (1, side, side, number)."""
    y, x = np.mgrid[0:side, 0:side] / side
    rng = np.random.default_rng(seed)
    waves = [np.sin(9 * x + b) * np.cos(7 * y - b) for b in range(number)]
    image = 800 + 500 * np.stack(waves, axis=2) + rng.normal(0, 60, (side, side, number))
    return np.clip(image, 1, 2047).round().astype(np.uint16)[None]


def batch(image: Part) -> torch.Tensor:
    return torch.from_numpy(image[0].astype(np.float64)).permute(2, 0, 1)[None]


def mixed(first: Part, second: Part, share: float) -> Part:
    return np.clip(first + share * second, 0, 2047).round().astype(np.uint16)


SMALL, PAN = bands(32, 4, 1), bands(128, 1, 2)
FUSED = mixed(SMALL.repeat(4, axis=1).repeat(4, axis=2) * 0.7, PAN, 0.3)
TARGET = bands(40, 8, 3)
OUTPUT = mixed(TARGET * 1.02, bands(40, 8, 4), 0.05)


def values(names: str, case: Case) -> list[float]:
    return scores([column(name, "bands-11") for name in names.split()], case)


def test_indices_without_a_target_are_those_of_torchmetrics() -> None:
    case = Case(FUSED[0], None, 4, parts={"input": SMALL, "pan": PAN})
    output, small = batch(FUSED), batch(SMALL)
    pan = batch(PAN).repeat(1, 4, 1, 1)
    expected = [
        float(oracles.spectral_distortion_index(small, output)),
        float(oracles.spatial_distortion_index(output, small, pan)),
        float(oracles.quality_with_no_reference(output, small, pan)),
    ]
    assert values("d_lambda d_s qnr", case) == pytest.approx(expected, abs=1e-6)


def test_indices_with_a_target_are_those_of_torchmetrics() -> None:
    output, target = batch(OUTPUT), batch(TARGET)
    relative = oracles.error_relative_global_dimensionless_synthesis(output, target, ratio=4)
    expected = [
        float(oracles.peak_signal_noise_ratio(output, target, data_range=2047.0)),
        np.degrees(float(oracles.spectral_angle_mapper(output, target))),
        float(relative),
    ]
    case = Case(OUTPUT[0], TARGET[0], 4)
    assert values("psnr sam ergas_pan", case) == pytest.approx(expected, rel=1e-5)


def test_q2n_is_that_of_the_toolbox() -> None:
    """The value was made with the DLPan toolbox's program in Python, corrected where it differs from that in
    MATLAB: deviations of samples, products averaged by component, mirrored edges.
    """
    assert values("q2n", Case(OUTPUT[0], TARGET[0], 4)) == pytest.approx([0.978683264158], abs=1e-9)
    assert values("q2n", Case(TARGET[0], TARGET[0], 4)) == pytest.approx([1], abs=1e-12)


def test_hypercomplex_products_keep_the_modulus() -> None:
    x, y = np.random.default_rng(0).normal(0, 1, (2, 5, 8))
    modulus = np.linalg.norm(x, axis=1) * np.linalg.norm(y, axis=1)
    assert np.linalg.norm(multiply(x, y), axis=1) == pytest.approx(modulus)
    assert multiply(x, conjugate(x))[:, 0] == pytest.approx((x**2).sum(axis=1))


@pytest.mark.parametrize(
    ("case", "name", "message"),
    [
        (Case(FUSED[0], parts={"input": SMALL}), "d_s@bands-11", "has no part 'pan'"),
        (
            Case(FUSED[0], parts={"input": SMALL, "pan": PAN[:, :64]}),
            "d_s@bands-11",
            r"panchromatic image \(128x64, bands: 1\)",
        ),
        (Case(TARGET[0], TARGET[0] * 20), "psnr@bands-11", "the target holds values up to"),
        (Case(OUTPUT[0, :, :, :4], TARGET[0]), "psnr@bands-11", "has 4 bands, its target 8"),
        (Case(OUTPUT[0], TARGET[0]), "psnr@rgb", "psnr@bands-11 for bands of 11 bits"),
        (
            Case(TARGET[0] * 1j, TARGET[0]),
            "psnr@bands-11",
            "psnr@magnitude compares their absolute",
        ),
        (Case(TARGET[0]), "sharpness@magnitude", "takes the maximum of the target for white"),
    ],
)
def test_what_cannot_be_compared_is_told(case: Case, name: str, message: str) -> None:
    (error,) = attempts([column(name, "rgb")], case)
    assert message.replace("\\", "") in str(error)


def test_a_metric_of_inputs_needs_them() -> None:
    with pytest.raises(MetricError, match="compares with the parts that an output was made from"):
        column("qnr", "bands-11").metric(OutputView(FUSED[0]))
