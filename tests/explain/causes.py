"""Causes of a figure that differs from the papers', simulated with code that explain does not share.

A cause either reads correct outputs in another way, so that the claim is that reading's, or it damages the
files while the claim is the correct figure. Figures are computed here with numpy, scipy and scikit-image.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage
from scipy.ndimage import correlate1d, shift
from skimage.color import rgb2gray, rgb2ycbcr
from skimage.metrics import structural_similarity

from iqabench.images import Image

Pixels = NDArray[np.float64]
Loaded = Sequence[tuple[str, Image, Image]]
Convert = Callable[[Image], Pixels]
Figure = Callable[[Pixels, Pixels], float]


def studio(image: Image) -> Pixels:
    return np.asarray(rgb2ycbcr(image / 255.0)[:, :, :1])


def rgb(image: Image) -> Pixels:
    return image.astype(np.float64)


def border(pixels: int) -> Callable[[Pixels], Pixels]:
    return lambda image: image[pixels : image.shape[0] - pixels, pixels : image.shape[1] - pixels]


def psnr(output: Pixels, target: Pixels, peak: float = 255.0) -> float:
    return float(10 * np.log10(peak**2 / ((output - target) ** 2).mean()))


def ssim(output: Pixels, target: Pixels, data_range: float = 255.0) -> float:
    """Return SSIM as the papers have it, by scikit-image."""
    return float(
        structural_similarity(  # type: ignore[no-untyped-call]
            output,
            target,
            channel_axis=2,
            data_range=data_range,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
        )
    )


def uniform(output: Pixels, target: Pixels) -> float:
    return float(structural_similarity(output, target, channel_axis=2, data_range=255.0))  # type: ignore[no-untyped-call]


def three_dimensional(output: Pixels, target: Pixels) -> float:
    """Return SSIM under a window of 11x11x11 with replicated borders, as MATLAB's ssim() has it."""
    kernel = np.exp(-(np.arange(-5, 6) ** 2) / 4.5)
    kernel /= kernel.sum()

    def mean(values: Pixels) -> Pixels:
        for axis in range(3):
            values = correlate1d(values, kernel, axis, mode="nearest")
        return values

    x, y, c1, c2 = output, target, 6.5025, 58.5225
    mx, my = mean(x), mean(y)
    vx, vy, covariance = mean(x * x) - mx * mx, mean(y * y) - my * my, mean(x * y) - mx * my
    luminance = (2 * mx * my + c1) / (mx * mx + my * my + c1)
    return float((luminance * (2 * covariance + c2) / (vx + vy + c2)).mean())


@dataclass(frozen=True)
class Cause:
    """A cause: how a claim was read, or what happened to the files."""

    name: str
    names: tuple[str, ...]
    """Words that name it; empty for claims that nothing explains."""
    convert: Convert = studio
    cut: Callable[[int], Callable[[Pixels], Pixels]] = border
    psnr: Figure = psnr
    ssim: Figure = ssim
    ssim_convert: Convert | None = None
    mean: Callable[[Pixels, Pixels, Pixels], float] = field(
        default=lambda db, mse, area: float(db.mean())
    )
    damage: Callable[[Image], Image] | None = None
    """The change of the files, while the claim is of the correct ones."""
    above: tuple[float, float] = (0.0, 0.0)
    """What is added to PSNR and SSIM of the claim."""
    before: Callable[[Image], Image] | None = None
    """The change of what the claim is computed on, while the files are the correct ones."""

    def is_named_by(self, told: str) -> bool:
        return any(name in told for name in self.names)


def three(image: Image) -> Image:
    return np.repeat(image, 3, axis=2) if image.shape[2] == 1 else image


def claimed(
    cause: Cause, loaded: Loaded, scale: int, *, with_ssim: bool, digits: int = 2
) -> tuple[list[tuple[str, Image]], str]:
    """Return the files of a cause, and the claim as a paper prints it."""
    cut = cause.cut(scale)
    decibels, errors, areas, similar, files = [], [], [], [], []
    for name, raw_output, raw_target in loaded:
        output, target = three(raw_output), three(raw_target)
        seen = cause.before(output) if cause.before else output
        o, t = cut(cause.convert(seen)), cut(cause.convert(target))
        decibels.append(cause.psnr(o, t))
        errors.append(((o - t) ** 2).mean())
        areas.append(o.shape[0] * o.shape[1])
        if with_ssim:
            convert = cause.ssim_convert or cause.convert
            similar.append(cause.ssim(cut(convert(seen)), cut(convert(target))))
        files.append((name, np.ascontiguousarray(cause.damage(output) if cause.damage else output)))
    figure = cause.mean(np.array(decibels), np.array(errors), np.array(areas)) + cause.above[0]
    claim = f"{figure:.{digits}f}"
    return files, claim + (f"/{np.mean(similar) + cause.above[1]:.4f}" if with_ssim else "")


