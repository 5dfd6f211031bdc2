"""Which causes `iqabench explain` names: each is simulated on real outputs, with independent code.

    python tests/benchmarks/explain_causes.py OUTPUTS/MODEL/SET_xN ... [--cause NAME ...] [--ssim-only]
        [--markdown FILE]

Each folder holds outputs as `iqabench run --save-outputs OUTPUTS` keeps them. A figure is claimed as papers
print it, PSNR with two decimals and SSIM with four, and once more without SSIM. A cause counts as named when
what is told holds it, as first when that is told first. Behind the causes come false alarms: claims that
nothing explains.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from iqabench.explain import (
    Explanation,
    effect,
    ensemble_is_told,
    explain,
    parse_claim,
    told,
)
from iqabench.images import Image, write_image
from iqabench.run import Outputs, Targets, targets_of_set

sys.path.insert(0, str(Path(__file__).parents[1]))
from explain.causes import CAUSES, UNEXPLAINED, Cause, claimed


def names(explanation: Explanation) -> list[str]:
    """Return what is told, in order: findings that lead to the claim, then readings, then self-ensemble."""
    found = []
    if effect(explanation).startswith("explains"):
        found += [f"files: {f.name}" for f in explanation.findings]
    for a in told(explanation):
        departures = [name for name, _ in a.reading.departures()]
        if departures != ["files: repaired"]:
            found.append("; ".join(departures) or "agrees")
    return found + (["self-ensemble"] if ensemble_is_told(explanation) else [])


def explained(
    cause: Cause, outputs: list[tuple[str, Image]], claim: str, targets: Targets
) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        for name, image in outputs:
            write_image(Path(folder) / f"{name}.png", image)
        return names(explain(Path(folder), targets, parse_claim(claim)))


def pairs(folder: Path, targets: Targets) -> Iterable[tuple[str, Image, Image]]:
    for both in Outputs(folder, targets).pairs():
        assert both.output is not None, both.error
        assert both.target is not None, both.error
        yield both.sample, both.output, both.target


def rows_of(folder: Path, chosen: list[str], forms: tuple[bool, ...]) -> Iterable[dict[str, str]]:
    name, _, scale = folder.name.rpartition("_x")
    targets = targets_of_set(name, int(scale))
    loaded = list(pairs(folder, targets))
    for cause in (*CAUSES, *UNEXPLAINED):
        if chosen and cause.name not in chosen:
            continue
        for with_ssim in forms:
            if not with_ssim and cause.name.startswith("SSIM"):
                continue
            files, claim = claimed(cause, loaded, int(scale), with_ssim=with_ssim)
            correct = claimed(CAUSES[0], loaded, int(scale), with_ssim=with_ssim)[1]
            if cause.damage is None and cause is not CAUSES[0] and claim == correct:
                continue  # the printed digits are those of the correct reading
            found = explained(cause, files, claim, targets)
            hit = [at for at, one in enumerate(found) if cause.is_named_by(one)]
            yield {
                "setting": f"{folder.parent.name} {folder.name}",
                "cause": cause.name,
                "claim": claim,
                "named": "yes" if hit or (not cause.names and not found) else "NO",
                "first": "yes" if hit[:1] == [0] or (not cause.names and not found) else "no",
                "told": " | ".join(found),
            }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--cause", action="append", default=[])
    parser.add_argument("--ssim-only", action="store_true", help="claim PSNR with SSIM only")
    parser.add_argument("--markdown", type=Path)
    options = parser.parse_args()
    rows = []
    for folder in options.folders:
        for row in rows_of(folder, options.cause, (True,) if options.ssim_only else (True, False)):
            rows.append(row)
            sys.stdout.write("  ".join(row.values()) + "\n")
            sys.stdout.flush()
    if options.markdown:
        options.markdown.write_text(table(rows))


def table(rows: list[dict[str, str]]) -> str:
    """Return a Markdown table: for each cause and setting whether it is named, with SSIM and without."""
    settings = list(dict.fromkeys(row["setting"] for row in rows))
    lines = ["| cause | " + " | ".join(settings) + " |", "| --- |" + " --- |" * len(settings)]
    for cause in dict.fromkeys(row["cause"] for row in rows):
        cells = []
        for setting in settings:
            both = [r for r in rows if (r["cause"], r["setting"]) == (cause, setting)]
            cells.append(
                " / ".join(f"{'first' if r['first'] == 'yes' else r['named']}" for r in both)
            )
        lines.append(f"| {cause} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
