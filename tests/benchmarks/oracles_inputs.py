"""The oracles of metrics that compare with the inputs of an output, with bands, or whole clips."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from oracles import DEFINITION, Cases, Oracle, test
from scipy.ndimage import sobel
from scipy.signal import convolve2d
from scipy.stats import entropy

from iqabench.images import Case, Part
from iqabench.metrics import column, scores

Plane = NDArray[np.float64]
Fused = Callable[[Plane, list[Plane]], float]

BANDS = "scenes of 11 bits, four and eight bands"
SOURCES = "two and three sources with textures of their own, fused in four ways"
TORCHMETRICS = "torchmetrics, in double"
_SIZES, _SHARES = (17, 9, 5, 3), (1 / 2.15, 0.0, 0.15 / 2.15, 1 / 2.15)


def without_target(name: str, function: str) -> Callable[[], Cases]:
    """Indices of pan-sharpening at full resolution: of output, small bands and panchromatic image."""

    def cases() -> Cases:
        from torchmetrics.functional import image  # noqa: PLC0415

        made = test("test_pansharpening")
        for seed, bands in ((1, 4), (5, 4), (9, 8)):
            small, pan = made.bands(32, bands, seed), made.bands(128, 1, seed + 1)
            fused = made.mixed(small.repeat(4, axis=1).repeat(4, axis=2) * 0.7, pan, 0.3)
            case = Case(fused[0], None, 4, parts={"input": small, "pan": pan})
            output, low = made.batch(fused), made.batch(small)
            wide = made.batch(pan).repeat(1, bands, 1, 1)
            given = (low, output) if name == "d_lambda" else (output, low, wide)
            yield made.values(name, case)[0], float(getattr(image, function)(*given))

    return cases


def ergas() -> Cases:
    from torchmetrics.functional import image  # noqa: PLC0415

    made = test("test_pansharpening")
    for seed, bands in ((3, 8), (7, 8), (11, 4)):
        target = made.bands(40, bands, seed)
        output = made.mixed(target * 1.02, made.bands(40, bands, seed + 1), 0.05)
        theirs = image.error_relative_global_dimensionless_synthesis(
            made.batch(output), made.batch(target), ratio=4
        )
        yield made.values("ergas_pan", Case(output[0], target[0], 4))[0], float(theirs)


def q2n() -> Cases:
    made = test("test_pansharpening")
    yield made.values("q2n", Case(made.OUTPUT[0], made.TARGET[0], 4))[0], 0.978683264158


def clips() -> Cases:
    made = test("test_ssim_3d")
    for frames, channels in ((13, 1), (13, 3), (17, 3)):
        output, target = made.clips(frames, channels)
        yield made.ssim_3d(made.view(output, target)), made.by_scipy(output, target)


def fused(name: str, theirs: Fused) -> Callable[[], Cases]:
    """Metrics of fusion, of grey images, so that luminance is no part of the comparison."""

    def cases() -> Cases:
        made = test("test_fusion")
        for number in (2, 3):
            sources = np.ascontiguousarray(made.sources(number)[..., :1])
            for output in _ways(sources):
                case = Case(output, None, parts={"input": sources})
                (ours,) = scores([column(name, "rgb")], case)
                planes = [source[:, :, 0].astype(np.float64) for source in sources]
                yield ours, theirs(output[:, :, 0].astype(np.float64), planes)

    return cases


def _ways(sources: Part) -> list[Part]:
    floats = sources.astype(np.float64)
    ways = [floats.mean(axis=0), floats.max(axis=0), floats.min(axis=0), 0.8 * floats[0] + 20]
    return [np.clip(np.floor(way + 0.5), 0, 255).astype(np.uint8) for way in ways]


def information(output: Plane, sources: list[Plane]) -> float:
    """The entropies of both less that of pairs, in bits."""

    def bits(*planes: Plane) -> float:
        table = np.stack([plane.ravel() for plane in planes])
        return float(entropy(np.unique(table, axis=1, return_counts=True)[1], base=2))

    return sum(bits(output) + bits(source) - bits(output, source) for source in sources)


def edges_kept(output: Plane, sources: list[Plane]) -> float:
    """Pixel by pixel in the words of the paper, with SciPy's gradients."""

    def gradient(plane: Plane) -> tuple[Plane, Plane]:
        return sobel(plane, axis=1, mode="reflect"), sobel(plane, axis=0, mode="reflect")

    x, y = gradient(output)
    kept = weights = 0.0
    for source in sources:
        across, down = gradient(source)
        for place in np.ndindex(output.shape):
            strength = float(np.hypot(across[place], down[place]))
            of_output = float(np.hypot(x[place], y[place]))
            weights += strength
            if not strength:
                continue
            ratio = min(strength, of_output) / max(strength, of_output)
            turned = abs(
                _angle(float(across[place]), float(down[place]))
                - _angle(float(x[place]), float(y[place]))
            )
            alike = 1 - turned / (np.pi / 2)
            of_strength = 0.9994 / (1 + np.exp(-15 * (ratio - 0.5)))
            kept += strength * of_strength * 0.9879 / (1 + np.exp(-22 * (alike - 0.8)))
    return kept / weights


