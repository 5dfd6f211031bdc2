"""The plan refuses early and by name what cannot run."""

from importlib import import_module
from pathlib import Path

import cv2
import numpy as np
import pytest

from iqabench.errors import ModelError, SetError, UnknownNameError, UsageError
from iqabench.run import plan


def test_a_cell_for_each_model_and_set() -> None:
    cells = plan(["bicubic", "lanczos"], ["demo", "set5"], [], 4, fetch=False)
    assert [(c.model, c.set.name) for c in cells] == [
        ("bicubic", "demo"),
        ("bicubic", "set5"),
        ("lanczos", "demo"),
        ("lanczos", "set5"),
    ]
    assert [c.name for c in cells[0].columns] == ["psnr@sr-y", "ssim@sr-y"]


def test_protocols_with_other_inputs_are_other_cells() -> None:
    cells = plan(["bicubic"], ["demo"], ["psnr@bicubic-2014", "psnr"], 2)
    assert [(c.domain, [x.name for x in c.columns]) for c in cells] == [
        ("luma", ["psnr@bicubic-2014"]),
        ("image", ["psnr@sr-y"]),
    ]


@pytest.mark.parametrize(
    ("models", "sets", "columns", "scale", "error", "message"),
    [
        (["bicubc"], ["demo"], [], 4, UnknownNameError, "Did you mean 'bicubic'"),
        (["bicubic"], ["set55"], [], 4, UnknownNameError, "Did you mean 'set5'"),
        (["bicubic"], ["demo"], ["pnsr"], 4, UnknownNameError, "Did you mean 'psnr'"),
        (["bicubic"], ["demo"], ["psnr@sry"], 4, UnknownNameError, "Did you mean 'sr-y'"),
        (["bicubic"], ["demo"], ["psnr@"], 4, UsageError, "not a column"),
        (["rlfn"], ["set5"], [], 3, ModelError, "'rlfn' has x2, x4, not x3"),
        (["bicubic"], ["urban100"], [], 8, SetError, "it has x2, x3, x4"),
        (["rlfn_x2"], ["set5"], [], 4, ModelError, "scales x2; set5 at x4 needs x4"),
        (["dncnn_25"], ["set5"], [], 4, ModelError, "is for denoising"),
        ([], ["set5"], [], 4, UsageError, "at least one --model"),
        (["bicubic"], ["div2k_test"], [], 4, SetError, "--save-outputs"),
    ],
)
def test_what_cannot_run_is_refused(
    models: list[str],
    sets: list[str],
    columns: list[str],
    scale: int,
    error: type[Exception],
    message: str,
) -> None:
    with pytest.raises(error, match=message):
        plan(models, sets, columns, scale, fetch=False)


def test_a_scale_that_a_model_lacks_is_told_before_files_are_fetched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a set was loaded")

    monkeypatch.setattr(import_module("iqabench.run.plan"), "load_sets", refuse)
    for name in ("set5_x8", "set5"):
        with pytest.raises(ModelError, match="'rlfn' has x2, x4, not x"):
            plan(["rlfn"], [name], [], None if "_" in name else 3)


def test_inputs_alone_can_be_restored_without_scores() -> None:
    cells = plan(["bicubic"], ["div2k_test"], [], None, outputs_wanted=True, fetch=False)
    assert [len(c.columns) for c in cells] == [0]


def test_a_folder_is_a_set(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "one.png"), np.zeros((48, 48, 3), np.uint8))
    cells = plan(["bicubic"], [str(tmp_path)], [], 4)
    assert [s.name for s in cells[0].set.samples] == ["one"]


def test_a_bare_metric_of_colour_takes_the_colour_protocol() -> None:
    cells = plan(["bicubic"], ["demo"], ["lpips", "psnr", "lpips@sr-y"], 4)
    assert [c.name for c in cells[0].columns] == ["lpips@sr-rgb", "psnr@sr-y", "lpips@sr-y"]
    assert [c.name for c in plan(["dncnn_25"], ["kodak24"], ["lpips"], fetch=False)[0].columns] == [
        "lpips@rgb"
    ]


def test_a_misspelt_model_is_told_of_before_anything_is_fetched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def load_set(*_: object, **__: object) -> None:
        raise AssertionError("a set was loaded")

    monkeypatch.setattr(import_module("iqabench.run.plan"), "load_sets", load_set)
    with pytest.raises(UnknownNameError, match="bicubc"):
        plan(["bicubic", "bicubc"], ["demo"], [], 4)
