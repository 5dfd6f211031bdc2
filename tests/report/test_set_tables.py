"""Tables of several sets: PSNR/SSIM in a cell, and the mean over sets of models that have every set."""

import csv
import io
from math import inf
from pathlib import Path
from typing import Any

import pytest

from iqabench.report.data import set_tables as module
from iqabench.report.data.set_tables import SetTable, set_tables
from iqabench.report.data.tables import tables
from iqabench.report.text.set_formats import sets_csv, sets_latex, sets_markdown
from iqabench.sets.group_facts import GroupFacts
from iqabench.store import Record, Store

from .conftest import Fill, column_of


@pytest.fixture(autouse=True)
def _no_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sets are put together by task and level, unless a test declares a group."""
    monkeypatch.setattr(module, "set_groups", dict)


def measured(
    name: str, model: str, psnr: list[float | None], ssim: float | None = 0.9, **given: Any
) -> list[Record]:
    """Return the records of a model on a set: PSNR of each image, and one SSIM for all of them."""
    protocol = given.pop("protocol", "rain13k-y")
    facts: dict[str, Any] = {"task": "derain", "level": "", "scale": 1, "set": name, "model": model}
    facts |= given
    facts = {"set_hash": (name + "0" * 64)[:64]} | facts
    similar = [] if ssim is None else [ssim] * len(psnr)
    return [
        *column_of(psnr, column=f"psnr@{protocol}", **facts),
        *column_of(similar, column=f"ssim@{protocol}", **facts),
    ]


def one_table(store: Store) -> SetTable:
    (table,) = set_tables(tables(store))
    return table


def means(table: SetTable) -> dict[str, list[tuple[str, int]] | str]:
    """Return the means with their places by the label of the row, or the reason why there are none."""
    return {
        row.label: row.reason or [(mean.text, mean.place) for mean in row.means if mean]
        for row in table.rows
    }


def test_the_mean_counts_each_set_once_and_marks_each_figure(fill: Fill) -> None:
    table = one_table(
        fill(
            *measured("rain100h", "first", [30.0], 0.8),
            *measured("rain100l", "first", [40.0, 40.0, 40.0], 0.9),
            *measured("rain100h", "second", [31.0], 0.9),
            *measured("rain100l", "second", [36.0, 38.0, 40.0], 0.9),
        )
    )
    assert means(table) == {
        "first": [("35.00", 1), ("0.8500", 2)],  # over images it is 37.5
        "second": [("34.50", 2), ("0.9000", 1)],
    }
    assert "the mean over the 2 sets, in which each set counts once" in table.words[0]
    line = "| first | 1.00 K | <u>30.00</u>/<u>0.8000</u> | **40.00**/**0.9000** | **35.00**/<u>0.8500</u> |"
    assert line in sets_markdown(table)
    assert r"\textbf{35.00}/\underline{0.8500} \\" in sets_latex(table)
    first, _ = csv.DictReader(io.StringIO(sets_csv(table)))
    assert first["mean over sets psnr@rain13k-y"] == "35.0"
    assert (first["rain100l psnr@rain13k-y"], first["rain100l n"]) == ("40.0", "3")


def test_without_every_set_the_cell_says_why(fill: Fill) -> None:
    whole = [(name, [30.0, 31.0]) for name in ("rain100h", "rain100l", "test100", "test1200")]
    table = one_table(
        fill(
            *(r for name, psnr in whole for r in measured(name, "whole", [*psnr])),
            *(r for name, _ in whole for r in measured(name, "luck", [9, 9], random_weights=True)),
            *(r for name, _ in whole for r in measured(name, "only_psnr", [29.0, 30.0], None)),
            *(r for name, _ in whole[:3] for r in measured(name, "three", [30.0, 31.0])),
            *measured("test100", "single", [30.0, 31.0]),
            *(r for name, _ in whole[:3] for r in measured(name, "short", [30.0, 31.0])),
            *measured("test1200", "short", [30.0]),
            *(r for name, _ in whole[:3] for r in measured(name, "fell", [30.0, inf])),
            *measured("test1200", "fell", [None, None], None),
        )
    )
    assert means(table) == {
        "whole": [("30.50", 1), ("0.9000", 0)],
        "only_psnr": "SSIM lacks 4 of 4 sets",
        "three": "lacks test1200",
        "short": "test1200: 1 of 2 images",
        "fell": "test1200: failed",
        "single": "lacks 3 of 4 sets",
        "luck (random weights)": [("9.00", 0), ("0.9000", 0)],
    }
    assert "| <u>29.50</u>/– (SSIM lacks 4 of 4 sets) |" in sets_markdown(table)
    assert "| – (lacks test1200) |" in sets_markdown(table)
    assert sets_csv(table).count(",,,lacks test1200\n") == 1


def test_sets_without_a_common_protocol_have_no_mean(fill: Fill) -> None:
    table = one_table(
        fill(
            *measured("rain100h", "net", [30.0]),
            *measured("rain12", "net", [31.0], protocol="prenet-y"),
        )
    )
    assert means(table) == {"net": "protocols differ"}
    assert "rain12 (prenet-y) | rain100h (rain13k-y) | Mean" in sets_markdown(table)
    assert "Protocols: " in sets_latex(table)


def test_each_protocol_that_sets_share_has_a_table(fill: Fill) -> None:
    store = fill(
        *measured("rain100h", "net", [30.0]),
        *measured("rain100l", "net", [31.0]),
        *measured("rain100h", "net", [32.0], protocol="prenet-y"),
        *measured("rain100l", "net", [33.0], protocol="prenet-y"),
        *measured("demo", "net", [33.0], task="sr", level="x4", scale=4, protocol="sr-y"),
    )
    assert {t.name: means(t)["net"][0][0] for t in set_tables(tables(store))} == {
        "derain-prenet-y": "32.50",
        "derain-rain13k-y": "30.50",
    }


def test_of_two_versions_of_a_set_the_larger_one_stands_there(fill: Fill) -> None:
    table = one_table(
        fill(
            *measured("rain100h", "net", [10.0], set_hash="a" * 64),
            *measured("rain100h", "net", [30.0, 30.0], set_hash="b" * 64),
            *measured("rain100l", "net", [32.0]),
        )
    )
    assert means(table) == {"net": [("31.00", 0), ("0.9000", 0)]}


def test_outputs_of_one_name_are_one_row_unless_a_set_has_two_of_them(fill: Fill) -> None:
    files: dict[str, Any] = {"facts": {"family": "outputs", "params": None}}
    heavy, light = (
        measured(name, "theirs", [30.0], model_hash=name * 8, **files)
        for name in ("rain100h", "rain100l")
    )
    assert means(one_table(fill(*heavy, *light))) == {"theirs": [("30.00", 0), ("0.9000", 0)]}
    again = measured("rain100l", "theirs", [31.0], model_hash="c" * 64, **files)
    assert len(one_table(fill(*heavy, *light, *again, name="twice")).rows) == 3


@pytest.fixture
def allinone(monkeypatch: pytest.MonkeyPatch, _no_groups: None) -> None:
    """Declare a group over sets of several tasks and levels."""
    group = GroupFacts(
        name="mixed",
        title="Three tasks",
        sets=("rain100h", "cbsd68_n25", "cbsd68_n50", "lol-v1"),
        protocol="allinone-rgb",
        source="a paper",
    )
    monkeypatch.setattr(module, "set_groups", lambda: {"mixed": group})


def noisy(level: str, psnr: float) -> list[Record]:
    """Return the records of a network for all tasks on one level of noise."""
    given: dict[str, Any] = {
        "task": "denoise",
        "level": level,
        "set_hash": level * 16,
        "protocol": "allinone-rgb",
    }
    return measured("cbsd68", "net", [psnr], **given)


@pytest.mark.usefixtures("allinone")
def test_a_group_has_its_own_order_protocol_and_mean(fill: Fill) -> None:
    rain = measured("rain100h", "net", [37.0], protocol="allinone-rgb")
    dark = measured("lol-v1", "net", [23.0], protocol="allinone-rgb", task="low_light")
    other = measured("rain100h", "net", [30.0])
    noise = [*noisy("n25", 31.0), *noisy("n50", 28.0)]
    table = one_table(fill(*rain, *other, *noise, *dark))
    assert [part.head for part in table.parts] == [
        "rain100h",
        "cbsd68 noise 25",
        "cbsd68 noise 50",
        "lol-v1",
    ]
    assert means(table) == {"net": [("29.75", 0), ("0.9000", 0)]}
    table = one_table(fill(*rain, *noise, name="fewer"))
    assert means(table) == {"net": "lacks lol-v1"}
    assert "No model has a mean, as nothing was measured on lol-v1" in table.words[1]


def test_the_page_has_each_table_and_its_files(everything: Path) -> None:
    page = (everything / "sets.html").read_text()
    assert '<span class="metric">twins</span>' in page
    assert '<span class="note">lacks twins</span>' in page
    assert '<a href="sets.html">Sets side by side</a>' in (everything / "index.html").read_text()
    text = (everything / "tables" / "sets-sr-x4-sr-y.md").read_text()
    assert text.startswith("### Super-resolution ×4: PSNR ↑, sr-y\n")
    assert "| good | 5.00 K | **32.00** | **inf** | **inf** |" in text
