"""A run on a store elsewhere: its crops and outputs are there, and another machine goes on from them."""

from pathlib import Path

import pytest

import iqabench
from iqabench.cli.main import main
from remote.examples import objects_of


def test_a_run_leaves_nothing_for_another_machine_to_do(
    memory: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(home: str) -> list[float]:
        monkeypatch.setenv("IQABENCH_HOME", str(tmp_path / home))
        frame = iqabench.evaluate(
            ["pocket", "bicubic", "nearest"],
            "demo",
            columns=["psnr@sr-y", "psnr@consensus-y"],
            limit=1,
            store=memory,
        )
        return sorted(frame["value"])

    values = run("one")
    names = objects_of(memory)
    folders = {name.rpartition("/")[0].partition("-")[0] for name in names}
    assert {"crops/demo_x4", "outputs/pocket/demo_x4", "outputs/bicubic/demo_x4"} <= folders
    assert len([name for name in names if name.startswith("records/")]) == 1
    assert run("two") == values
    assert objects_of(memory) == names
    pages = tmp_path / "pages"
    monkeypatch.setattr(
        "sys.argv", ["iqabench", "report", "--html", "--store", memory, "--out", str(pages)]
    )
    monkeypatch.setenv("IQABENCH_HOME", str(tmp_path / "three"))
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    assert str(pages / "index.html") in capsys.readouterr().out
    assert list(pages.rglob("*.png"))
