"""What PReNet has on Rain100H by the authors' evaluation, and by five that differ from it in one habit.

    iqabench fetch prenet rain100h
    python tests/benchmarks/rain100h_axes.py [--images N]

The table has the known mean of each evaluation beside the mean here. It takes 5 to 20 s an image.
"""

import argparse
import sys
from pathlib import Path

from iqabench.images import Case
from iqabench.metrics import column
from iqabench.metrics.core.column import Column, scores
from iqabench.models.core.load import load_model
from iqabench.models.core.restore import restore
from iqabench.sets import load_set

sys.path.insert(0, str(Path(__file__).parents[1]))
from metrics.derain_axes import axes

TOLERANCE = 1e-4


def main() -> int:
    """Print the table; return 1 when a mean over all images is not the known one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=100, help="only the first N images")
    count = parser.parse_args().images
    psnr = column("psnr@prenet-y").metric
    columns = [Column(psnr, axis.protocol) for axis in axes().values()]
    model, rows = load_model("prenet", 1), []
    for reference in list(load_set("rain100h"))[:count]:
        sample = reference.load()
        output = restore(model, sample.input).image
        rows.append([scores([one], Case(output, sample.target, 1))[0] for one in columns])
        print(reference.name, *(f"{value:.4f}" for value in rows[-1]), file=sys.stderr, flush=True)
    means = [sum(values) / len(rows) for values in zip(*rows, strict=True)]
    print("| Evaluation | Known | Here |\n| --- | ---: | ---: |")
    for (name, axis), mean in zip(axes().items(), means, strict=True):
        print(f"| {name} | {axis.mean:.4f} | {mean:.4f} |")
    pairs = zip(axes().values(), means, strict=True)
    wrong = any(abs(axis.mean - mean) > TOLERANCE for axis, mean in pairs)
    return int(wrong and len(rows) == 100)


if __name__ == "__main__":
    sys.exit(main())
