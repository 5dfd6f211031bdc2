"""Saved outputs that somebody has edited are not taken for those of the model."""

from pathlib import Path

import pytest

from iqabench.errors import MetricError
from iqabench.images import read_image, write_image
from iqabench.run.evaluate import evaluate
from iqabench.run.output_folders import read_output
from iqabench.run.plan import Options, plan
from iqabench.store import Store, kept_runs


def test_an_edited_output_is_not_scored_as_the_models_and_is_made_again(tmp_path: Path) -> None:
    cells = plan(["bicubic"], ["demo"], ["psnr"], 4)
    store = Store(tmp_path / "store")
    options = Options(device="cpu", limit=2, progress=False, save_outputs=tmp_path / "saved")
    assert evaluate(cells, store, options).done == 2
    (folder,) = kept_runs(tmp_path / "saved")
    first, second = (sample.name for sample in cells[0].set.samples[:2])
    whole = read_image(folder.file(first))
    write_image(folder.file(first), 255 - whole)
    assert not folder.has(first)
    assert folder.has(second)
    with pytest.raises(MetricError, match=r"was changed after bicubic made it.*--target DIR"):
        read_output(folder, first)
    assert evaluate(cells, store, options).done == 1
    assert (read_image(folder.file(first)) == whole).all()
    assert folder.has(first)
