"""No-reference metrics and metrics against a pool, without networks, and their oracles."""

from collections.abc import Callable, Iterable
from functools import partial
from itertools import product
from typing import Any

import numpy as np
from oracles import (
    DEFINITION,
    EVERY,
    MATLAB,
    TID,
    Cases,
    Oracle,
    every,
    parameters,
    real_image,
    test,
)

from iqabench.images import Image, OutputView, PoolView
from iqabench.metrics import metrics

Single = Callable[[Image], float]
RELEASE = "the authors' release, in double, with the model that they fitted"
KINDS = "8 demo photographs: damaged, grey, odd, small"
FLAT = (
    "where an image is flat the release takes rounding noise for structure, and 0 counts here: "
    "1 to 2 % of I03, I06 and I08, a third of I19"
)


def alone(
    name: str,
    words: str,
    on: str,
    theirs: Callable[[Any], Single],
    images: Callable[[], Iterable[Image]],
    others: str = "",
) -> Oracle:
    """A no-reference metric; `theirs` is given the module of its test."""

    def cases() -> Cases:
        oracle, ours = theirs(test(f"test_{name}") if name in TESTED else None), metrics().get(name)
        for image in images():
            yield ours(OutputView(image)), oracle(image)

    return Oracle(name, words, on, cases, others=others)


TESTED = {"brisque", "colourfulness", "niqe", "piqe", "sharpness"}
"""The others are written out below."""


def outputs() -> Iterable[Image]:
    return [output for output, _ in every()]


def kinds(name: str) -> Iterable[Image]:
    found: Iterable[Image] = test(f"test_{name}").IMAGES.values()
    return found


def some() -> Iterable[Image]:
    return list(outputs())[::3]


def grey(image: Image) -> Image:
    found: Image = test("scene_statistics").grey(image)
    return found


def of_entropy(_: Any) -> Single:
    def oracle(image: Image) -> float:
        shares = np.unique(grey(image), return_counts=True)[1] / image[:, :, 0].size
        return float(-sum(p * np.log2(p) for p in shares))

    return oracle


def of_variation(_: Any) -> Single:
    def oracle(image: Image) -> float:
        x = image.astype(np.float64)
        across, down = np.abs(x[:, 1:] - x[:, :-1]), np.abs(x[1:] - x[:-1])
        return float(across.sum() / across.size + down.sum() / down.size)

    return oracle


def of_brisque(module: Any) -> Single:
    return lambda image: module.model.score(np.array(module.reference(grey(image))))


def of_niqe(module: Any) -> Single:
    authors = module.pristine()

    def oracle(image: Image) -> float:
        found = module.reference(grey(image))
        numbers = found[~np.isnan(found).any(axis=1)]
        apart = authors.mean - np.nanmean(found, axis=0)
        both = (authors.covariance + np.cov(numbers.T)) / 2
        return float(np.sqrt(apart @ np.linalg.solve(both, apart)))

    return oracle


def ilniqe() -> Cases:
    """All 36 blocks of two images, whose features take seconds each."""
    module, damage = test("test_ilniqe"), test("damage")
    places = list(product(range(6), range(6)))
    noisy = damage.DAMAGES["noise"](damage.photographs()[2])
    for image in (damage.photographs()[1], noisy):
        found = module.reference(module.model.resized(image), places)
        flat = ~np.isfinite(found).all(axis=1)
        expected = module.distance(module.pristine(), found, flat)
        yield metrics().get("ilniqe")(OutputView(image)), expected


def pool_niqe() -> Cases:
    module, pools, damage = test("test_pool_niqe"), test("pools"), test("damage")
    for scene, image in enumerate(damage.photographs()):
        for output in (image, damage.DAMAGES["noise"](image), damage.DAMAGES["jpeg"](image)):
            seen = PoolView(OutputView(output), pools.pool_without(scene))
            expected = module.reference(output, module.sharp_blocks(scene))
            yield metrics().get("pool_niqe")(seen), expected


def figures(name: str, of: Callable[[str], bool]) -> Callable[[], Cases]:
    """MATLAB's of the images whose number passes."""

    def cases() -> Cases:
        shas = test("scene_statistics").TID2013
        for number, *_, figure, _ in parameters(test(f"test_{name}").test_figures_of_matlab):
            if number in shas and of(number):
                yield metrics().get(name)(OutputView(real_image(shas[number]))), figure

    return cases


def baboon() -> Cases:
    module = test("test_niqe")
    image = real_image(module.BABOON)[:480, :492]
    luma = np.floor(image @ np.array([65.481, 128.553, 24.966]) / 255 + 16.5)
    yield metrics().get("niqe")(OutputView(module.levels(luma))), 5.72957338


def pepper() -> Cases:
    module = test("test_ilniqe")
    ((_, sha256, figure, _),) = [
        row for row in parameters(module.test_figures_of_matlab) if row[0] == "pepper"
    ]
    yield metrics().get("ilniqe")(OutputView(real_image(sha256))), figure


def piqe_figures() -> Cases:
    for sha256, figure in parameters(test("test_piqe").test_the_figures_of_matlab):
        yield metrics().get("piqe")(OutputView(real_image(sha256))), figure


def of_matlab(name: str) -> list[Oracle]:
    """Two rows: the image without flat areas, and the four that have some."""
    four = "I03, I06, I08 and I19 of TID2013, flat in parts"
    flat = figures(name, lambda number: number != "I04")
    return [
        Oracle(
            name,
            "MATLAB's figure of an image without flat areas",
            "I04 of TID2013",
            figures(name, lambda number: number == "I04"),
            relative=False,
        ),
        Oracle(
            name,
            "MATLAB's figures of images with flat areas",
            four,
            flat,
            relative=False,
            others=FLAT,
        ),
    ]


TABLE = [
    alone("brisque", RELEASE, KINDS, of_brisque, partial(kinds, "brisque")),
    *of_matlab("brisque"),
    alone("colourfulness", DEFINITION, EVERY, lambda m: m.reference, outputs),
    alone("entropy", DEFINITION, EVERY, of_entropy, outputs),
    Oracle("ilniqe", RELEASE, "demo photographs, one of them noisy", ilniqe),
    Oracle("ilniqe", "MATLAB's figure of pepper", "pepper of Set14", pepper, relative=False),
    *of_matlab("ilniqe"),
    alone("niqe", RELEASE, "8 demo photographs: damaged, grey, half flat", of_niqe,
          partial(kinds, "niqe")),
    Oracle("niqe", "MATLAB R2021a's figure, eight digits", "baboon of Set14", baboon,
           relative=False),
    *of_matlab("niqe"),
    alone("piqe", "the definition block by block, in double", EVERY, lambda m: m.reference, some),
    Oracle("piqe", "MATLAB's figures, two digits behind the point", TID, piqe_figures,
           relative=False),
    Oracle("pool_niqe", MATLAB, "demo photographs, clean, noisy and JPEG, beside the others",
           pool_niqe),
    alone("sharpness", DEFINITION, EVERY, lambda m: lambda image: m.reference(grey(image)), outputs,
          "OpenCV's grey differs by a level in few pixels: up to 2e-3"),
    alone("total_variation", DEFINITION, EVERY, of_variation, outputs,
          "other libraries give the sum, of images in 0..1"),
]  # fmt: skip
