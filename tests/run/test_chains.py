"""Runs of chains: outputs of the first model are kept and taken again, and both have rows of their own."""

from pathlib import Path

import numpy as np
import pytest

from iqabench.errors import ModelError
from iqabench.images import read_image, write_image
from iqabench.report.data.comparison import compare
from iqabench.run import Options, evaluate, plan
from iqabench.store import Store, kept_runs

from .evaluated import records

CARD = """family: mine
title: Mine, by its outputs
scale: 4
loader: outputs
outputs: {folder: results}
members:
  - id: mine
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Records of a model and two chains that begin with it, on two images."""
    place = tmp_path_factory.mktemp("chains")
    names = ["nearest", "nearest+dct_consistency", "nearest+back_projection"]
    cells = plan(names, ["demo"], ["psnr@sr-y"], 4)
    outcome = evaluate(cells, Store(place), Options(device="cpu", limit=2))
    assert outcome.failures == []
    assert outcome.done == 6
    return place


def test_a_chain_has_its_own_row_and_key(store: Path) -> None:
    rows = records(store)
    assert {row["model"] for row in rows} == {
        "nearest",
        "nearest+back_projection",
        "nearest+dct_consistency",
    }
    assert len({row["key"] for row in rows}) == 3


def test_the_first_models_outputs_are_made_once_and_kept(store: Path) -> None:
    """A chain that finds them stored does not know the time of the whole restoration."""
    timed = {(r["model"], r["restore_ms"] is not None) for r in records(store)}
    assert ("nearest+dct_consistency", True) in timed
    assert ("nearest+back_projection", False) in timed
    (kept,) = kept_runs(store / "outputs")
    assert kept.provenance.model == "nearest"


def test_the_difference_is_paired_with_the_number_of_images(store: Path) -> None:
    keys = {row["model"]: row["key"] for row in records(store)}
    first, chain = keys["nearest"], keys["nearest+dct_consistency"]
    (found,) = compare(Store(store), [first], [chain], [], []).quality
    assert (found.n, found.won) == (2, 2)
    assert found.difference == pytest.approx(found.b - found.a)


def test_stored_and_new_outputs_give_the_same_digits(store: Path, tmp_path: Path) -> None:
    cells = plan(["nearest+back_projection"], ["demo"], ["psnr@sr-y"], 4)
    evaluate(cells, Store(tmp_path), Options(device="cpu", limit=2))
    assert all(row["restore_ms"] is not None for row in records(tmp_path))
    new = {row["sample"]: row["value"] for row in records(tmp_path)}
    old = {r["sample"]: r["value"] for r in records(store) if r["model"] == cells[0].model}
    assert new == old


def test_a_folder_of_outputs_can_be_the_first_model(store: Path, tmp_path: Path) -> None:
    (kept,) = kept_runs(store / "outputs")
    for path in kept.path.glob("*.png"):
        write_image(tmp_path / "mine" / "results" / path.name, read_image(path))
    (tmp_path / "mine" / "card.yaml").write_text(CARD)
    name = f"{tmp_path / 'mine'}+back_projection"
    outcome = evaluate(
        plan([name], ["demo"], ["psnr@sr-y"], 4),
        Store(tmp_path / "r"),
        Options(device="cpu", limit=2),
    )
    assert outcome.failures == []
    rows = records(tmp_path / "r")
    assert {row["model"] for row in rows} == {"mine+back_projection"}
    old = [r["value"] for r in records(store) if r["model"] == "nearest+back_projection"]
    assert np.array_equal([row["value"] for row in rows], old)


def test_a_second_model_without_a_first_is_refused_before_anything_runs() -> None:
    with pytest.raises(ModelError, match=r"works on the output of another model\. Name that one"):
        plan(["dct_consistency"], ["demo"], ["psnr"], 4)
