"""Variants at the command line: their trees, and names with an @ wherever a name stands."""

from pathlib import Path

import pytest

from iqabench.models.core.catalogue import cards

from .conftest import Call

DEMO = ("--set", "demo", "--scale", "4")


def test_list_variants_for_programs(call: Call) -> None:
    rows = {r["variant"]: r for r in call("list", "models", "--variants", "--json").rows}
    assert set(rows) == {c.id for c in cards().values() if c.variant}
    pruned = rows["rfdn@pruned"]
    assert (pruned["parent"], pruned["method"], pruned["scale"]) == ("rfdn", "pruned", 4)
    assert (pruned["params"], pruned["params_ratio"]) == (289888, 0.6688)  # of 433,448
    assert rows["span@collapsed"]["parent"] == "span@dscf"


@pytest.mark.parametrize("form", ["--csv", "--markdown"])
def test_list_variants_in_tables(call: Call, form: str) -> None:
    head, *lines = call("list", "models", "--variants", form).out.splitlines()
    assert all(name in head for name in ("parent", "variant", "method", "params_ratio"))
    assert any("rfdn@pruned" in line and "0.6688" in line for line in lines)


def test_list_variants_draws_a_tree(call: Call) -> None:
    lines = call("list", "models", "--variants").out.splitlines()
    names = [line.split("  ")[0].rstrip() for line in lines[2:]]
    at = names.index("span_x4")
    assert names[at + 1 : at + 3] == ["├─ span@dscf_x4", "│"]
    beneath = lines[2:][at + 2]
    assert beneath.startswith("│  └─ span@collapsed_x4")
    assert "0.9630" in beneath
    assert "no weight trained" in beneath
    assert not any(name.startswith("bicubic") for name in names)


def test_list_models_says_the_parent(call: Call) -> None:
    rows = {r["model"]: r for r in call("list", "models", "--json").rows}
    assert rows["rfdn@pruned"]["variant_of"] == "rfdn"
    assert rows["rfdn"]["variant_of"] == ""


def test_other_kinds_have_no_variants(call: Call) -> None:
    result = call("list", "sets", "--variants")
    assert result.status == 2
    assert "iqabench list models --variants" in result.err


def test_show_tells_of_a_variant(call: Call) -> None:
    said = call("show", "model", "rfdn@pruned").out
    assert "parent: rfdn" in said
    assert "method: pruned" in said


def test_a_name_that_is_nearly_a_variants_is_answered_with_it(call: Call) -> None:
    result = call("show", "model", "rfdn@prund")
    assert result.status == 1
    assert "'rfdn@pruned'" in result.err


@pytest.mark.usefixtures("in_tmp", "mirror")
def test_names_with_an_at_sign_run_score_and_report(call: Call) -> None:
    column = "psnr@model:rfdn@pruned"
    models = ("--model", "rfdn@pruned", "--model", "bicubic")
    columns = ("--column", "psnr@sr-y", "--column", column)
    ran = call("run", *models, *DEMO, *columns, "--save-outputs", "out", "--json")
    values = {(r["model"], r["column"]): r["value"] for r in ran.rows}
    assert values["rfdn@pruned", "psnr@sr-y"] > values["bicubic", "psnr@sr-y"]
    assert 20 < values["bicubic", column] < 60
    assert Path("out/rfdn@pruned/demo_x4").is_dir()
    scored = call("score", "out", "--column", "psnr@sr-y", "--json", "--store", "scored")
    again = {r["model"]: r["value"] for r in scored.rows}
    assert again["rfdn@pruned"] == pytest.approx(values["rfdn@pruned", "psnr@sr-y"], abs=0.01)
    assert call("report", "--html", "--out", "pages").status == 0
    assert "rfdn@pruned" in Path("pages/index.html").read_text()
    assert call("fetch", "rfdn@pruned").status == 0
