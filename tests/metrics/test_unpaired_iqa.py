"""unpaired_iqa: its network, and that its training learns from opinions."""

import hashlib
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from click.testing import CliRunner
from numpy.typing import NDArray

from iqabench.errors import MetricError, MetricWeightsError, SetError
from iqabench.images import Image, OutputView, PoolView, write_image
from iqabench.metrics import metrics
from iqabench.metrics.networks.unpaired_data import Data, PristineImage, Rated
from iqabench.metrics.networks.unpaired_network import (
    FEATURES,
    Unpaired,
    describe,
    trained,
)
from iqabench.metrics.networks.unpaired_training import UnpairedPlan, UnpairedTraining, train
from iqabench.metrics.networks.unpaired_weights import weights_path
from iqabench.run.train_unpaired import main

from .damage import Pixels, photographs
from .pools import pool
from .rated_photographs import LEVELS, blurred, noisy, pristine, rated


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Descriptions that the tests of this file share."""
    return tmp_path_factory.mktemp("described")


def test_training_learns_what_holds_for_a_scene_never_seen(mirror: str, kept: Path) -> None:
    data = Data(rated(), pristine(), kept)
    assert data.held_scenes == ["4"]
    assert set(data.beside["0"]) == {1, 2, 3}, "neither its own scene, nor one that is held out"
    before = UnpairedTraining(data, UnpairedPlan(steps=400), kept / "none").figures()
    *_, done = train(data, UnpairedPlan(steps=400), kept)
    assert done.figures().images == 3 * LEVELS
    assert done.figures().srcc > 0.7 > before.srcc


def test_shuffled_opinions_teach_nothing(mirror: str, kept: Path) -> None:
    """So a high correlation above is no accident of the figures."""
    samples = rated()
    order = np.random.default_rng(0).permutation(len(samples))
    shuffled = [s._replace(opinion=samples[n].opinion) for s, n in zip(samples, order, strict=True)]
    data = Data(shuffled, pristine(), kept)
    data.opinions[data.held] = [samples[n].opinion for n in data.held]
    *_, done = train(data, UnpairedPlan(steps=200), kept)
    assert done.figures().srcc < 0.6


def test_an_interrupted_training_goes_on_to_the_same_weights(mirror: str, kept: Path) -> None:
    data, plan = Data(rated(), pristine(), kept), UnpairedPlan(steps=20, seed=3)
    whole = UnpairedTraining(data, plan, kept / "whole")
    while whole.step < 20:
        whole.advance()
    (kept / "parts").mkdir()
    first = UnpairedTraining(data, plan, kept / "parts")
    while first.step < 9:
        first.advance()
    first.save()
    second = UnpairedTraining(data, plan, kept / "parts")
    assert second.step == 9
    while second.step < 20:
        second.advance()
    for name, weight in whole.network.state_dict().items():
        assert torch.allclose(weight, second.network.state_dict()[name], rtol=1e-4, atol=1e-6)


def test_descriptions_are_made_once(mirror: str, kept: Path) -> None:
    Data(rated(), pristine(), kept)

    def fails() -> Image:
        raise AssertionError("read again")

    again = [sample._replace(load=fails) for sample in rated()]
    Data(again, [p._replace(load=fails) for p in pristine()], kept)


def test_descriptions_go_on_where_they_stopped(mirror: str, tmp_path: Path) -> None:
    samples = rated()[:30]
    read: list[int] = []

    def reading(number: int) -> Image:
        if len(read) == 7:
            raise KeyboardInterrupt
        read.append(number)
        return samples[number].load()

    counted = [s._replace(load=partial(reading, n)) for n, s in enumerate(samples)]
    with pytest.raises(KeyboardInterrupt):
        Data(counted, pristine(), tmp_path)
    read = []
    with pytest.raises(KeyboardInterrupt):
        Data(counted, pristine(), tmp_path)
    assert read == list(range(7, 14))


def test_pairs_of_image_and_opinion_will_do(mirror: str, tmp_path: Path) -> None:
    pairs = [(sample.load, sample.opinion) for sample in rated()[:6]]
    data = Data([Rated(*pair) for pair in pairs], [PristineImage(partial(cut, 1))], tmp_path)
    assert len(data.scenes) == 6
    expected = describe(OutputView(rated()[0].load()))
    assert np.allclose(data.outputs[0], expected, rtol=1e-5, atol=1e-6)


def test_one_scene_is_too_few(tmp_path: Path) -> None:
    with pytest.raises(SetError, match="at least two scenes"):
        Data(rated()[:9], pristine(), tmp_path)


def test_the_scene_itself_never_counts_as_another(tmp_path: Path) -> None:
    with pytest.raises(SetError, match="1 pristine images"):
        Data(rated(), pristine()[:1], tmp_path)


def cut(scene: int) -> Pixels:
    return np.ascontiguousarray(photographs()[scene][:128, :160])


def test_without_weights_it_names_the_command() -> None:
    with pytest.raises(MetricWeightsError, match=r"python -m iqabench\.run\.train_unpaired"):
        metrics().get("unpaired_iqa")(PoolView(OutputView(cut(0)), pool([cut(1)])))


def test_other_weights_are_refused() -> None:
    weights_path().parent.mkdir(parents=True)
    weights_path().write_bytes(b"nothing of the kind")
    with pytest.raises(MetricWeightsError, match="does not hold the weights"):
        trained()


def test_the_value_is_the_mean_beside_each_image_of_the_pool(mirror: str, tmp_path: Path) -> None:
    """Written out: each description by torchvision's features, each fusion by hand."""
    data = Data(rated()[:30], pristine(), tmp_path)
    *_, done = train(data, UnpairedPlan(steps=5), tmp_path)
    done.write(weights_path())
    found = metrics().get("unpaired_iqa")(PoolView(OutputView(cut(0)), pool([cut(1), cut(2)])))
    state = {k: v.double().numpy() for k, v in done.network.state_dict().items()}

    def code(image: Image) -> NDArray[np.float64]:
        x = (describe(OutputView(image)) - state["mean"]) / state["deviation"]
        return np.asarray(np.maximum(state["encode.0.weight"] @ x + state["encode.0.bias"], 0))

    values = []
    for other in (1, 2):
        one, two = code(cut(0)), code(cut(other))
        hidden = state["judge.0.weight"] @ np.concatenate((one, two, abs(one - two)))
        hidden = np.maximum(hidden + state["judge.0.bias"], 0)
        values.append(float((state["judge.2.weight"] @ hidden + state["judge.2.bias"])[0]))
    assert found == pytest.approx(np.mean(values), rel=1e-9)


