"""A run of one model on the embedded set, and the records that it leaves."""

from pathlib import Path
from typing import Any

from iqabench.run import (
    Options,
    Outcome,
    evaluate,
    plan,
)
from iqabench.store import Store


def run(
    store: Path,
    model: str = "bicubic",
    scale: int = 2,
    columns: list[str] | None = None,
    **options: Any,
) -> Outcome:
    cells = plan([model], ["demo"], columns or ["psnr@sr-y"], scale)
    return evaluate(cells, Store(store), Options(device="cpu", **options))


def records(store: Path) -> list[dict[str, Any]]:
    with Store(store).connect() as connection:
        rows = connection.execute('SELECT * FROM records ORDER BY "column", sample')
        names = [d[0] for d in rows.description or []]
        return [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
