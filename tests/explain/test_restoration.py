"""Causes in tables of restoration tasks: a few of those of the benchmark, on two small outputs."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from iqabench.errors import UnknownNameError, UsageError
from iqabench.explain import (
    explain,
    explain_metric,
    hints,
    in_words,
    metric_in_words,
    parse_claim,
    parse_metric_claim,
)
from iqabench.explain.hints import known_hints
from iqabench.explain.other_metrics import known_metrics
from iqabench.images import Case, write_image
from iqabench.images.imresize import imresize
from iqabench.metrics import column, scores
from iqabench.run import PairingOptions, Targets, targets_of_folder
from iqabench.sets import load_set
from iqabench.tasks import task_named

from .restoration_causes import TABLE_CAUSES, Restored, TableCause, claim_of


@pytest.fixture(scope="module")
def images() -> list[Restored]:
    """Return outputs of bicubic interpolation as floats, as it gives them, with their targets."""
    found = []
    for reference in list(load_set("demo", 4))[:2]:
        sample = reference.load()
        output = np.asarray(imresize(sample.input.astype(np.float64), 4), np.float64)[:130, :150]
        found.append(Restored(output, np.asarray(sample.target)[:130, :150]))
    return found


def folders(tmp_path: Path, cause: TableCause, images: list[Restored]) -> tuple[Path, Targets]:
    for name in ("out", "target"):
        (tmp_path / name).mkdir()
    for at, (output, target) in enumerate(images):
        write_image(tmp_path / "out" / f"{at}.png", cause.files(output))
        write_image(tmp_path / "target" / f"{at}.png", target)
    targets = targets_of_folder(tmp_path / "target", 1)
    said = replace(targets.subject, set=cause.set, task=cause.task) if cause.set else None
    return tmp_path / "out", replace(targets, subject=said) if said else targets


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("outputs cut off before they were compared", "This is protocol prenet-y"),
        ("SSIM has the covariance of a sample", "sample covariance"),
        ("SIDD's benchmark, not validation", "with its benchmark, scored by a server only"),
    ],
)
def test_a_cause_is_named(tmp_path: Path, images: list[Restored], name: str, said: str) -> None:
    cause = next(one for one in TABLE_CAUSES if one.name == name)
    outputs, targets = folders(tmp_path, cause, images)
    result = explain(outputs, targets, parse_claim(claim_of(cause, images)), home=cause.home)
    assert said in "\n".join(in_words(result))
    assert hints(result) or not cause.set


def test_one_matched_column_of_two_is_named(tmp_path: Path, images: list[Restored]) -> None:
    dark = [Restored(o[:72, :80] * 0.6, t[:72, :80]) for o, t in images]
    cause = next(one for one in TABLE_CAUSES if one.name == "GT mean in one column of two")
    outputs, targets = folders(tmp_path, cause, dark)
    result = explain(outputs, targets, parse_claim(claim_of(cause, dark)), home=cause.home)
    assert "only one of the two columns has the match" in "\n".join(in_words(result))


def test_a_mean_over_folders_is_named(tmp_path: Path, images: list[Restored]) -> None:
    figures = []
    for at, (output, target) in enumerate([*images, images[0]]):
        for place, pixels in (("out", np.round(output).clip(0, 255)), ("target", target)):
            folder = tmp_path / place / ("a" if at < 2 else "b")
            folder.mkdir(parents=True, exist_ok=True)
            write_image(folder / f"{at}.png", pixels.astype(np.uint8))
        case = Case(np.round(output).clip(0, 255).astype(np.uint8), target, 1)
        figures += scores([column("psnr@rgb")], case)
    claim = parse_claim(f"{(np.mean(figures[:2]) + figures[2]) / 2:.3f}")
    options = PairingOptions(recursive=True)
    targets = targets_of_folder(tmp_path / "target", 1, options)
    result = explain(tmp_path / "out", targets, claim, options=options, home="rgb")
    assert "the mean over folders of each folder's mean is taken" in "\n".join(in_words(result))


def test_hints_are_of_tasks_that_exist_and_have_a_source() -> None:
    for hint in known_hints():
        assert hint.sets or hint.tasks
        assert hint.source
        assert hint.above[0] < hint.above[1]
        assert not hint.words.endswith(".")
        assert all(task_named(name).name == name for name in hint.tasks)


def test_claims_of_other_metrics_are_computed_or_told_as_known(
    tmp_path: Path, images: list[Restored]
) -> None:
    outputs, targets = folders(tmp_path, TABLE_CAUSES[0], images)
    claim = parse_metric_claim("maniqa=.505")
    assert claim is not None
    said = "\n".join(metric_in_words(explain_metric(outputs, targets, claim)))
    assert "iqabench has no metric 'maniqa'" in said
    assert "Known, not computed: " in said
    assert "nearer to MANIQA of KonIQ" in said
    claim = parse_metric_claim("mae=99")
    assert claim is not None
    computed = explain_metric(outputs, targets, claim, home="y")
    assert set(computed.values) == {"mae@y", "mae@rgb", "mae@sr-rgb"}
    assert "No column that was computed gives" in "\n".join(metric_in_words(computed))
    exact = replace(claim, value=round(computed.values["mae@y"], 4), half=0.00005)
    found = explain_metric(outputs, targets, exact, home="y")
    assert "The claimed figure is mae@y" in metric_in_words(found)[-1]
    assert known_metrics()["maniqa"].figures


@pytest.mark.parametrize("text", ["maniqa=", "=3", "lpips=0,3", "psnr=30", "ssim=.9"])
def test_what_is_no_claim_of_a_metric_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"expected METRIC=VALUE|write PSNR first"):
        parse_metric_claim(text)


def test_a_metric_that_nobody_knows_is_refused(tmp_path: Path, images: list[Restored]) -> None:
    outputs, targets = folders(tmp_path, TABLE_CAUSES[0], images)
    claim = parse_metric_claim("lpisp=.3")
    assert claim is not None
    with pytest.raises(UnknownNameError, match="Did you mean"):
        explain_metric(outputs, targets, claim)
