"""Causes in tables of restoration tasks, simulated with code that explain does not share.

Each has the outputs of a network as floats. The files hold them in some form, and the claim is computed here
with numpy, scipy, scikit-image, OpenCV and torch in the way of a paper's program.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import correlate1d
from skimage.metrics import structural_similarity

from iqabench.images import Image

from .causes import Pixels, psnr, rgb, rounded, ssim, studio, three_dimensional, uniform

Figures = tuple[float, float]
Score = Callable[[Pixels, Image], Figures]


class Restored(NamedTuple):
    """An output as the network gives it, and its target."""

    output: Pixels
    target: Image


@dataclass(frozen=True)
class TableCause:
    """A cause: the way of a paper's program, and what the files hold."""

    name: str
    names: tuple[str, ...]
    """Words that name it; empty for claims that nothing explains."""
    home: str
    """The protocol of the papers that the claim is compared with."""
    score: Score
    files: Callable[[Pixels], Image] = rounded
    mean: Callable[[NDArray[np.float64]], float] = lambda values: float(values.mean())
    """The mean of PSNR over images."""
    above: Figures = (0.0, 0.0)
    """What is added to the claim."""
    set: str = ""
    """The set and the task that the targets are said to be of."""
    task: str = ""
    material: str = "rain"
    """The kind of images: rain, large (512x512), or dark (outputs darker than their targets)."""


def claim_of(cause: TableCause, images: Sequence[Restored]) -> str:
    """Return the claim as a paper prints it."""
    figures = np.array([cause.score(*pair) for pair in images])
    decibels = cause.mean(figures[:, 0]) + cause.above[0]
    return f"{decibels:.2f}/{figures[:, 1].mean() + cause.above[1]:.4f}"


def eight_bits(output: Pixels) -> Pixels:
    return rounded(output).astype(np.float64)


def cut_off(output: Pixels) -> Pixels:
    return np.clip(output, 0, 255).astype(np.uint8).astype(np.float64)


def clipped(output: Pixels) -> Pixels:
    return np.clip(output, 0, 255)


def full_luma(image: Image) -> Pixels:
    return np.asarray(image @ np.array([0.299, 0.587, 0.114]))[:, :, None]


def studio_rounded(image: Image) -> Pixels:
    return np.floor(studio(image) + 0.5)


def scored(
    convert: Callable[[Image], Pixels],
    similarity: Callable[[Pixels, Pixels], float] = ssim,
    stored: Callable[[Pixels], Pixels] = eight_bits,
    cut: Callable[[Pixels], Pixels] = lambda image: image,
    convert_ssim: Callable[[Image], Pixels] | None = None,
) -> Score:
    """Return a program that stores outputs, cuts both images, and compares them in converted colours."""

    def score(output: Pixels, target: Image) -> Figures:
        o, t = cut(stored(output)), cut(target.astype(np.float64))
        other = convert_ssim or convert
        return psnr(convert(o), convert(t)), similarity(other(o), other(t))

    return score


def sample_covariance(output: Pixels, target: Pixels) -> float:
    return float(
        structural_similarity(  # type: ignore[no-untyped-call]
            output, target, channel_axis=2, data_range=255, gaussian_weights=True, sigma=1.5
        )
    )


def similarity_map(output: Pixels, target: Pixels, *, clip: bool = False) -> Pixels:
    """Return the map under a Gaussian window, the border replicated, (H, W, C)."""
    kernel = np.exp(-(np.arange(-5, 6) ** 2) / 4.5)
    kernel /= kernel.sum()

    def mean(values: Pixels) -> Pixels:
        rows = correlate1d(values, kernel, 0, mode="nearest")
        return np.asarray(correlate1d(rows, kernel, 1, mode="nearest"))

    x, y, c1, c2 = output, target, 6.5025, 58.5225
    mx, my = mean(x), mean(y)
    vx, vy, covariance = mean(x * x) - mx * mx, mean(y * y) - my * my, mean(x * y) - mx * my
    contrast = (2 * covariance + c2) / (vx + vy + c2)
    contrast = np.maximum(contrast, 0) if clip else contrast
    return np.asarray((2 * mx * my + c1) / (mx * mx + my * my + c1) * contrast)


def replicated(output: Pixels, target: Pixels) -> float:
    return float(similarity_map(output, target).mean())


def of_pyiqa(output: Pixels, target: Pixels) -> float:
    return float(similarity_map(output, target, clip=True)[5:-5, 5:-5].mean())


