"""The JSON index: it is what its schema says, and its numbers are those of the pages."""

import json
from pathlib import Path
from typing import Any

import pytest

from iqabench.report.pages.core.site import write_report
from iqabench.store import Store

from .board_example import YAML, made_board, made_records
from .conftest import NASTY, filled

jsonschema = pytest.importorskip("jsonschema")

Index = dict[str, Any]


def index_of(store: Store, out: Path, **given: Any) -> Index:
    write_report(store, out, **given)
    found: Index = json.loads((out / "index.json").read_text())
    schema = json.loads((out / "index.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(found, schema)
    return found


def test_means(full: Store, tmp_path: Path) -> None:
    index = index_of(full, tmp_path / "out", among=[])
    assert (index["schema"], index["version"]) == ("iqabench-report-index", 1)
    tiny = next(s for s in index["sets"] if s["set"] == "tiny")
    assert (tiny["page"], tiny["samples"], tiny["level"]) == ("tiny-x4.html", 3, "x4")
    rows = {row["label"]: row for row in tiny["rows"]}
    good = rows["good"]["values"]["psnr@sr-y"]
    assert (good["value"], good["n"], good["of"], good["place"]) == (32.0, 3, 3, 1)
    assert good["ci_low"] is good["ci_high"] is None  # of three images
    assert rows["falls"]["values"]["psnr@sr-y"]["failed"] == 1
    assert rows["good (random weights)"]["random_weights"] is True
    assert NASTY in rows
    twins = next(s for s in index["sets"] if s["set"] == "twins")
    exact = next(r for r in twins["rows"] if r["model"] == "good")["values"]["psnr@sr-y"]
    assert (exact["value"], exact["infinite"], exact["ci_low"]) == ("inf", 1, None)


def test_costs_and_boards(tmp_path: Path) -> None:
    store = filled(tmp_path / "store", made_records())
    errata = "errata: [{entry: Fast, of: params, instead: 3, why: a slip}]\n"
    index = index_of(store, tmp_path / "out", among=[made_board(tmp_path, YAML + errata)])
    devices = {d["device"]: d for d in index["devices"]}
    assert set(devices) == {"a GPU", "a processor (1 thread)"}
    times = [c["value"] for c in devices["a GPU"]["costs"] if c["probe"] == "latency_ms"]
    assert sorted(times) == [0.4, 1.0]
    (board,) = index["boards"]
    assert (board["board"], board["page"]) == ("made", "board-made.html")
    fast = next(e for e in board["tracks"][0]["entries"] if e["entry"] == "Fast")
    assert (fast["rank"], fast["best"], fast["worst"], fast["models"]) == (1, 1, 2, ["quick"])
    assert fast["values"]["psnr"] == 29.5
    assert fast["corrected_rank"] == 1
    assert board["corrections"] == [
        {"entry": "Fast", "what": "params", "printed": 2.0, "corrected": 3.0, "why": "a slip"}
    ]
    assert fast["values"]["psnr measured"] == 29.0
    assert fast["values"]["time measured a GPU"] == 0.4


def test_every_page_that_it_names_is_there(costly: Store, tmp_path: Path) -> None:
    index = index_of(costly, tmp_path / "out")
    named = [part["page"] for kind in ("sets", "devices", "boards") for part in index[kind]]
    named += [part["per_image"] for part in index["sets"]]
    assert len(named) > 10
    assert all((tmp_path / "out" / name).is_file() for name in named)


def test_a_wrong_index_is_found_out(full: Store, tmp_path: Path) -> None:
    index = index_of(full, tmp_path / "out", among=[])
    index["sets"][0]["rows"][0]["values"]["psnr@rgb"]["value"] = "31.25"
    schema = json.loads((tmp_path / "out" / "index.schema.json").read_text())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(index, schema)
