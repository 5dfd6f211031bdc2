"""What PSNR and SSIM cost on luma, against the libraries of others and against reading the files.

pytest tests/benchmarks/test_psnr_ssim.py --benchmark-columns=min,median,rounds \
    --benchmark-sort=min --benchmark-group-by=param:size

All start from two 8-bit RGB images in memory and end with two numbers; all run on one thread, and
are timed by the processor's clock, so that a busy machine disturbs ratios little. Run as a script, it
tells the two ratios that we aim at: at most 1.5 times the decoding of the two PNG files, at most a
fifteenth of piq.
"""

from collections.abc import Callable, Iterator
from time import process_time
from typing import Any

import cv2
import numpy as np
import piq
import pytest
import torch
import torchmetrics.functional.image as torchmetrics
from numpy.typing import NDArray
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from iqabench.images import Case, luma
from iqabench.metrics import column, scores

Pixels = NDArray[np.uint8]
Run = Callable[[], object]
Way = Callable[[Pixels, Pixels], Run]

SIZES = {"512x512": (512, 512), "1024x768": (768, 1024), "1920x1080": (1080, 1920)}


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    threads = cv2.getNumThreads(), torch.get_num_threads()
    cv2.setNumThreads(0)
    torch.set_num_threads(1)
    yield
    cv2.setNumThreads(threads[0])
    torch.set_num_threads(threads[1])


def photograph(height: int, width: int) -> Pixels:
    """Detail of every size, falling with frequency as in photographs, and the noise of a sensor."""
    rng = np.random.default_rng(0)
    image = np.zeros((height, width, 3))
    for octave in range(8):
        small = rng.normal(0, 1, (height >> octave or 1, width >> octave or 1, 3)).astype(
            np.float32
        )
        image += cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC) * 2**octave
    image = 128 + 40 * image / image.std() + rng.normal(0, 2, image.shape)
    return np.asarray(np.clip(image, 0, 255), np.uint8)


def restored(target: Pixels) -> Pixels:
    height, width = target.shape[:2]
    small = cv2.resize(target, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def ours(output: Pixels, target: Pixels) -> Run:
    columns = [column("psnr@sr-y"), column("ssim@sr-y")]
    return lambda: scores(columns, Case(output, target, 4))


def ours_on_rgb(output: Pixels, target: Pixels) -> Run:
    columns = [column("psnr@sr-rgb"), column("ssim@sr-rgb")]
    return lambda: scores(columns, Case(output, target, 4))


def decoding(output: Pixels, target: Pixels) -> Run:
    files = [cv2.imencode(".png", image)[1] for image in (output, target)]
    return lambda: [cv2.imdecode(file, cv2.IMREAD_COLOR_RGB) for file in files]


def _planes(output: Pixels, target: Pixels) -> list[NDArray[np.floating]]:
    return [luma(image)[4:-4, 4:-4, 0] for image in (output, target)]


def of_piq(output: Pixels, target: Pixels) -> Run:
    def run() -> object:
        x, y = (torch.from_numpy(p)[None, None] for p in _planes(output, target))
        ssim = piq.ssim(x, y, data_range=255.0, downsample=False)
        return float(piq.psnr(x, y, data_range=255.0)), float(ssim)

    return run


def of_torchmetrics(output: Pixels, target: Pixels) -> Run:
    def run() -> object:
        x, y = (torch.from_numpy(p)[None, None] for p in _planes(output, target))
        psnr = torchmetrics.peak_signal_noise_ratio(x, y, data_range=255.0)
        ssim = torchmetrics.structural_similarity_index_measure(x, y, data_range=255.0)
        return float(psnr), float(ssim)  # type: ignore[arg-type]

    return run


def of_skimage(output: Pixels, target: Pixels) -> Run:
    psnr_of: Callable[..., float] = peak_signal_noise_ratio
    ssim_of: Callable[..., float] = structural_similarity

    def run() -> object:
        x, y = _planes(output, target)
        ssim = ssim_of(
            x, y, data_range=255, gaussian_weights=True, sigma=1.5, use_sample_covariance=False
        )
        return psnr_of(y, x, data_range=255), ssim

    return run


WAYS: list[Way] = [ours, ours_on_rgb, decoding, of_piq, of_torchmetrics, of_skimage]


@pytest.mark.benchmark(timer=process_time, min_rounds=5, max_time=2, warmup=True)
@pytest.mark.parametrize("way", WAYS, ids=[way.__name__ for way in WAYS])
@pytest.mark.parametrize("size", SIZES)
def test_psnr_and_ssim(benchmark: Any, way: Way, size: str) -> None:
    target = photograph(*SIZES[size])
    run = way(restored(target), target)
    benchmark(run)
    megapixels = target.shape[0] * target.shape[1] / 1e6
    benchmark.extra_info["ms_per_megapixel"] = benchmark.stats.stats.min * 1e3 / megapixels


def least_ms(runs: dict[str, Run], rounds: int) -> dict[str, float]:
    """The least time of each, in turns, so that all meet the same moods of the machine."""
    best = dict.fromkeys(runs, np.inf)
    for _ in range(rounds):
        for name, run in runs.items():
            start = process_time()
            run()
            best[name] = min(best[name], (process_time() - start) * 1e3)
    return best


def in_turns(size: str) -> str:
    """Ours beside the decoding of the two files and beside piq."""
    target = photograph(*SIZES[size])
    output = restored(target)
    ways: dict[str, Way] = {"ours": ours, "decoding": decoding, "piq": of_piq}
    best = least_ms({name: way(output, target) for name, way in ways.items()}, 15)
    megapixels = target.shape[0] * target.shape[1] / 1e6
    told = ", ".join(f"{name} {ms / megapixels:.1f}" for name, ms in best.items())
    return (
        f"{size}: {told} ms per megapixel; {best['ours'] / best['decoding']:.2f} of the decoding, "
        f"{best['piq'] / best['ours']:.1f} times as fast as piq"
    )


if __name__ == "__main__":
    cv2.setNumThreads(0)
    torch.set_num_threads(1)
    for each in SIZES:
        print(in_turns(each))
