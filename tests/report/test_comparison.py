from typing import Any

import pytest

from iqabench.errors import UsageError
from iqabench.report.data.aggregate import Results
from iqabench.report.data.comparison import compare, holds, rows_of
from iqabench.store import Store

from .conftest import costly_records, filled


def keys_of(store: Store, model: str, kind: str) -> list[str]:
    with Results(store) as results:
        where = "kind = ? AND model = ? AND precision = 'fp32' AND device_class = 'cpu'"
        found = results.query(f"SELECT DISTINCT key FROM records WHERE {where}", [kind, model])
    return [row["key"] for row in found]


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The pruned model against its parent: 0.5 dB lost, latency and operations halved."""
    costly = filled(tmp_path_factory.mktemp("costly"), costly_records())
    keys = [keys_of(costly, m, k) for k in ("image", "cost") for m in ("good", "good@pruned")]
    return rows_of(compare(costly, *keys))


def row(rows: list[dict[str, Any]], column: str) -> dict[str, Any]:
    (found,) = [r for r in rows if r["column"] == column]
    return found


def test_quality_is_a_difference(rows: list[dict[str, Any]]) -> None:
    psnr = row(rows, "psnr@sr-y")
    assert (psnr["a"], psnr["b"], psnr["difference"]) == (32.0, 31.5, -0.5)
    assert (psnr["n"], psnr["wins"]) == (3, pytest.approx(0.5 / 3))


def test_cost_is_a_ratio_at_the_same_size(rows: list[dict[str, Any]]) -> None:
    latency, macs = row(rows, "latency_ms@3x256x256"), row(rows, "macs@exact:3x256x256")
    assert (latency["ratio"], latency["ci_low"], latency["ci_high"]) == (0.5, 0.48, 0.52)
    assert (macs["ratio"], macs["ci_low"]) == (0.5, None)
    assert [r["column"] for r in rows if r["kind"] == "cost"].count("latency_ms@3x256x256") == 1


def test_what_each_halving_loses(rows: list[dict[str, Any]]) -> None:
    lost = row(rows, "latency_ms@3x256x256")["lost_per_halving"]
    assert lost["psnr@sr-y tiny"] == pytest.approx(0.5)
    assert lost["lpips@sr-rgb tiny"] == pytest.approx(0.1 / 3)


@pytest.mark.parametrize(
    ("condition", "meant"),
    [
        ("psnr@sr-y < -0.02", ["psnr@sr-y"]),
        ("psnr@sr-y < -0.5", []),
        ("psnr@sr-y<=-0.5", ["psnr@sr-y"]),
        ("latency_ms > 0.4", ["latency_ms@3x256x256"]),
        ("macs@exact:3x256x256 > 0.5", []),
        ("macs >= 5e-1", ["macs@exact:3x256x256"]),
    ],
)
def test_conditions(rows: list[dict[str, Any]], condition: str, meant: list[str]) -> None:
    assert [r["column"] for r in holds(condition, rows)] == meant


def test_conditions_that_mean_nothing(rows: list[dict[str, Any]]) -> None:
    with pytest.raises(UsageError, match=r"'energy' was not measured; there are: .*psnr@sr-y"):
        holds("energy > 1", rows)
    for text in ("psnr@sr-y", "psnr@sr-y = 3", "< 3", "psnr@sr-y < fast"):
        with pytest.raises(UsageError, match="is no condition"):
            holds(text, rows)
