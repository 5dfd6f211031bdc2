"""Costs that workers count are those that are counted here; times are measured here, afterwards."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from iqabench.errors import IqabenchError
from iqabench.probes import Size, cost_columns
from iqabench.probes.timing import Sampling
from iqabench.run.executors.placement import Placement
from iqabench.run.profile import ProfileOptions, profile
from iqabench.store import Store
from run.executors.travelling import TravellingExecutor, use, values

QUICK = Sampling(
    budget_s=0.1, least=4, least_s=0.0, most=8, warm_up_least_s=0.0, warm_up_most_s=0.1
)
CPU = ProfileOptions(device="cpu", sampling=QUICK)
SIZES = [Size(3, 24, 32), Size(3, 16, 16)]
RAY = Placement(executor="ray")
LEDGER = "iqabench.run.profile.counting.ledger"


def own_model(folder: Path) -> str:
    """Write the weights of a small network that enlarges by 4, and return their file."""
    shapes = {"body.0": (8, 3, 3, 3), "body.1": (8,), "body.2": (48, 8, 3, 3)}
    tensors = {f"{name}.weight": np.full(shape, 0.01) for name, shape in shapes.items()}
    tensors |= {f"body.{n}.bias": np.zeros(size) for n, size in ((0, 8), (2, 48))}
    folder.mkdir()
    file = folder / "mine.safetensors"
    save_file({name: tensor.astype(np.float32) for name, tensor in tensors.items()}, file)
    return str(file)


def test_counts_are_those_of_a_local_profile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names = [own_model(tmp_path / "mine"), "pocket", "no_such_model"]
    columns = cost_columns(["params", "macs", "macs@fvcore", "activations", "conv_layers"])
    local, far = Store(tmp_path / "local"), Store(tmp_path / "far")
    expected = profile(names, columns, SIZES, local, CPU)
    use(monkeypatch, LEDGER, TravellingExecutor(tmp_path / "mine"))
    done = profile(names, columns, SIZES, far, CPU, placement=RAY)
    assert values(far) == values(local)
    assert done.by_name == expected.by_name
    assert [str(f) for f in done.failures] == [str(f) for f in expected.failures]
    with pytest.raises(IqabenchError, match="no_such_model"):
        profile(["no_such_model"], columns, SIZES, far, CPU, placement=RAY)


def test_times_are_measured_here_when_the_workers_have_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine").mkdir()
    executor = TravellingExecutor(tmp_path / "mine")
    use(monkeypatch, LEDGER, executor)
    columns = cost_columns(["latency_ms", "params"])
    store = Store(tmp_path / "store")
    done = profile(["pocket"], columns, SIZES[:1], store, CPU, placement=RAY)
    with store.connect() as connection:
        rows = connection.execute(
            'SELECT metric, "set", status FROM records ORDER BY time'
        ).fetchall()
    assert [(metric, status) for metric, _, status in rows] == [
        ("params", "ok"),
        ("latency_ms", "ok"),
    ]
    assert len({place for _, place, _ in rows}) == 1
    assert len(done.keys) == 2
    profile(["pocket"], columns[:1], SIZES[:1], store, CPU, placement=RAY)
    assert executor.jobs == ["pocket"]  # there was nothing to count


def test_a_size_that_no_worker_finishes_has_failed_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine").mkdir()
    use(monkeypatch, LEDGER, TravellingExecutor(tmp_path / "mine", lambda i: i.name == "3x16x16"))
    store = Store(tmp_path / "store")
    done = profile(["pocket"], cost_columns(["params", "macs"]), SIZES, store, CPU, placement=RAY)
    assert [str(f) for f in done.failures] == ["pocket at 3x16x16: its process ended"]
    with store.connect() as connection:
        failed = connection.execute(
            "SELECT level FROM records WHERE status = 'failed' ORDER BY ALL"
        ).fetchall()
    assert failed == [("3x16x16",), ("3x16x16",)]
