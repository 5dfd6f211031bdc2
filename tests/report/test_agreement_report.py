"""Sets of opinions in reports: agreement of metrics with people, and never a leader board of models."""

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from opinions.handed import HANDED

from iqabench.cli.report import command
from iqabench.errors import StoreError
from iqabench.opinions import Opinions, read_opinions
from iqabench.report.pages.core.site import write_report
from iqabench.report.statistics.agreement import Resampling, agreement_rows, fits_named
from iqabench.store import Record, Store
from iqabench.store.agreement import read_agreement, write_agreement

from .conftest import column_of, filled, record
from .test_site import Page

jsonschema = pytest.importorskip("jsonschema")
FACTS = {"title": "The image as it is", "params": 0}


@pytest.fixture(scope="module")
def opinions(tmp_path_factory: pytest.TempPathFactory) -> Opinions:
    return read_opinions("tid2013", HANDED["tid2013"](tmp_path_factory.mktemp("tid2013")))


def scores(opinions: Opinions, column: str, sign: float, task: str = "opinion") -> list[Record]:
    """Values that follow the opinions, up to a swap of the first two."""
    values = [sign * sample.value for sample in opinions.samples]
    values[:2] = values[1::-1] if column.startswith("ssim") else values[:2]
    names = [sample.name for sample in opinions.samples]
    return [
        record(
            sample=name, value=value, column=column, key=column, model="identity", facts=FACTS,
            task=task, set="tid2013", set_hash="9" * 64, scale=1, level="",
        )
        for name, value in zip(names, values, strict=True)
    ]  # fmt: skip


def compared(folder: Path, opinions: Opinions, task: str = "opinion") -> Store:
    """A store of two metrics on a set of opinions, compared with them, beside a model on a set."""
    store = filled(
        folder,
        [
            *scores(opinions, "psnr@rgb", 5.0, task),
            *scores(opinions, "ssim@rgb", 0.1, task),
            *column_of([30.0, 31.0], model="one"),
        ],
    )
    keys = ["psnr@rgb", "ssim@rgb"]
    agreement_rows(store, keys, opinions, fits_named(["none", "4"]), Resampling(20))
    return store


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, opinions: Opinions) -> Store:
    return compared(tmp_path_factory.mktemp("opinions") / "store", opinions)


@pytest.fixture(scope="module")
def out(store: Store) -> Path:
    folder = store.folder.parent / "out"
    write_report(store, folder, among=[])
    return folder


def call(store: Store, *words: str) -> str:
    done = CliRunner().invoke(
        command, ["--store", str(store.folder), *words], catch_exceptions=False
    )
    assert done.exit_code == 0
    return str(done.stdout)


def test_the_index_names_the_best_metric_and_no_leader(out: Path) -> None:
    page = Page(out / "index.html")
    assert page.row("tid2013") == [
        "tid2013",
        "12",
        "2",
        "SRCC ↑higher is better",
        "psnr@rgb 1.0000",
        "0",
    ]
    assert "identity" not in page.text
    assert not (out / "model-identity.html").exists()


def test_the_page_has_a_row_for_each_metric(out: Path) -> None:
    (path,) = out.glob("agreement-*.html")
    page = Page(path)
    heads = [" ".join(cell.split()).split(" ")[0] for cell in page.rows[0]]
    assert heads == ["Metric", "SRCC", "KRCC", "PLCC", "PLCC,", "RMSE,", "NTIRE", "n", "Failed"]
    first, second = page.rows[1:3]
    assert first[0].startswith("psnr@rgb")
    assert first[1].startswith("1.0000")
    assert second[0].startswith("ssim@rgb")
    assert "to" in second[1]
    assert "MOS" in page.text
    assert "sr-y" not in page.text


def test_an_old_store_called_them_denoising(tmp_path: Path, opinions: Opinions) -> None:
    older = compared(tmp_path / "store", opinions, task="denoise")
    assert "tid2013: agreement of metrics with people" in call(older)
    assert "Denoising" not in call(older)


def test_every_form_has_agreement_and_no_means(store: Store) -> None:
    markdown = call(store, "--intervals")
    assert "### tid2013: agreement of metrics with people (MOS" in markdown
    line = next(line for line in markdown.splitlines() if line.startswith("| ssim@rgb"))
    assert r"\[" in line
    assert "identity" not in markdown
    latex = call(store, "--latex")
    assert r"SRCC $\uparrow$" in latex
    assert r"psnr@rgb & \textbf{1.0000}" in latex
    parts = call(store, "--csv", "--intervals").split("\n\n")
    rows = [*csv.DictReader(io.StringIO(parts[1]))]
    assert [row["column"] for row in rows] == ["psnr@rgb", "ssim@rgb"]
    assert float(rows[0]["srcc"]) == pytest.approx(1.0)
    assert rows[1]["srcc ci_low"] < rows[1]["srcc"]


def test_json_has_the_rows_of_agree(store: Store) -> None:
    rows = json.loads(call(store, "--json"))
    found = [row for row in rows if "statistic" in row]
    assert {row["set"] for row in found} == {"tid2013"}
    assert {(row["column"], row["statistic"]) for row in found} >= {
        ("psnr@rgb", "srcc"),
        ("ssim@rgb", "rmse"),
    }
    assert not [row for row in rows if row.get("model") == "identity"]


def test_the_index_for_machines_follows_its_schema(out: Path) -> None:
    index = json.loads((out / "index.json").read_text())
    jsonschema.validate(index, json.loads((out / "index.schema.json").read_text()))
    assert [s["set"] for s in index["sets"]] == ["tiny"]
    (opinions,) = index["opinions"]
    assert (out / opinions["page"]).is_file()
    assert [m["column"] for m in opinions["metrics"]] == ["psnr@rgb", "ssim@rgb"]


def test_values_without_an_agreement_say_what_to_do(tmp_path: Path, opinions: Opinions) -> None:
    store = filled(tmp_path / "store", scores(opinions, "psnr@rgb", 5.0))
    write_report(store, tmp_path / "out", among=[])
    (path,) = (tmp_path / "out").glob("agreement-*.html")
    assert "iqabench agree --set tid2013" in path.read_text()
    assert "run 'iqabench agree' on it with this store" in call(store)


def test_the_better_of_two_agreements_is_kept(tmp_path: Path) -> None:
    row = {"statistic": "srcc", "fit": "", "value": 0.5, "n": 9, "failed": 0, "resamples": 1000}
    write_agreement(tmp_path, "key", [row])
    write_agreement(tmp_path, "key", [row | {"resamples": 0}])
    assert read_agreement(tmp_path) == {"key": [row]}
    write_agreement(tmp_path, "key", [row | {"resamples": 0, "value": 0.6}])
    assert read_agreement(tmp_path)["key"][0]["value"] == 0.6
    write_agreement(tmp_path, "key", [row | {"statistic": "plcc", "fit": "4"}])
    assert len(read_agreement(tmp_path)["key"]) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [("{", "cannot be read"), ('{"version": 2, "rows": []}', "has version 2; this iqabench reads")],
)
def test_a_file_that_is_damaged_or_newer(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "opinions").mkdir()
    (tmp_path / "opinions" / "key.json").write_text(text)
    with pytest.raises(StoreError, match=message):
        read_agreement(tmp_path)