def pooled(output: Pixels, target: Pixels) -> float:
    """Return SSIM after the adaptive pooling of DehazeFormer's program."""

    def small(image: Pixels) -> Pixels:
        height, width = image.shape[:2]
        factor = max(1, round(min(height, width) / 256))
        batch = torch.from_numpy(image).permute(2, 0, 1)[None]
        size = (height // factor, width // factor)
        return np.asarray(torch.nn.functional.adaptive_avg_pool2d(batch, size)[0].permute(1, 2, 0))

    return ssim(small(output), small(target))


def matched(kind: str) -> Callable[[Pixels, Image], Pixels]:
    """Return the match of brightness of LLFlow, Retinexformer or HVI-CIDNet, through OpenCV's grey."""

    def match(output: Pixels, target: Image) -> Pixels:
        o, t = rounded(output), target
        if kind == "rounded":
            means = [float(cv2.cvtColor(i, cv2.COLOR_RGB2GRAY).mean()) for i in (o, t)]
        else:
            code = cv2.COLOR_BGR2GRAY if kind == "swapped" else cv2.COLOR_RGB2GRAY
            means = [float(cv2.cvtColor(i.astype(np.float32), code).mean()) for i in (o, t)]
        return np.clip(o * (means[1] / means[0]), 0, 255)

    return match


def with_match(kind: str) -> Score:
    def score(output: Pixels, target: Image) -> Figures:
        seen, wanted = matched(kind)(output, target), target.astype(np.float64)
        return psnr(seen, wanted), ssim(seen, wanted)

    return score


def psnr_with_match(output: Pixels, target: Image) -> Figures:
    seen, wanted = matched("plain")(output, target), target.astype(np.float64)
    return psnr(seen, wanted), ssim(eight_bits(output), wanted)


def aligned(output: Pixels, target: Image) -> Figures:
    """Return the figures of RealBlur's program: scaled, warped by a homography, compared under a mask."""
    x, z = (i.astype(np.float32) / np.float32(255) for i in (rounded(output), target))
    x *= (x * z).sum() / (x * x).sum()
    grey = [cv2.cvtColor(i, cv2.COLOR_RGB2GRAY) for i in (z, x)]
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 100, 0)
    start, whole = np.eye(3, dtype=np.float32), np.ones(x.shape[:2], np.uint8)
    homography = cv2.MOTION_HOMOGRAPHY
    _, warp = cv2.findTransformECC(grey[0], grey[1], start, homography, stop, whole, 5)
    size, back = (x.shape[1], x.shape[0]), cv2.WARP_INVERSE_MAP
    moved = cv2.warpPerspective(
        x, warp, size, flags=cv2.INTER_CUBIC + back, borderMode=cv2.BORDER_REFLECT
    )
    ones = np.ones_like(x)
    mask = np.asarray(
        cv2.warpPerspective(ones, warp, size, flags=cv2.INTER_NEAREST + back), np.float64
    )
    o, t = (255 * mask * np.asarray(i, np.float64) for i in (moved, z))
    error = ((o - t) ** 2).sum() / mask.sum()
    inner = (similarity_map(o, t) * mask)[5:-5, 5:-5]
    counted = mask[5:-5, 5:-5].sum(axis=(0, 1))
    return float(10 * np.log10(255**2 / error)), float((inner.sum(axis=(0, 1)) / counted).mean())


