"""Profiles: what is recorded, what is refused, what goes on."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from iqabench.errors import BusyError, IqabenchError, UsageError
from iqabench.models.core.card import Card
from iqabench.models.core.load import load_model
from iqabench.models.core.mode import Mode
from iqabench.models.core.model import NetworkModel
from iqabench.probes import Size, cost_column, sizes_of
from iqabench.probes.machine import hold_device
from iqabench.probes.timing import Sampling
from iqabench.report.data.costs import cost_rows
from iqabench.run import Options, plan
from iqabench.run.natural_image import natural_batch
from iqabench.run.profile import ProfileOptions, costs_of, latency_ratio, profile, profile_cells
from iqabench.run.profile.memory_limit import within_memory
from iqabench.store import NO_SAMPLE, Store

QUICK = Sampling(
    budget_s=0.1, least=4, least_s=0.0, most=8, warm_up_least_s=0.0, warm_up_most_s=0.1
)
CPU = ProfileOptions(device="cpu", sampling=QUICK)
SMALL = [Size(3, 24, 32)]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def test_counts_of_a_registered_model(store: Store) -> None:
    columns = [cost_column("params"), cost_column("params@conv_weights"), cost_column("macs")]
    done = profile(["pocket"], columns, SMALL, store, CPU)
    rows = {row["column"]: row for row in cost_rows(store, done.keys)}
    layers = 3 * 24 * 9 + 7 * 24 * 24 * 9 + 24 * 48 * 9
    biases = 24 + 7 * 24 + 48
    assert rows["params@all"]["value"] == layers + biases
    assert rows["params@conv_weights"]["value"] == layers
    assert rows["macs@exact:3x24x32"]["value"] >= layers * 24 * 32
    assert rows["macs@exact:3x24x32"]["details"]["input"] == [1, 3, 24, 32]
    assert not done.failures


def test_a_record_says_how_it_was_measured(store: Store) -> None:
    done = profile(["pocket"], [cost_column("latency_ms")], SMALL, store, CPU)
    with store.connect() as connection:
        (row,) = connection.execute("SELECT * FROM records").fetchdf().to_dict("records")
    details = json.loads(row["details"])
    assert (row["kind"], row["task"], row["sample"], row["level"]) == (
        "cost",
        "cost",
        NO_SAMPLE,
        "3x24x32",
    )
    assert row["column"] == "latency_ms@3x24x32"
    assert "thread" in row["set"]
    assert details["interval"][0] <= row["value"] <= details["interval"][1]
    assert details["machine"]
    assert details["samples"] >= 4
    assert done.keys == [row["key"]]


def test_models_are_timed_in_turn_and_compared_with_the_first(store: Store) -> None:
    done = profile(["pocket", "bicubic"], [cost_column("latency_ms")], SMALL, store, CPU)
    rows = {row["model"]: row["details"] for row in cost_rows(store, done.keys)}
    assert rows["pocket"]["ratio"]["value"] == 1.0
    assert rows["bicubic"]["ratio"]["to"] == "pocket_x4"
    assert len(rows["pocket"]["samples_ms"]) == len(rows["bicubic"]["samples_ms"])


def test_what_cannot_run_at_a_size_is_told_and_the_rest_goes_on(
    store: Store, networks: str
) -> None:
    sizes = sizes_of(["64..256"], [])
    done = profile(["networks:Hungry", "pocket"], [cost_column("macs")], sizes, store, CPU)
    rows = cost_rows(store, done.keys)
    hungry = {r["input"]: r for r in rows if r["model"].endswith("Hungry")}
    assert hungry["3x64x64"]["value"] == 0  # no multiplication by weights in the nearest pixel
    assert hungry["3x256x256"]["value"] is None
    assert hungry["3x256x256"]["error"] == "out of memory at 3x256x256"
    assert all(r["value"] > 0 for r in rows if r["model"] == "pocket")
    assert [f.where for f in done.failures] == [
        "networks:Hungry at 3x128x128",
        "networks:Hungry at 3x256x256",
    ]


def test_the_reason_says_what_the_card_asks_for(store: Store) -> None:
    options = ProfileOptions(device="cpu", sampling=QUICK, allow_random_weights=True)
    done = profile(["rlfn"], [cost_column("params")], [Size(3, 8, 8)], store, options)
    (row,) = cost_rows(store, done.keys)
    assert "cannot run at 3x8x8" in row["error"]
    assert "at least 15 pixels a side" in row["error"]


def test_a_model_that_cannot_be_loaded_costs_its_own_rows_alone(store: Store) -> None:
    done = profile(["pocket", "nosuch"], [cost_column("params")], SMALL, store, CPU)
    assert len(done.keys) == 1
    assert [f.where for f in done.failures] == ["nosuch"]
    with pytest.raises(IqabenchError, match="nosuch"):
        profile(["nosuch"], [cost_column("params")], SMALL, store, CPU)


def test_without_a_size_each_model_has_its_own_channels(store: Store) -> None:
    options = ProfileOptions(device="cpu", allow_random_weights=True)
    done = profile(["pocket", "dncnn_25"], [cost_column("params")], None, store, options)
    assert {r["input"] for r in cost_rows(store, done.keys)} == {"3x256x256", "1x256x256"}


def test_one_measurement_at_a_time(store: Store) -> None:
    with hold_device("cpu"), pytest.raises(BusyError, match="being measured"):
        profile(["pocket"], [cost_column("latency_ms")], SMALL, store, CPU)
    with hold_device("cpu"):  # counting disturbs nobody
        assert profile(["pocket"], [cost_column("macs")], SMALL, store, CPU).keys


def test_an_output_size_is_divided_by_each_model_s_scale(store: Store) -> None:
    done = profile(["pocket"], [cost_column("macs")], sizes_of([], ["64x32"]), store, CPU)
    (row,) = cost_rows(store, done.keys)
    assert row["column"] == "macs@exact:to64x32"
    assert row["details"]["input"] == [1, 3, 8, 16]


def test_threads_are_part_of_the_device_and_given_back(store: Store) -> None:
    before = torch.get_num_threads()
    done = profile(
        ["pocket"], [cost_column("params")], SMALL, store, ProfileOptions(device="cpu", threads=1)
    )
    assert "(1 thread)" in cost_rows(store, done.keys)[0]["device"]
    assert torch.get_num_threads() == before


def test_costs_beside_a_run_are_measured_once(store: Store) -> None:
    cells = plan(["pocket"], ["demo"], [], 4)
    columns = [cost_column("macs"), cost_column("params")]
    options = Options(device="cpu")
    first = profile_cells(cells, columns, SMALL, store, options)
    times = [r["time"] for r in cost_rows(store, first.keys)]
    second = profile_cells(cells, columns, SMALL, store, options)
    assert [r["time"] for r in cost_rows(store, second.keys)] == times
    forced = profile_cells(cells, columns, SMALL, store, Options(device="cpu", force=True))
    assert [r["time"] for r in cost_rows(store, forced.keys)] > times


def test_the_ratio_of_a_model_against_itself_holds_one() -> None:
    model = load_model("pocket", 4)
    how = Sampling(budget_s=1.0, least=30, least_s=0.0, most=60, warm_up_most_s=0.2)
    found = latency_ratio(model, model, Size(3, 48, 48), "cpu", how)
    assert 0.5 < found.low <= found.value <= found.high < 2.0


def test_costs_without_a_store() -> None:
    found = costs_of(
        load_model("pocket", 4), [cost_column("params"), cost_column("weights_mib")], SMALL[0]
    )
    assert found["params@all"] == 47544
    assert found["weights_mib"] == 47544 * 4 / 2**20


def test_a_natural_batch_of_any_size() -> None:
    batch = natural_batch((2, 3, 700, 900), 255)
    assert batch.shape == (2, 3, 700, 900)
    assert 0 <= batch.min() < 30
    assert 200 < batch.max() <= 255
    assert torch.equal(batch[0], batch[1])
    assert torch.allclose(natural_batch((1, 3, 20, 20), 1) * 255, batch[:1, :, :20, :20], atol=1e-4)
    grey = natural_batch((1, 1, 20, 20), 255)
    assert np.allclose(grey[0, 0], batch[0, :, :20, :20].mean(0), atol=1e-3)


def test_more_memory_than_there_is_is_an_error() -> None:
    with within_memory(), pytest.raises(RuntimeError, match="memory"):
        torch.empty(1 << 44, dtype=torch.uint8).fill_(1)
    assert torch.ones(10).sum() == 10


def test_compiling_is_part_of_the_record(store: Store) -> None:
    module = torch.nn.Conv2d(3, 3, 3, padding=1)
    model = NetworkModel(Card(id="tiny", family="tiny", title="tiny"), module, "0")
    batch = torch.rand(1, 3, 8, 8)
    with (
        torch.inference_mode(),
        model.bare(Mode(channels_last=True)) as call,
        model.bare() as plain,
    ):
        assert torch.allclose(call(batch), plain(batch), atol=1e-6)
    assert module.weight.is_contiguous()
    assert Mode(compile=True, cuda_graph=True).name == "compile+cuda_graph"
    with pytest.raises(UsageError, match="'cuda:7'"):
        profile(["pocket"], [cost_column("params")], SMALL, store, ProfileOptions(device="cuda:7"))