def rounded(values: Pixels) -> Image:
    return np.clip(np.floor(values + 0.5), 0, 255).astype(np.uint8)


def saved_as_jpeg(quality: int) -> Callable[[Image], Image]:
    def save(image: Image) -> Image:
        data = io.BytesIO()
        PillowImage.fromarray(image).save(data, "JPEG", quality=quality)
        return np.asarray(PillowImage.open(data).convert("RGB"))

    return save


def truncated(image: Image) -> Image:
    """Return what truncation gives where rounding gives the image: a level less for half of the pixels."""
    rest = np.random.default_rng(0).uniform(-0.5, 0.5, image.shape)
    return np.clip(np.floor(image + rest), 0, 255).astype(np.uint8)


def moved(down: float, right: float, order: int = 1) -> Callable[[Image], Image]:
    return lambda image: rounded(
        shift(image.astype(np.float64), (down, right, 0), order=order, mode="nearest")
    )


def centre(image: Pixels) -> Pixels:
    height, width = image.shape[:2]
    return image[height // 4 : height // 4 + height // 2, width // 4 : width // 4 + width // 2]


def centre_square(side: int) -> Callable[[Pixels], Pixels]:
    def cut(image: Pixels) -> Pixels:
        top, left = ((length - min(side, length)) // 2 for length in image.shape[:2])
        return image[top : top + side, left : left + side]

    return cut


def ycbcr(image: Image) -> Pixels:
    return np.asarray(rgb2ycbcr(image / 255.0))


def opencv_ycrcb(image: Image) -> Pixels:
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2YCrCb), np.float64)


def opencv_grey(image: Image) -> Pixels:
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[:, :, None], np.float64)


def bt709(image: Image) -> Pixels:
    return np.asarray(image @ np.array([0.2126, 0.7152, 0.0722]))[:, :, None]


def scikit_grey(image: Image) -> Pixels:
    return np.asarray(rgb2gray(image / 255.0))[:, :, None] * 255.0


def grey_file(image: Image) -> Image:
    return rounded(studio(image))


def peak_of_target(output: Pixels, target: Pixels) -> float:
    return psnr(output, target, float(target.max()))


def mean_of_channels(output: Pixels, target: Pixels) -> float:
    return float(np.mean([psnr(output[..., c], target[..., c]) for c in range(3)]))


def pooled(decibels: Pixels, errors: Pixels, areas: Pixels) -> float:
    return float(10 * np.log10(255**2 / errors.mean()))


def by_area(decibels: Pixels, errors: Pixels, areas: Pixels) -> float:
    return float(np.average(decibels, weights=areas))


def pooled_by_area(decibels: Pixels, errors: Pixels, areas: Pixels) -> float:
    return float(10 * np.log10(255**2 / np.average(errors, weights=areas)))


def fixed(pixels: int) -> Callable[[int], Callable[[Pixels], Pixels]]:
    return lambda scale: border(pixels)


