"""Distances of features from those of a set or a pool, what is learned beside a pool, and their oracles."""

import inspect
from functools import partial
from typing import Any

import numpy as np
from oracles import CHANCE, Cases, Oracle, bench, test

from iqabench.images import Image, OutputView, PoolView
from iqabench.metrics import metrics, set_metrics


def over_sets(name: str) -> Cases:
    """Three photographs against the same ones blurred, in what their features span."""
    from scipy.linalg import sqrtm  # noqa: PLC0415

    module, damage = test("test_fid"), test("damage")
    with bench() as (made, folder, patch):
        network = made(module.theirs)
        made(module.file, network, folder, patch)
        features = made(module.reference, network, patch)
        part, targets = set_metrics().get(name), damage.photographs()[:3]
        outputs = [damage.DAMAGES["blur"](image) for image in targets]
        gathered = [
            part.gather(part.look(OutputView(i)) for i in images) for images in (outputs, targets)
        ]
        every = np.concatenate([features(image) for image in [*outputs, *targets]])
    x, y = np.split(every @ np.linalg.qr(every.T)[0], 2)
    if name == "kid":
        within = (x @ x.T / 2048 + 1) ** 3 + (y @ y.T / 2048 + 1) ** 3
        apart = (within.sum() - np.trace(within)) / 6 - 2 * ((x @ y.T / 2048 + 1) ** 3).mean()
    else:
        root = sqrtm(np.cov(x.T) @ np.cov(y.T) + 1e-14 * np.eye(6))
        apart = np.square(x.mean(0) - y.mean(0)).sum() - 2 * np.trace(root).real
        apart += np.trace(np.cov(x.T) + np.cov(y.T))
    yield part.distance(*gathered), float(apart)


def frechet_alexnet() -> Cases:
    from scipy.linalg import sqrtm  # noqa: PLC0415

    module, damage = test("test_frechet_alexnet"), test("damage")
    part, targets = set_metrics().get("frechet_alexnet"), damage.photographs()
    theirs = inspect.unwrap(module.theirs)("a mirror")
    for kind in ("blur", "jpeg"):
        both = [damage.DAMAGES[kind](image) for image in targets], targets
        x, y = (np.concatenate([theirs(image) for image in images]) for images in both)
        one, other = np.cov(x.T), np.cov(y.T)
        expected = ((x.mean(0) - y.mean(0)) ** 2).sum() + np.trace(one + other)
        found = [part.gather(part.look(OutputView(i)) for i in images) for images in both]
        yield part(*found), float(expected - 2 * np.trace(sqrtm(one @ other)).real)


def pool_frechet() -> Cases:
    module, damage, pools = test("test_pool_frechet"), test("damage"), test("pools")
    theirs = inspect.unwrap(module.theirs)("a mirror")
    for scene in (0, 2):
        image = damage.photographs()[scene]
        others = [p for n, p in enumerate(damage.photographs()) if n != scene]
        for output in (image, damage.DAMAGES["blur"](image), damage.DAMAGES["jpeg"](image)):
            seen = PoolView(OutputView(output), pools.pool(others))
            expected = module.reference(theirs, output, others)
            yield metrics().get("pool_frechet")(seen), expected


def unpaired_iqa() -> Cases:
    """A network that learned for five steps; its layers by numpy, on its own descriptions."""
    module, rated, pools = test("test_unpaired_iqa"), test("rated_photographs"), test("pools")
    with bench() as (_, folder, patch):
        patch.setenv("IQABENCH_HOME", str(folder))
        data = module.Data(rated.rated()[:30], rated.pristine(), folder)
        *_, done = module.train(data, module.Plan(steps=5), folder)
        done.write(module.weights_path())
        state = {k: v.double().numpy() for k, v in done.network.state_dict().items()}

        def layer(name: str, x: Any) -> Any:
            return state[f"{name}.weight"] @ x + state[f"{name}.bias"]

        def code(image: Image) -> Any:
            x = (module.describe(OutputView(image)) - state["mean"]) / state["deviation"]
            return np.maximum(layer("encode.0", x), 0)

        for scene in range(5):
            values, others = [], [n for n in range(5) if n != scene]
            one = code(module.cut(scene))
            for two in (code(module.cut(other)) for other in others):
                fused = np.concatenate((one, two, abs(one - two)))
                values.append(layer("judge.2", np.maximum(layer("judge.0", fused), 0)))
            pool = pools.pool([module.cut(other) for other in others])
            seen = PoolView(OutputView(module.cut(scene)), pool)
            yield metrics().get("unpaired_iqa")(seen), float(np.mean(values))


INCEPTION = "the definition on torchvision's network, changed as pytorch-fid does" + CHANCE
THREE = "three demo photographs and the same blurred"

TABLE = [
    Oracle("fid", INCEPTION, THREE, partial(over_sets, "fid"),
           others="the published weights, 96 MB, were not at hand"),
    Oracle("kid", INCEPTION, THREE, partial(over_sets, "kid"),
           others="the published weights, 96 MB, were not at hand"),
    Oracle("frechet_alexnet", "the definition on torchvision's network, by sqrtm",
           "demo photographs, blurred and JPEG", frechet_alexnet),
    Oracle("pool_frechet", "the definition on torchvision's network, by sqrtm",
           "demo photographs, clean, blurred and JPEG, beside the others", pool_frechet),
    Oracle("unpaired_iqa", "its layers in numpy, both with weights of five steps of training",
           "parts of demo photographs beside the others", unpaired_iqa,
           others="ours alone: no other implementation of the idea was at hand"),
]  # fmt: skip
