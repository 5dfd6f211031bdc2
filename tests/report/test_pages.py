"""Pages from elsewhere: one file and its template, and what happens when one of them fails."""

import re
import sys
from collections.abc import Iterator
from copy import deepcopy
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest
from click.testing import CliRunner

from iqabench import registry
from iqabench.cli.report import command
from iqabench.errors import FactsError
from iqabench.report.pages.core import page_registry, pages
from iqabench.report.pages.core.site import write_report
from iqabench.store import Store
from iqabench.trust import trusting

from .conftest import Fill, column_of

PAGE = """
from collections.abc import Iterator
from pathlib import Path

from iqabench.report.pages.core import Report, Sheet, page


@page(title="Hardest images", template=Path(__file__).with_name("hardest.html"))
def hardest(report: Report) -> Iterator[Sheet]:
    rows = report.results.query("SELECT sample, min(value) AS value FROM cells GROUP BY ALL ORDER BY ALL")
    yield Sheet("hardest", {"rows": rows})
"""
TEMPLATE = """{% extends "base.html" %}
{% import "tables.html" as shared %}
{% block name %}Hardest{% endblock %}
{% block header %}{{ shared.header("Hardest images") }}{% endblock %}
{% block main %}
{% call shared.table("sortable hardest", "The least value of each image") %}
{{ shared.heads("Image", "#Value") }}
<tbody>{% for row in rows %}
<tr><th scope="row">{{ row.sample }}</th><td>{{ row.value }}</td></tr>{% endfor %}</tbody>
{% endcall %}
<p><a href="{{ page_of("model", "one") }}">one</a></p>
{% endblock %}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that IQABENCH_PAGES names; pages that a test adds are gone after it."""
    monkeypatch.setenv("IQABENCH_PAGES", str(tmp_path / "pages"))
    (tmp_path / "pages").mkdir()
    page_registry.REGISTRY.names()
    monkeypatch.setattr(page_registry, "REGISTRY", deepcopy(page_registry.REGISTRY))
    with trusting():
        yield tmp_path / "pages"


@pytest.fixture
def store(fill: Fill) -> Store:
    return fill(*column_of([30.0, 31.0], model="one"), *column_of([29.0, 33.0], model="two"))


def add_page(folder: Path, source: str = PAGE, template: str = TEMPLATE) -> None:
    (folder / "hardest.py").write_text(source)
    (folder / "hardest.html").write_text(template)


def test_own_pages_have_an_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IQABENCH_PAGES", raising=False)
    names = [page.name for page in pages()]
    assert names[:4] == ["set", "agreement", "cost", "model"]
    assert all(page.is_builtin for page in pages())


def test_a_file_in_a_folder_is_a_page(folder: Path, store: Store, tmp_path: Path) -> None:
    add_page(folder)
    written = write_report(store, tmp_path / "out", among=[])
    assert written.failures == ()
    assert "hardest.html" in [path.name for path in written.pages]
    text = (tmp_path / "out" / "hardest.html").read_text()
    assert re.findall(r'row">(\w)</th><td>([\d.]+)', text) == [("a", "29.0"), ("b", "31.0")]
    assert 'href="model-one.html"' in text
    index = (tmp_path / "out" / "index.html").read_text()
    assert '<a href="hardest.html">Hardest images</a>' in index


def test_an_entry_point_is_a_page(
    folder: Path, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_page(folder)
    monkeypatch.delenv("IQABENCH_PAGES")
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(sys.modules, "hardest", raising=False)
    point = EntryPoint("hardest", "hardest", "iqabench.pages")
    monkeypatch.setattr(registry, "entry_points", lambda group: EntryPoints([point]))
    registry.load_entry_points("iqabench.pages")
    written = write_report(store, tmp_path / "out", among=[])
    assert "hardest.html" in [path.name for path in written.pages]


@pytest.mark.parametrize(
    ("source", "template", "reason"),
    [
        (PAGE.replace("    yield", "    raise RuntimeError('no luck')\n    yield"), TEMPLATE,
         "RuntimeError: no luck"),
        (PAGE, "{{ nothing }}", "UndefinedError: 'nothing' is undefined"),
        (PAGE.replace('Sheet("hardest"', 'Sheet("tiny-x4"'), TEMPLATE,
         "FactsError: the sheet is called 'tiny-x4'; expected 'hardest', or 'hardest-' and"),
        (PAGE + PAGE.rsplit("\n", 2)[-2] + "\n", TEMPLATE,
         "FactsError: two sheets are called 'hardest'"),
    ],
)  # fmt: skip
def test_a_page_that_fails_is_named_and_the_report_is_written(
    folder: Path, store: Store, tmp_path: Path, source: str, template: str, reason: str
) -> None:
    add_page(folder, source, template)
    written = write_report(store, tmp_path / "out", among=[])
    (failure,) = written.failures
    assert failure.page == "hardest"
    assert failure.reason.startswith(reason)
    assert not (tmp_path / "out" / "hardest.html").exists()
    assert (tmp_path / "out" / "tiny-x4.html").is_file()
    index = (tmp_path / "out" / "index.html").read_text()
    assert "Pages that could not be made" in index
    assert 'href="hardest.html"' not in index


def test_the_command_tells_which_page_failed(folder: Path, store: Store, tmp_path: Path) -> None:
    add_page(folder, PAGE.replace("    yield", "    raise RuntimeError('no luck')\n    yield"))
    words = ["--store", str(store.folder), "--html", "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(command, words)
    assert done.exit_code == 3
    assert "The page 'hardest' is left out: it raised RuntimeError: no luck." in done.stderr
    assert done.stdout.strip().endswith("index.html")


def test_a_file_that_cannot_be_loaded_is_named(folder: Path, store: Store, tmp_path: Path) -> None:
    add_page(folder, "import nothing_of_this_name")
    with pytest.raises(FactsError, match=r"hardest\.py \(IQABENCH_PAGES\) failed to load"):
        write_report(store, tmp_path / "out", among=[])
