"""The command `iqabench explain`."""

import sys
from pathlib import Path
from typing import Any

import click

from iqabench.cli.exit_status import SOME_FAILED
from iqabench.cli.lazy import lazy_imports
from iqabench.cli.messages import tell
from iqabench.cli.options import examples, reading_options, scale_option, table_options
from iqabench.cli.progress import watching
from iqabench.cli.result import tell_notes, tell_unpaired
from iqabench.cli.table import print_rows
from iqabench.cli.targets import chosen_targets, pairing_options, target_options

with lazy_imports():
    from iqabench.explain import (
        HABITS,
        Answer,
        Explanation,
        describe,
        effect,
        explain,
        explain_metric,
        in_words,
        metric_in_words,
        parse_claim,
        parse_metric_claim,
        told,
        worth_telling,
    )
    from iqabench.images import ReadOptions, image_files, remarks_on
    from iqabench.protocols import protocol
    from iqabench.run import PairingOptions, Targets, targets_for_many


@click.command(
    "explain",
    epilog=examples(
        "iqabench explain outputs/ --target targets/ --claimed 32.63/0.9002 --scale 4",
        "iqabench explain outputs/ --set set5 --claimed 31.31",
        "iqabench explain outputs/ --target targets/ --protocol rain13k-y --claimed 29.46/0.899",
        "iqabench explain outputs/ --set realsr --claimed maniqa=0.505",
    ),
)
@click.argument("outputs", type=click.Path(path_type=Path))
@target_options
@pairing_options
@click.option(
    "--claimed",
    required=True,
    metavar="PSNR[/SSIM]",
    help="The figure to explain, with the digits that were printed; or METRIC=VALUE, as in lpips=0.2921.",
)
@scale_option("4")
@click.option(
    "--protocol",
    "home",
    metavar="NAME",
    help="The protocol of the papers that the claim is of.  [default: that of the set; sr-y for folders]",
)
@reading_options
@click.option(
    "--all", "everything", is_flag=True, help="Print every reading, not only the informative ones."
)
@table_options
def command(
    outputs: Path,
    target: Path | None,
    images: str | None,
    pairing: PairingOptions,
    claimed: str,
    scale: int | None,
    home: str | None,
    reading: ReadOptions,
    everything: bool,
    form: str | None,
) -> None:
    """Say which way of computing gives a CLAIMED figure for OUTPUTS: why is my PSNR not the paper's?

    The command tries the known ways in which evaluation scripts differ: luma, rounding, border, crop, peak,
    grey files, means, windows and ranges of SSIM, and all named protocols. Each is a row with its figure. It
    looks at the files, too: JPEG, shifts, gains, truncation, mirrored or swapped images, another scale; and
    tells from which inputs the outputs were made. What the evidence does not support is not named.
    """
    of_metric = parse_metric_claim(claimed)
    claim = None if of_metric else parse_claim(claimed)
    folder_scale = scale or (4 if home is None or protocol(home).shave_scales else 1)
    targets = chosen_targets(target, images, scale, folder_scale, pairing, reading)
    if pairing.many:
        targets = targets_for_many(outputs, targets, pairing)
    if claim is None:
        _tell_metric(outputs, targets, claimed, pairing, home, form)
        return
    with watching() as watch:
        explanation = explain(outputs, targets, claim, watch, options=pairing, home=home)
    answers = explanation.answers
    shown = answers if everything else worth_telling(answers)
    named = told(explanation)
    rows = [_row(a, is_told=a in named, whole=form in ("json", "csv")) for a in shown]
    print_rows(rows + _file_rows(explanation), form)
    if form is None:
        click.echo()
        click.echo("\n".join(in_words(explanation)))
    tell_notes(f"paired by: {rule}" for rule in explanation.pairing.rules)
    is_missing = tell_unpaired(explanation.pairing) and not pairing.allow_missing
    own = [outputs] if outputs.is_file() else image_files(outputs)
    tell_notes(remarks_on([*own, *targets.own_files], reading))
    for line in explanation.failures:
        tell(f"left out: {line}")
    sys.exit(SOME_FAILED if explanation.failures or is_missing else 0)


def _tell_metric(
    outputs: Path,
    targets: Targets,
    claimed: str,
    pairing: PairingOptions,
    home: str | None,
    form: str | None,
) -> None:
    """Print the columns of another metric beside a claim, and what is known of its name."""
    claim = parse_metric_claim(claimed)
    assert claim is not None
    with watching() as watch:
        explanation = explain_metric(outputs, targets, claim, watch, options=pairing, home=home)
    if form is None:
        click.echo("\n".join(metric_in_words(explanation)))
        return
    print_rows(
        [
            {"column": name, "value": value, "difference": value - claim.value}
            for name, value in explanation.values.items()
        ],
        form,
    )


def _row(a: Answer, *, is_told: bool, whole: bool) -> dict[str, Any]:
    row: dict[str, Any] = {"reading": describe(a.reading), "psnr": a.measured.psnr}
    row["difference"] = a.psnr_difference
    if a.measured.ssim is not None:
        row |= {"ssim": a.measured.ssim, "ssim difference": a.ssim_difference}
    row["verdict"] = a.verdict
    if whole:
        row |= {habit: getattr(a.reading, habit) for habit in HABITS}
        row["protocols"] = [p.name for p in a.reading.protocols(with_ssim="ssim" in row)]
        row |= {"departures": a.departures, "cost": a.reading.cost}
        row["told"] = is_told
        row["change"] = "; ".join(words for _, words in a.reading.departures())
    return row


def _file_rows(explanation: Explanation) -> list[dict[str, Any]]:
    """Return the rows on what the files show, and on the inputs that they were made from."""
    verdict = effect(explanation)
    restored = {} if explanation.restored is None else {"psnr": explanation.restored}
    rows: list[dict[str, Any]] = [
        {"reading": f"files: {f.name}", **restored, "verdict": verdict, "evidence": f.evidence}
        for f in explanation.findings
    ]
    return rows + [
        {"reading": f"input: {name}", "consistency": db} for name, db in explanation.inputs.items()
    ]
