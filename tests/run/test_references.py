"""What outputs are compared with besides their targets."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from iqabench.degradations.bicubic import imresize
from iqabench.errors import MetricError, ModelError, SetError, UsageError
from iqabench.images import Image, quantise, write_image
from iqabench.metrics import column
from iqabench.models.core.load import load_model
from iqabench.models.core.restore import restore
from iqabench.run import Options, Outcome, evaluate, plan
from iqabench.run.conditions import Conditions
from iqabench.run.references import References
from iqabench.sets import load_set
from iqabench.store import Store
from run.evaluated import records

MODELS = ["bicubic", "lanczos", "nearest"]


def run(store: Path, columns: list[str], models: list[str] = MODELS, scale: int = 4) -> Outcome:
    cells = plan(models, ["demo"], columns, scale)
    return evaluate(cells, Store(store), Options(device="cpu", limit=2))


def outputs(model: str) -> dict[str, Image]:
    samples = load_set("demo", 4).samples[:2]
    made = load_model(model, 4)
    return {s.name: quantise(restore(made, s.load().input).image) for s in samples}


def values(store: Path) -> dict[tuple[str, str, str], float]:
    return {(r["column"], r["model"], r["sample"]): r["value"] for r in records(store)}


def test_lr_degrades_the_output_again(tmp_path: Path) -> None:
    run(tmp_path, ["psnr@lr", "ssim@lr-y"], ["bicubic"])
    found = values(tmp_path)
    made = outputs("bicubic")
    for sample in load_set("demo", 4).samples[:2]:
        again = imresize(made[sample.name], 0.25)
        given = sample.load().input
        expected = column("psnr@rgb")(again, given)
        assert found[("psnr@lr", "bicubic", sample.name)] == expected
        expected = column("ssim@sr-y")(frame(again), frame(given), 4)
        assert found[("ssim@lr-y", "bicubic", sample.name)] == expected


def test_a_record_says_what_it_was_compared_with(tmp_path: Path) -> None:
    run(tmp_path, ["psnr@lr", "psnr@model:lanczos", "psnr@consensus", "psnr@sr-y"])
    told = {r["column"]: r["reference"] for r in records(tmp_path)}
    assert told["psnr@lr"] == "bicubic version 1, edge mirror, scale 4"
    assert told["psnr@model:lanczos"].startswith("lanczos_x4, ")
    assert told["psnr@consensus"].startswith("bicubic, lanczos, nearest, ")
    assert told["psnr@sr-y"] == ""


def frame(image: Image) -> Image:
    """Return an image with a border, which sr-y removes."""
    return np.pad(image, ((4, 4), (4, 4), (0, 0)))


def test_model_compares_with_its_output_on_the_same_input(tmp_path: Path) -> None:
    outcome = run(tmp_path, ["psnr@model:lanczos", "psnr@model-y:lanczos"], ["bicubic", "lanczos"])
    assert outcome.failures == []
    found = values(tmp_path)
    one, other = outputs("bicubic"), outputs("lanczos")
    for name in one:
        expected = column("psnr@sr-rgb")(one[name], other[name], 4)
        assert found[("psnr@model:lanczos", "bicubic", name)] == expected
        expected = column("psnr@sr-y")(one[name], other[name], 4)
        assert found[("psnr@model-y:lanczos", "bicubic", name)] == expected
        assert found[("psnr@model:lanczos", "lanczos", name)] == np.inf


def test_consensus_is_the_median_of_all_models(tmp_path: Path) -> None:
    outcome = run(tmp_path, ["psnr@sr-y", "psnr@consensus"])
    assert (outcome.failures, len(set(outcome.keys))) == ([], 6)
    found = values(tmp_path)
    made = {model: outputs(model) for model in MODELS}
    for name in made["nearest"]:
        median = np.median([made[m][name] for m in MODELS], axis=0).astype(np.uint8)
        for model in MODELS:
            expected = column("psnr@sr-rgb")(made[model][name], median, 4)
            assert found[("psnr@consensus", model, name)] == expected


def test_a_fourth_model_makes_another_consensus(tmp_path: Path) -> None:
    first = run(tmp_path, ["psnr@consensus"])
    again = run(tmp_path, ["psnr@consensus"])
    assert (again.keys, again.done) == (first.keys, 0)
    more = run(tmp_path, ["psnr@consensus"], [*MODELS, "pocket"])
    assert not set(more.keys) & set(first.keys)
    assert more.failures == []


def test_a_consensus_of_four_rounds_half_up(tmp_path: Path) -> None:
    run(tmp_path, ["psnr@consensus"], [*MODELS, "pocket"])
    made = [outputs(m) for m in [*MODELS, "pocket"]]
    name = next(iter(made[0]))
    median = np.floor(np.median([m[name] for m in made], axis=0) + 0.5).astype(np.uint8)
    expected = column("psnr@sr-rgb")(made[3][name], median, 4)
    assert values(tmp_path)[("psnr@consensus", "pocket", name)] == expected


def test_two_models_agree_on_nothing() -> None:
    with pytest.raises(UsageError, match="the median of at least 3 models in one run; 2 named"):
        plan(["bicubic", "nearest"], ["demo"], ["psnr@consensus"], 4)


def test_a_model_without_outputs_fails_the_consensus_of_its_samples(
    tmp_path: Path, networks: str
) -> None:
    outcome = run(tmp_path, ["psnr@consensus"], [*MODELS, "networks:RaisesOnSecond"], scale=2)
    failed = [r for r in records(tmp_path) if r["status"] == "failed"]
    assert len(failed) == 4
    assert all("RaisesOnSecond left no output" in r["error"] for r in failed)
    assert any("this size is not for me" in line for line in map(str, outcome.failures))


def test_restored_takes_the_output_once_more(tmp_path: Path, networks: str) -> None:
    run(tmp_path, ["psnr@restored:networks:Darker"], ["bicubic"])
    for (_, _, name), value in values(tmp_path).items():
        output = outputs("bicubic")[name]
        darker = quantise(restore(load_model("networks:Darker"), output).image)
        assert value == column("psnr@rgb")(output, darker)


def test_restored_needs_a_model_that_keeps_the_size() -> None:
    references = References(Conditions(4))
    with pytest.raises(ModelError, match="needs a model that keeps the size; 'bicubic_x4' scales"):
        references.bind([column("psnr@restored:bicubic")])


def test_model_needs_one_of_the_same_scale() -> None:
    with pytest.raises(ModelError, match="needs a model that scales x2; 'pocket_x4' scales x4"):
        References(Conditions(2)).bind([column("psnr@model:pocket_x4")])


def test_noise_cannot_be_made_again() -> None:
    how = load_set("cbsd68_n25", fetch=False).samples[0].recipe
    with pytest.raises(SetError, match="noise is random"):
        how.degrade_output(np.zeros((8, 8, 3), np.uint8))


def test_without_inputs_the_columns_are_refused() -> None:
    references = References(Conditions(4), has_inputs=False)
    with pytest.raises(UsageError, match="name them with --input DIR"):
        references.bind([column("psnr@lr")])


def test_a_pool_is_a_set_or_a_folder(tmp_path: Path) -> None:
    references = References(Conditions(4))
    pool = references.pool("demo")
    assert len(pool) == 5
    for image, sample in zip(pool, load_set("demo", 4), strict=True):
        assert np.array_equal(image, np.asarray(sample.load().target))
    assert references.pool("demo") is pool
    assert pool.digest == load_set("demo", 4).hash
    write_image(tmp_path / "own" / "a.png", np.full((33, 35, 3), 7, np.uint8))
    [image] = references.pool(str(tmp_path / "own"))
    assert image.shape == (33, 35, 3)


def test_other_weights_of_the_users_make_another_column() -> None:
    made = column("unpaired_iqa@unpaired:demo")
    found = []
    for weights in ("weights a", "weights b"):
        part = replace(made, metric=replace(made.metric, identity=partial(str, weights)))
        [bound] = References(Conditions(4)).bind([part])
        assert bound.protocol.identity.endswith(f"; {weights}")
        found.append(bound.key)
    assert len(set(found)) == 2


def test_in_python_a_pseudo_reference_says_where_it_is_at_hand() -> None:
    image = np.zeros((32, 32, 3), np.uint8)
    with pytest.raises(MetricError, match="is at hand only in 'iqabench run' and 'iqabench score'"):
        column("psnr@consensus")(image, image)