def _angle(across: float, down: float) -> float:
    return float(np.arctan(down / across)) if across else np.pi / 2


def fidelity(output: Plane, sources: list[Plane]) -> float:
    """The definition window by window, with two-dimensional Gaussian windows of SciPy."""
    planes, total = [*sources, output], 0.0
    for number, (side, share) in enumerate(zip(_SIZES, _SHARES, strict=True)):
        place = np.arange(side) - side // 2
        window = np.exp(-(place[:, None] ** 2 + place[None, :] ** 2) / (2 * (side / 5) ** 2))
        window /= window.sum()
        if number:
            planes = [convolve2d(plane, window, mode="valid")[::2, ::2] for plane in planes]
        maps = [_maps(source, planes[-1], window) for source in planes[:-1]]
        kept = held = 0.0
        for cells in zip(
            *(zip(*(m.ravel() for m in one), strict=True) for one in maps), strict=True
        ):
            least = min(cell[0] for cell in cells)
            chosen = [cell for cell in cells if cell[0] == least]
            kept += sum(cell[1] + 1e-7 for cell in chosen) / len(chosen)
            held += sum(cell[2] + 1e-7 for cell in chosen) / len(chosen)
        total += share * kept / held
    return total


def _maps(source: Plane, output: Plane, window: Plane) -> tuple[Plane, Plane, Plane]:
    def mean(plane: Plane) -> Plane:
        return np.asarray(convolve2d(plane, window, mode="valid"), dtype=np.float64)

    noise = 0.005 * 255**2
    held = np.maximum(mean(source**2) - mean(source) ** 2, 0)
    spread = np.maximum(mean(output**2) - mean(output) ** 2, 0)
    common = mean(source * output) - mean(source) * mean(output)
    gain = common / (held + 1e-10)
    rest = np.where(gain < 0, spread, spread - gain * common)
    gain = np.maximum(gain, 0)
    rest = np.maximum(rest, 1e-10)
    kept = np.log10(1 + gain**2 * held / (rest + noise))
    return gain, kept, np.log10(1 + held / noise)


TABLE = [
    Oracle("d_lambda", TORCHMETRICS, BANDS, without_target("d_lambda", "spectral_distortion_index")),
    Oracle("d_s", TORCHMETRICS, BANDS, without_target("d_s", "spatial_distortion_index")),
    Oracle("ergas_pan", TORCHMETRICS, BANDS, ergas),
    Oracle("fusion_mi", "entropies of SciPy", SOURCES, fused("fusion_mi", information)),
    Oracle("q2n", "the authors' toolbox in Python, corrected towards MATLAB's",
           "a scene of eight bands", q2n),
    Oracle("q_abf", DEFINITION + ", pixel by pixel", SOURCES, fused("q_abf", edges_kept)),
    Oracle("qnr", TORCHMETRICS, BANDS, without_target("qnr", "quality_with_no_reference")),
    Oracle("ssim_3d", "the definition with SciPy's filters", "clips of a moving pattern", clips),
    Oracle("viff", DEFINITION + ", window by window", SOURCES, fused("viff", fidelity)),
]  # fmt: skip
