"""Costs of images as records: counted while they are restored, and told apart by setting."""

from pathlib import Path

import pytest

from iqabench.errors import UsageError
from iqabench.metrics import any_column
from iqabench.run import Options, evaluate, plan
from iqabench.store import Store

from .evaluated import records


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run an adaptive model at two settings beside its parent; weights are random where there are none."""
    folder = tmp_path_factory.mktemp("costs")
    cells = plan(["pcsr_fsrcnn", "fsrcnn"], ["demo"], ["psnr@sr-y"], 4)
    options = Options(
        device="cpu", settings=("k=0,1",), limit=1, allow_random_weights=True, progress=False
    )
    outcome = evaluate(cells, Store(folder), options)
    assert outcome.failures == []
    return folder


def test_each_image_has_its_cost_and_the_share_of_the_heavy_path(store: Path) -> None:
    rows = [row for row in records(store) if row["model"] == "pcsr_fsrcnn"]
    assert {(row["column"], row["setting"]) for row in rows} == {
        (column, setting)
        for column in ("psnr@sr-y", "macs@image", "heavy@image")
        for setting in ("", "k=1")
    }
    assert len({row["key"] for row in rows}) == len(rows) == 6


def test_the_parent_of_an_adaptive_model_is_counted_at_the_same_images(store: Path) -> None:
    parent = [row for row in records(store) if row["model"] == "fsrcnn"]
    assert [row["column"] for row in parent] == ["macs@image", "psnr@sr-y"]
    places = 72 * 72  # of the input; biases and activations are no multiply-accumulates
    assert parent[0]["value"] == places * (24515 - 56 - 12 * 5 - 56 - 3 - 4)


def test_other_models_have_no_costs_unless_asked() -> None:
    (cell,) = plan(["fsrcnn"], ["demo"], ["psnr@sr-y"], 4)
    assert [column.name for column in cell.columns] == ["psnr@sr-y"]


@pytest.mark.parametrize("text", ["macs@rgb", "psnr@image"])
def test_costs_and_metrics_have_protocols_of_their_own(text: str) -> None:
    with pytest.raises(UsageError, match=f"there is no column '{text}'"):
        any_column(text)


def test_a_setting_that_no_model_of_the_run_has_is_refused(tmp_path: Path) -> None:
    cells = plan(["pcsr_fsrcnn", "fsrcnn"], ["demo"], ["psnr@sr-y"], 4)
    with pytest.raises(UsageError, match=r"'pcsr_fsrcnn' has no setting 'q'; it has k, adaptive"):
        evaluate(cells, Store(tmp_path), Options(device="cpu", settings=("q=1",)))