def centre_of_16(image: Pixels) -> Pixels:
    height, width = image.shape[0] % 16, image.shape[1] % 16
    bottom, right = image.shape[0] - height + height // 2, image.shape[1] - width + width // 2
    return image[height // 2 : bottom, width // 2 : right]


def corner_of_16(image: Pixels) -> Pixels:
    return image[: image.shape[0] // 16 * 16, : image.shape[1] // 16 * 16]


def of_mean_error(decibels: NDArray[np.float64]) -> float:
    return float(-10 * np.log10((10 ** (-decibels / 10)).mean()))


def shaved_4(image: Pixels) -> Pixels:
    return image[4:-4, 4:-4]


def moved_aside(output: Pixels) -> Image:
    """Return the file of an output that lies a little aside of its target, as of another camera."""
    height, width = output.shape[:2]
    warp = cv2.getRotationMatrix2D((width / 2, height / 2), 0.25, 1.0)
    moved = cv2.warpAffine(
        output, warp, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
    )
    return rounded(np.asarray(moved, np.float64) * 0.97)


def of_files(score: Score, files: Callable[[Pixels], Image]) -> Score:
    """Return a program that compares what the files hold."""
    return lambda output, target: score(files(output).astype(np.float64), target)


def as_cut_file(output: Pixels) -> Image:
    return np.clip(output, 0, 255).astype(np.uint8)


RAIN, LIGHT, BLUR, REAL = "rain13k-y", "lol", "matlab-rgb3d", "real-sr"
TABLE_CAUSES = (
    TableCause(
        "outputs cut off before they were compared",
        ("protocol prenet-y",),
        RAIN,
        scored(studio, stored=cut_off),
    ),
    TableCause(
        "files cut off, claim of rounded ones",
        ("truncated",),
        "y",
        scored(studio),
        as_cut_file,
    ),
    TableCause(
        "outputs compared as floats", ("rounding: floats",), RAIN, scored(studio, stored=clipped)
    ),
    TableCause("RGB instead of Y", ("channels: RGB",), RAIN, scored(rgb)),
    TableCause("luma not rounded", ("protocol y",), RAIN, scored(studio)),
    TableCause("luma rounded", ("luma, rounded",), "prenet-y", scored(studio_rounded)),
    TableCause("full-range luma (YIQ)", ("full-range luma",), RAIN, scored(full_luma)),
    TableCause("SSIM is MATLAB's 3-D", ("3-D",), LIGHT, scored(rgb, three_dimensional)),
    TableCause("SSIM is 2-D, not MATLAB's", ("window: Gaussian",), BLUR, scored(rgb)),
    TableCause("SSIM is scikit-image's default", ("uniform 7x7",), BLUR, scored(rgb, uniform)),
    TableCause(
        "SSIM has the covariance of a sample",
        ("sample covariance",),
        BLUR,
        scored(rgb, sample_covariance),
    ),
    TableCause("SSIM is replicated at the border", ("padded",), LIGHT, scored(rgb, replicated)),
    TableCause("SSIM of pooled images", ("pooled",), LIGHT, scored(rgb, pooled), material="large"),
    TableCause(
        "pyiqa's SSIM on rounded luma",
        ("protocol real-sr",),
        RAIN,
        scored(studio, of_pyiqa, convert_ssim=studio_rounded),
    ),
    TableCause(
        "SSIM of rounded luma, not clipped",
        ("window: Gaussian",),
        REAL,
        scored(studio, convert_ssim=studio_rounded),
        material="large",
    ),
    TableCause(
        "pyiqa's default: YIQ", ("full-range luma",), REAL, scored(full_luma), material="large"
    ),
    TableCause(
        "4 pixels shaved",
        ("4 pixels",),
        REAL,
        scored(studio, of_pyiqa, cut=shaved_4, convert_ssim=studio_rounded),
        material="large",
    ),
    TableCause("GT mean", ("protocol lol-gtmean",), LIGHT, with_match("plain"), material="dark"),
    TableCause(
        "GT mean, red and blue exchanged",
        ("matched in brightness", "lol-gtmean"),
        LIGHT,
        with_match("swapped"),
        material="dark",
    ),
    TableCause(
        "GT mean of rounded grey",
        ("matched in brightness", "lol-gtmean"),
        LIGHT,
        with_match("rounded"),
        material="dark",
    ),
    TableCause(
        "GT mean in one column of two",
        ("outputs that were not matched",),
        LIGHT,
        psnr_with_match,
        material="dark",
    ),
    TableCause(
        "cropped to multiples of 16, centred",
        ("centre, multiple of 16",),
        "cdd11",
        scored(rgb, uniform, cut=centre_of_16),
        material="odd",
    ),
    TableCause(
        "cropped to multiples of 16, corner",
        ("region: multiple of 16",),
        "cdd11",
        scored(rgb, uniform, cut=corner_of_16),
        material="odd",
    ),
    TableCause(
        "PSNR of the mean error", ("of MSE",), RAIN, scored(studio_rounded), mean=of_mean_error
    ),
    TableCause(
        "aligned, as RealBlur is",
        ("realblur-aligned",),
        "rgb",
        of_files(aligned, moved_aside),
        moved_aside,
    ),
    TableCause(
        "Rain100H of the other list",
        ("other list of Rain100",),
        RAIN,
        scored(studio_rounded),
        set="rain100h",
        task="derain",
        above=(-2.37, -0.0247),
    ),
    TableCause(
        "SIDD's benchmark, not validation",
        ("benchmark of SIDD",),
        "sidd",
        scored(rgb, three_dimensional),
        set="sidd",
        task="real_denoise",
        above=(-0.14, -0.001),
    ),
    TableCause(
        "local statistics at test time",
        ("local statistics",),
        BLUR,
        scored(rgb, three_dimensional),
        set="gopro",
        task="deblur",
        above=(0.63, 0.0047),
    ),
)
"""The causes to be named."""

TABLE_AGREEMENTS = (
    TableCause("the protocol itself, rain13k-y", ("agrees",), RAIN, scored(studio_rounded)),
    TableCause(
        "the protocol itself, sidd", ("agrees",), "matlab-rgb3d", scored(rgb, three_dimensional)
    ),
    TableCause(
        "unexplained, 1.43 dB above", (), RAIN, scored(studio_rounded), above=(1.43, 0.0123)
    ),
    TableCause("unexplained, 0.61 dB below", (), LIGHT, scored(rgb), above=(-0.61, -0.0087)),
)
"""Claims of which nothing may be blamed."""
