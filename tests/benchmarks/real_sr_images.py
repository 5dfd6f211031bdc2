"""Compare the figures of 193 outputs of OSEDiff with the log that its authors published, image by image.

    iqabench reproduce real-sr --model osediff --store STORE
    python tests/benchmarks/real_sr_images.py STORE

The table has, for each set and metric, both means, the largest difference of an image and the image.
"""

import csv
import sys
from pathlib import Path

from iqabench.boards.catalogue import shipped
from iqabench.store import Store

FIGURES = "osediff_images.csv"
METRICS = {
    "psnr@real-sr": "psnr_y",
    "ssim@real-sr": "ssim_pyiqa_y",
    "lpips@rgb": "lpips_alex",
    "dists@rgb": "dists",
    "niqe@rgb": "niqe_pyiqa",
}
"""The columns here, and those of the file; its others (CLIPIQA, MUSIQ, MANIQA) cannot be measured here."""
QUERY = """
SELECT sample, "column", value FROM records WHERE model = 'osediff' AND "set" = $set AND status = 'ok'
"""


def main() -> int:
    """Print the table, and return 1 when the store lacks every figure."""
    if len(sys.argv) != 2:
        print("usage: real_sr_images.py STORE", file=sys.stderr)
        return 2
    rows = 0
    print("| Set | Column | Images | Log | Here | Largest difference | Image |")
    print("| --- | --- | ---: | ---: | ---: | ---: | --- |")
    with Store(Path(sys.argv[1])).connect() as connection:
        for name in ("realsr", "drealsr"):
            printed = printed_of(name)
            measured = connection.execute(QUERY, {"set": name}).fetchall()
            for column, there in METRICS.items():
                values = {sample: value for sample, of, value in measured if of == column}
                if values:
                    rows += 1
                    print(
                        line(name, column, values, {s: float(r[there]) for s, r in printed.items()})
                    )
    return 0 if rows else 1


def printed_of(name: str) -> dict[str, dict[str, str]]:
    """Return the rows of the published log of one set by sample."""
    text = (shipped() / "published" / FIGURES).read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if line[0] != "#")
    return {
        row["image"].removesuffix("_LR4").removesuffix("_x1"): row
        for row in rows
        if row["set"] == name
    }


def line(name: str, column: str, values: dict[str, float], printed: dict[str, float]) -> str:
    """Return one row of the table."""
    apart = {sample: abs(value - printed[sample]) for sample, value in values.items()}
    worst = max(apart, key=apart.__getitem__)
    log = sum(printed[sample] for sample in values) / len(values)
    here = sum(values.values()) / len(values)
    return f"| {name} | {column} | {len(values)} | {log:.4f} | {here:.4f} | {apart[worst]:.2g} | {worst} |"


if __name__ == "__main__":
    sys.exit(main())
