"""Which causes of tables of restoration tasks `iqabench explain` names, on real images.

    python tests/benchmarks/explain_restoration.py [--cause NAME ...] [--images N] [--markdown FILE]

PReNet_r derains images of Rain100H, OpenCV enlarges crops of RealSR, and darkened outputs stand for low
light. The files come by `iqabench fetch rain100h realsr prenet_r`. Figures are claimed as papers print them,
PSNR with two decimals and SSIM with four, computed by code that explain does not share. A cause is named
when what is told holds it, as first when that is told first. What is known of a set blames nothing.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from iqabench.explain import Explanation, effect, explain, hints, parse_claim, told
from iqabench.images import write_image
from iqabench.models.core.load import load_model
from iqabench.models.core.restore import restore
from iqabench.run import Targets, targets_of_folder
from iqabench.sets import load_set

sys.path.insert(0, str(Path(__file__).parents[1]))
from explain.restoration_causes import (
    TABLE_AGREEMENTS,
    TABLE_CAUSES,
    Restored,
    TableCause,
    claim_of,
)


def materials(count: int) -> dict[str, list[Restored]]:
    """Return the images of each kind: outputs as floats, with their targets."""
    model, rain = load_model("prenet_r", 1), []
    for reference in list(load_set("rain100h"))[:: 100 // count][:count]:
        sample = reference.load()
        output = np.asarray(restore(model, sample.input).image, np.float64)
        rain.append(Restored(output, np.asarray(sample.target)))
    large = []
    for reference in [r for r in load_set("realsr", fetch=False) if r.files["target"][0].path][
        :count
    ]:
        sample = reference.load()
        target = np.asarray(sample.target)
        height, width = target.shape[:2]
        enlarged = cv2.resize(
            sample.input.astype(np.float64), (width, height), interpolation=cv2.INTER_CUBIC
        )
        large.append(Restored(np.asarray(enlarged, np.float64), target))
    dark = [Restored(o * (0.55 + 0.05 * at), t) for at, (o, t) in enumerate(rain)]
    odd = [Restored(o[:313, :309], t[:313, :309]) for o, t in rain]
    return {"rain": rain, "large": large, "dark": dark, "odd": odd}


def names(explanation: Explanation) -> list[str]:
    """Return what is told, in order: findings, readings with their protocols, what is known of the set."""
    found = []
    if effect(explanation).startswith("explains"):
        found += [f"files: {f.name}" for f in explanation.findings]
    for a in told(explanation):
        departures = "; ".join(name for name, _ in a.reading.departures()) or "agrees"
        protocols = ", ".join(p.name for p in a.reading.protocols(with_ssim=True))
        found.append(f"{departures} (protocol {protocols})" if protocols else departures)
    return found or [f"known: {hint.name}" for hint in hints(explanation)]


def explained(cause: TableCause, images: Sequence[Restored], claim: str) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        for place in ("outputs", "targets"):
            (Path(folder) / place).mkdir()
        for at, (output, target) in enumerate(images):
            write_image(Path(folder, "outputs", f"{at}.png"), cause.files(output))
            write_image(Path(folder, "targets", f"{at}.png"), target)
        targets = _said_to_be(targets_of_folder(Path(folder, "targets"), 1), cause)
        found = explain(Path(folder, "outputs"), targets, parse_claim(claim), home=cause.home)
        return names(found)


def _said_to_be(targets: Targets, cause: TableCause) -> Targets:
    if not cause.set:
        return targets
    return replace(targets, subject=replace(targets.subject, set=cause.set, task=cause.task))


def rows_of(images: dict[str, list[Restored]], chosen: Sequence[str]) -> Iterable[dict[str, str]]:
    for cause in (*TABLE_CAUSES, *TABLE_AGREEMENTS):
        if chosen and cause.name not in chosen:
            continue
        claim = claim_of(cause, images[cause.material])
        found = explained(cause, images[cause.material], claim)
        hit = [at for at, one in enumerate(found) if any(name in one for name in cause.names)]
        blamed = [one for one in found if not one.startswith("known: ")]
        well = not blamed if not cause.names else hit[:1] == [0]
        yield {
            "cause": cause.name,
            "papers": cause.home,
            "claim": claim,
            "named": "first" if well else "named" if hit else "NO",
            "told": " | ".join(found) or "nothing",
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cause", action="append", default=[])
    parser.add_argument("--images", type=int, default=6)
    parser.add_argument("--markdown", type=Path)
    options = parser.parse_args()
    rows = []
    for row in rows_of(materials(options.images), options.cause):
        rows.append(row)
        sys.stdout.write("  ".join(row.values()) + "\n")
        sys.stdout.flush()
    if options.markdown:
        lines = ["| cause | the papers' protocol | claim | |", "| --- | --- | --- | --- |"]
        columns = ("cause", "papers", "claim", "named")
        lines += ["| " + " | ".join(row[c] for c in columns) + " |" for row in rows]
        options.markdown.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
