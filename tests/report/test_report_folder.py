from pathlib import Path

import pytest

from iqabench.errors import StoreError
from iqabench.report.pages.core.report_folder import MARKER, new_folder


def write(out: Path, text: str = "one") -> None:
    with new_folder(out) as folder:
        (folder / "index.html").write_text(text)
        (folder / "crops").mkdir()
        (folder / "crops" / "a.png").write_text(text)


def names(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def test_new_folder_and_its_parents(tmp_path: Path) -> None:
    write(tmp_path / "a" / "b")
    assert names(tmp_path / "a" / "b") == {"index.html", "crops/a.png", MARKER}
    assert names(tmp_path) == {f"a/b/{n}" for n in ("index.html", "crops/a.png", MARKER)}


def test_others_may_read_it(tmp_path: Path) -> None:
    write(tmp_path / "out")
    (tmp_path / "ordinary").mkdir()
    assert (tmp_path / "out").stat().st_mode == (tmp_path / "ordinary").stat().st_mode


def test_older_report_is_replaced(tmp_path: Path) -> None:
    write(tmp_path / "out", "one")
    (tmp_path / "out" / ".DS_Store").write_text("a desktop was here")
    write(tmp_path / "out", "two")
    assert (tmp_path / "out" / "index.html").read_text() == "two"
    assert names(tmp_path) == {f"out/{n}" for n in ("index.html", "crops/a.png", MARKER)}


def test_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    write(tmp_path / "out")
    assert (tmp_path / "out" / "index.html").exists()


@pytest.mark.parametrize("report_first", [True, False])
def test_foreign_file_is_never_lost(tmp_path: Path, report_first: bool) -> None:
    out = tmp_path / "out"
    if report_first:
        write(out)
    out.mkdir(exist_ok=True)
    (out / "thesis.tex").write_text("years of work")
    with pytest.raises(StoreError, match=r"thesis\.tex, which no report wrote.*--out"):
        write(out)
    assert (out / "thesis.tex").read_text() == "years of work"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_damaged_list_protects_the_folder(tmp_path: Path) -> None:
    write(tmp_path / "out")
    (tmp_path / "out" / MARKER).write_text("{")
    with pytest.raises(StoreError, match="which no report wrote"):
        write(tmp_path / "out")


def test_notice_at_the_top_is_carried_over(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "README.md").write_text("reports come here")
    write(tmp_path / "out")
    write(tmp_path / "out")
    assert (tmp_path / "out" / "README.md").read_text() == "reports come here"


def test_file_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(StoreError, match="is a file"):
        write(tmp_path / "out")


def test_failure_leaves_the_older_report(tmp_path: Path) -> None:
    write(tmp_path / "out", "one")
    with pytest.raises(UnicodeEncodeError), new_folder(tmp_path / "out") as folder:
        (folder / "index.html").write_text("\ud800", encoding="utf-8")
    assert (tmp_path / "out" / "index.html").read_text() == "one"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_full_disk_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="No space left"), new_folder(tmp_path / "out"):
        raise OSError(28, "No space left on device")
    assert list(tmp_path.iterdir()) == []
