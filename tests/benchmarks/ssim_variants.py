"""The cost of the variants of SSIM, each by itself and all together.

    python tests/benchmarks/ssim_variants.py

Milliseconds of processor time on one thread for a pair of 512x512 RGB images of 8 bits in memory, the least
of `--rounds` (7), luma included; a busy machine still disturbs them, for its caches are shared.
"""

import argparse
import os
import tempfile
from pathlib import Path
from time import process_time

import cv2
from test_psnr_ssim import photograph, restored

from iqabench.images import Case
from iqabench.metrics import column
from iqabench.metrics.core.column import scores

VARIANTS = {
    "RGB, plain": ("rgb", ""),
    "RGB, border repeated": ("rgb", "padding: replicate"),
    "RGB, window over the channels": ("rgb", "padding: replicate, dimensions: 3"),
    "RGB, uniform 7x7, sample": ("rgb", "window: uniform, covariance: sample"),
    "RGB, sample": ("rgb", "covariance: sample"),
    "RGB, pooled": ("rgb", "pooled: true"),
    "luma, plain": ("luma-studio", ""),
    "luma, rounded": ("luma-studio", "rounded: true"),
    "luma, rounded, clipped": ("luma-studio", "rounded: true, clip_contrast: true"),
}


def milliseconds(names: list[str], case: Case, rounds: int) -> float:
    """Return the least processor time of the columns together, without views that were computed before."""
    columns = [column(f"ssim@{name}") for name in names]
    scores(columns, case)
    times = []
    for _ in range(rounds):
        begin = process_time()
        scores(columns, case)
        times.append(process_time() - begin)
    return 1000 * min(times)


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    cv2.setNumThreads(1)
    target = photograph(512, 512)
    case = Case(restored(target), target, 1)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "variants.yaml"
        rows = [
            f"- {{name: v{at}, version: 1, summary: a, source: b, channels: {channels}, ssim: {{{facts}}}}}\n"
            for at, (channels, facts) in enumerate(VARIANTS.values())
        ]
        file.write_text("".join(rows))
        os.environ["IQABENCH_PROTOCOLS"] = str(file)
        names = [f"v{at}" for at in range(len(VARIANTS))]
        single = {name: milliseconds([name], case, rounds) for name in names}
        together = milliseconds(names, case, rounds)
        eight = milliseconds(names[1:], case, rounds)
    for name, title in zip(names, VARIANTS, strict=True):
        print(f"{title:32}{single[name]:8.1f} ms")
    print(f"{'all nine together':32}{together:8.1f} ms")
    print(f"{'the eight without the first':32}{eight:8.1f} ms")


if __name__ == "__main__":
    main()
