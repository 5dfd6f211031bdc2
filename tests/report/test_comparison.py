from typing import Any

import pytest

from iqabench.errors import UsageError
from iqabench.report.data.aggregate import Results
from iqabench.report.data.comparison import compare, rows_of
from iqabench.report.data.conditions import check_conditions, read_condition, verdicts
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
    first, second, costs_first, costs_second = keys
    return rows_of(compare(costly, first, second, costs_first, costs_second))


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
        ("psnr@sr-y <= -0.5 on tiny", ["psnr@sr-y"]),
        ("latency_ms > 0.4", ["latency_ms@3x256x256"]),
        ("macs@exact:3x256x256 > 0.5", []),
        ("macs >= 5e-1", ["macs@exact:3x256x256"]),
        ("value(psnr@sr-y) < 31.6", ["psnr@sr-y"]),
        ("value(latency_ms) < 5", []),
        ("high(latency_ms) >= 0.52", ["latency_ms@3x256x256"]),
        ("wins(psnr@sr-y) < 0.2", ["psnr@sr-y"]),
        ("p(psnr@sr-y) < 0.5", []),
    ],
)
def test_conditions(rows: list[dict[str, Any]], condition: str, meant: list[str]) -> None:
    found = verdicts(read_condition(condition), rows)
    assert [one.row["column"] for one in found] == meant
    assert all(one.sentence.startswith("failed: ") for one in found)


def test_conditions_that_cannot_be_decided(rows: list[dict[str, Any]]) -> None:
    for text, why in (
        ("low(psnr@sr-y) < 0", "3 images have no interval; five are the fewest"),
        ("high(macs) > 1", "sampled in turn"),
        ("vsi@sr-rgb < 0", "nothing was measured of both models"),
    ):
        (found,) = verdicts(read_condition(text), rows)
        assert found.value is None
        assert found.sentence.startswith(f"undecided: {text}: ")
        assert why in found.sentence


def test_conditions_that_mean_nothing() -> None:
    wrong = (
        "psnr@sr-y",
        "psnr@sr-y = 3",
        "< 3",
        "psnr@sr-y < fast",
        "psnr@sr-y < nan",
        "p() < 1",
        "a < b < 1",
    )
    for text in wrong:
        with pytest.raises(UsageError, match="is no condition"):
            read_condition(text)
    with pytest.raises(
        UsageError, match=r"there is no mean\(\); expected one of value\(\), low\(\)"
    ):
        read_condition("mean(psnr@sr-y) < 3")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("energy > 1", "'energy' is not measured here; there are: psnr@sr-y, macs"),
        ("p(macs) < 0.05", "macs is a cost; expected value"),
        ("psnr@sr-y < 0 on set14", "there is no 'set14' to compare on; expected one of set5, all"),
        ("macs > 1 on set5", "and a column of quality"),
    ],
)
def test_conditions_are_checked_before_anything_runs(text: str, message: str) -> None:
    columns = [("quality", "psnr@sr-y"), ("cost", "macs")]
    check_conditions([read_condition("macs@exact:3x64x64 > 1")], columns, ["set5", "all"])
    with pytest.raises(UsageError, match=message):
        check_conditions([read_condition(text)], columns, ["set5", "all"])