def test_a_pool_image_that_is_too_small_is_named(mirror: str, tmp_path: Path) -> None:
    UnpairedTraining(Data(rated()[:30], pristine(), tmp_path), UnpairedPlan(), tmp_path).write(
        weights_path()
    )
    small = pool([cut(1), cut(2)[:20]])
    with pytest.raises(MetricError, match="image 2 of the pool 'mine' has 160x20"):
        metrics().get("unpaired_iqa")(PoolView(OutputView(cut(0)), small))


def test_its_shapes() -> None:
    assert Unpaired()(torch.zeros(3, FEATURES), torch.zeros(3, FEATURES)).shape == (3,)


@pytest.fixture
def tid(tmp_path: Path) -> Path:
    """A folder in the form of TID2013: two damages, two levels, three scenes."""
    folder = tmp_path / "tid2013"
    lines = []
    for scene in range(3):
        (folder / "reference_images").mkdir(parents=True, exist_ok=True)
        (folder / "distorted_images").mkdir(exist_ok=True)
        write_image(folder / "reference_images" / f"I0{scene + 1}.BMP", cut(scene))
        for kind, damage in enumerate((blurred, noisy), 1):
            for level in (1, 2):
                name = f"i0{scene + 1}_0{kind}_{level}.bmp"
                write_image(folder / "distorted_images" / name, damage(cut(scene), level / 2))
                lines.append(f"{6 - level:.1f} {name}\n")
    (folder / "mos_with_names.txt").write_text("".join(lines))
    return folder


def test_the_command_trains_on_a_folder_of_opinions(mirror: str, tid: Path) -> None:
    asked = ["--opinions", "tid2013", "--from", str(tid), "--steps", "8", "--seed", "5"]
    done = CliRunner().invoke(main, asked)
    assert done.exit_code == 0, done.output
    card = yaml.safe_load(weights_path().with_suffix(".yaml").read_text())
    assert card["sha256"] == hashlib.sha256(weights_path().read_bytes()).hexdigest()
    assert (card["images"], card["scenes"], card["pristine"]) == (12, 3, 3)
    assert card["plan"]["seed"] == 5
    assert len(card["held_out"]["scenes"]) == 1
    trained()
    again = CliRunner().invoke(main, asked)
    assert again.exit_code == 0, again.output
    assert yaml.safe_load(weights_path().with_suffix(".yaml").read_text()) == card


def test_the_command_says_what_is_missing(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["--opinions", "tid2013", "--from", str(tmp_path / "none")])
    assert done.exit_code == 1
    assert "does not exist" in done.output