CAUSES = (
    Cause("correct outputs, correct claim", ("agrees",)),
    Cause("BT.709 luma", ("BT.709",), convert=bt709),
    Cause("scikit-image's luma", ("scikit-image's grey",), convert=scikit_grey),
    Cause("three YCbCr channels, one error", ("channels: YCbCr",), convert=ycbcr),
    Cause("three YCbCr channels, mean of dB", ("YCbCr, mean of dB",), ycbcr, psnr=mean_of_channels),
    Cause("YCrCb by OpenCV", ("full-range YCbCr",), convert=opencv_ycrcb),
    Cause("peak = maximum of the target", ("maximum of the target",), psnr=peak_of_target),
    Cause("peak 219", ("peak: 219",), psnr=lambda o, t: psnr(o, t, 219.0)),
    Cause("border 8", ("8 pixels", "twice the scale"), cut=fixed(8)),
    Cause("border scale + 6", ("scale + 6", "10 pixels", "8 pixels"), cut=lambda s: border(s + 6)),
    Cause("centre crop, half", ("centre, half",), cut=lambda s: centre),
    Cause("centre crop, 128", ("centre, 128x128",), cut=lambda s: centre_square(128)),
    Cause("mean of dB by area", ("of dB by area",), mean=by_area),
    Cause("dB of the mean error", ("of MSE",), mean=pooled),
    Cause("dB of the mean error by area", ("of MSE by area",), mean=pooled_by_area),
    Cause("SSIM: range 1 for 255", ("1 for 255",), ssim=lambda o, t: ssim(o, t, 1.0)),
    Cause("SSIM: range 2 for 1", ("2 for 1",), ssim=lambda o, t: ssim(o / 255, t / 255, 2.0)),
    Cause("SSIM: range 2 for 255", ("2 for 255",), ssim=lambda o, t: ssim(o, t, 2.0)),
    Cause("SSIM: range 255 for 1", ("255 for 1",), ssim=lambda o, t: ssim(o / 255, t / 255, 255.0)),
    Cause("SSIM: 3-D, all RGB", ("3-D",), rgb, ssim=three_dimensional),
    Cause("SSIM: 3-D of RGB, PSNR of luma", ("3-D",), ssim=three_dimensional, ssim_convert=rgb),
    Cause("SSIM: uniform 7x7", ("uniform 7x7",), ssim=uniform),
    Cause("JPEG, quality 75", ("JPEG",), damage=saved_as_jpeg(75)),
    Cause("JPEG, quality 90", ("JPEG",), damage=saved_as_jpeg(90)),
    Cause("JPEG, quality 95", ("JPEG",), damage=saved_as_jpeg(95)),
    Cause("truncated", ("truncated",), damage=truncated),
    Cause("shifted by half a pixel, linear", ("files: shifted",), damage=moved(0, 0.5)),
    Cause("shifted by half a pixel, cubic", ("files: shifted",), damage=moved(0.5, 0.5, 3)),
    Cause("shifted by two pixels", ("files: shifted",), damage=moved(0, 2)),
    Cause("shifted by 1.5 pixels", ("files: shifted",), damage=moved(1.5, 1.5, 3)),
    Cause("gain 1.02", ("files: gain",), damage=lambda i: rounded(i * 1.02)),
    Cause("gain 0.97", ("files: gain",), damage=lambda i: rounded(i * 0.97)),
    Cause("studio range", ("files: gain",), damage=lambda i: rounded(i * (219 / 255) + 16)),
    Cause("mirrored", ("mirrored left",), damage=lambda i: i[:, ::-1]),
    Cause("upside down", ("mirrored top",), damage=lambda i: i[::-1]),
    Cause("turned by 90 degrees", ("turned by 90",), damage=np.rot90),
    Cause("red and blue swapped", ("red and blue",), damage=lambda i: i[:, :, ::-1]),
    Cause("self-ensemble, as in EDSR's table", ("self-ensemble",), above=(0.16, 0.0016)),
    Cause("self-ensemble, as in RCAN's table", ("self-ensemble",), above=(0.10, 0.0011)),
    Cause("grey file of luma", ("grey file of luma",), damage=grey_file),
    Cause("grey file by OpenCV", ("grey file of luma",), damage=lambda i: rounded(opencv_grey(i))),
    Cause("RGB", ("channels: RGB",), convert=rgb),
    Cause("luma rounded", ("luma, rounded",), convert=lambda i: np.floor(studio(i) + 0.5)),
    Cause("OpenCV's grey", ("full-range luma, rounded",), convert=opencv_grey),
    Cause("no border", ("region: none",), cut=fixed(0)),
    Cause("RGB, border 8", ("channels: RGB; region",), rgb, fixed(8)),
    Cause("RGB, no border", ("channels: RGB; region: none",), rgb, fixed(0)),
    Cause(
        "RGB, no border, 3-D", ("region: none; window: 3-D",), rgb, fixed(0), ssim=three_dimensional
    ),
    Cause("OpenCV's grey, no border", ("luma, rounded; region: none",), opencv_grey, fixed(0)),
    Cause("RGB, dB of the mean error", ("channels: RGB; mean: of MSE",), rgb, mean=pooled),
    Cause("truncated and RGB", ("channels: RGB; files: repaired",), rgb, damage=truncated),
    Cause(
        "mirrored and RGB", ("channels: RGB; files: repaired",), rgb, damage=lambda i: i[:, ::-1]
    ),
)
"""The causes to be named."""

UNEXPLAINED = (
    Cause("unexplained, 0.43 dB above", (), above=(0.43, 0.0031)),
    Cause("unexplained, 0.87 dB below", (), above=(-0.87, -0.0113)),
    Cause("unexplained, 2.61 dB above", (), above=(2.61, 0.0417)),
    Cause("unexplained, SSIM 0.0133 above", ("agrees",), above=(0.0, 0.0133)),
)
"""Claims for which nothing may be blamed."""
