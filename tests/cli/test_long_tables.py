"""Long tables look as rich lays them out, and take no longer for each row."""

from typing import Any

import pytest

from iqabench.cli import table


@pytest.mark.parametrize("more", [{}, {"ends": "e"}, {"wide": "w" * 300}])
def test_long_tables_look_as_short_ones(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], more: dict[str, Any]
) -> None:
    rows = [
        {
            "model": f"net{n}",
            "params": None if n == 3 else n * 12345,
            "what": "日本" * (n % 4),
            **more,
        }
        for n in range(60)
    ]
    table.print_rows(rows, None)
    line_by_line = capsys.readouterr().out
    monkeypatch.setattr(table, "_LONG", 1000)
    table.print_rows(rows, None)
    assert line_by_line == capsys.readouterr().out
