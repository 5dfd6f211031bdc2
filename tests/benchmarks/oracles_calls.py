"""How the tests of full-reference metrics call their oracles: on which planes, of which pairs."""

from collections.abc import Callable, Iterable
from math import log10
from typing import Any

import numpy as np
from oracles import Both, Cases, real_image, test, usual

from iqabench.images import Image, view
from iqabench.metrics import metrics
from iqabench.protocols import protocol


def in_grey(oracle: Callable[..., float]) -> Both:
    """Of luminance in double precision."""
    grey = test("damage").luminance
    return lambda output, target: oracle(grey(output), grey(target))


def by_piq(name: str, **options: Any) -> Both:
    """A function of piq on RGB in double precision."""
    import piq  # noqa: PLC0415

    tensors = test("damage").tensors
    return lambda o, t: float(getattr(piq, name)(*tensors(o, t), data_range=255.0, **options))


def by_channel(oracle: Callable[..., float]) -> Both:
    return lambda o, t: float(np.mean([oracle(o[:, :, c], t[:, :, c]) for c in range(3)]))


def error(output: Image, target: Image, power: int) -> float:
    return float((np.abs(output.astype(np.float64) - target) ** power).mean())


def of_lab(module: Any) -> Both:
    return lambda o, t: module.of_skimage(module.rgb2lab(t), module.rgb2lab(o)).mean()


def of_ergas(module: Any) -> Both:
    function = module.error_relative_global_dimensionless_synthesis
    return lambda o, t: float(function(module.batch(o), module.batch(t), ratio=1))


def of_sam(module: Any) -> Both:
    angle, batch = module.spectral_angle_mapper, module.batch
    return lambda o, t: float(np.degrees(float(angle(batch(o), batch(t)))))


def without_black() -> Iterable[tuple[Image, Image]]:
    return [(np.maximum(output, 1), np.maximum(target, 1)) for output, target in usual()]


def even(number: int, height: int, width: int, *without: str) -> Iterable[tuple[Image, Image]]:
    """One photograph, whose sides can be halved four times."""
    damage = test("damage")
    target = np.ascontiguousarray(damage.photographs()[number][:height, :width])
    return [(damage.DAMAGES[n](target), target) for n in damage.USUAL if n not in without]


def of_mad() -> Iterable[tuple[Image, Image]]:
    """Below 100 pixels a side: the oracle takes its time."""
    damage, sizes = test("damage"), test("test_mad").SIZES
    for name in [*damage.USUAL, "stretched"]:
        for photograph, (height, width) in zip(damage.photographs(), sizes, strict=False):
            target = np.ascontiguousarray(photograph[:height, :width])
            yield damage.DAMAGES[name](target), target


def of_vif() -> Iterable[tuple[Image, Image]]:
    damage = test("damage")
    for name in [*damage.USUAL, "stretched"]:
        for number, (height, width) in zip((1, 2, 4), damage.SIZES, strict=False):
            target = damage.photographs()[number][: height - 60, : width - 60]
            yield damage.DAMAGES[name](target), np.ascontiguousarray(target)


def of_vifp() -> Iterable[tuple[Image, Image]]:
    damage = test("damage")
    targets = [t[: 150 + len(t) % 7, :131] for t in damage.photographs()]
    return [(damage.DAMAGES[name](t), t) for name in damage.USUAL for t in targets]


def of_five(name: str) -> Callable[[], Cases]:
    """The authors' figures."""

    def cases() -> Cases:
        published = test("published")
        for five in published.FIVE.values():
            pair = view(protocol("rgb2gray"), real_image(five.output), real_image(five.target))
            yield metrics().get(name)(pair), getattr(five, name)

    return cases


def sharma() -> Cases:
    colour = test("test_colour")
    one, other = colour.Lab(*colour.SHARMA[:3]), colour.Lab(*colour.SHARMA[3:6])
    yield from zip(colour.difference(one, other), colour.SHARMA[6], strict=True)


def written(which: str = "reference") -> Callable[[Any], Both]:
    """A function of the test's module, of images."""
    return lambda module: getattr(module, which)


def in_order(number: int) -> Callable[[Any], Both]:
    """Of an oracle that gives two values."""
    return lambda module: lambda o, t: module.reference(o, t)[number]


def greys(module: Any) -> Both:
    return in_grey(module.reference)


def piqs(name: str, **options: Any) -> Callable[[Any], Both]:
    return lambda _: by_piq(name, **options)


def power(number: int) -> Callable[[Any], Both]:
    """The root of a mean power of errors."""
    return lambda _: lambda o, t: error(o, t, number) ** (1 / number)


def squares(_: Any) -> Both:
    """The mean square of errors."""
    return lambda o, t: error(o, t, 2)


def decibels(_: Any) -> Both:
    return lambda o, t: 10 * log10(255**2 / error(o, t, 2))


def planes(module: Any) -> Both:
    return by_channel(lambda x, y: module.reference(x, y)[0])


def whole_numbers(module: Any) -> Both:
    return lambda o, t: module.reference(o.astype(np.int64), t.astype(np.int64))
