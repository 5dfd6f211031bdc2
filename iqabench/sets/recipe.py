"""Recipes: the steps that make the target, the input and further parts of a sample from its files."""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from iqabench.degradations import Degradation, degradations
from iqabench.degradations.core.specification import specification_hash
from iqabench.degradations.noise import NOISE_RECIPES
from iqabench.errors import SetError
from iqabench.images import Image, Part, crop_to_multiple, luma
from iqabench.samples import stack_frames
from iqabench.sets.facts import InputFacts
from iqabench.sets.motion_facts import MotionFacts
from iqabench.tasks import Ratio, scale_text


@dataclass(frozen=True)
class Step:
    """One degradation with all values that affect its pixels."""

    degradation: Degradation
    keywords: tuple[tuple[str, Any], ...]

    def __call__(self, image: Image, frame: int = 0, drawn: int = 0) -> Image:
        """Return the degraded image; each frame of a clip draws from a seed of its own.

        `drawn` is the number of values that images before this one took, where noise is drawn in order.
        """
        keywords = dict(self.keywords)
        if frame and "seed" in keywords:
            keywords["seed"] += frame
        if self.draws_in_order:
            keywords["skip"] = drawn
        return self.degradation(image, **keywords)

    @property
    def draws_in_order(self) -> bool:
        """True when the noise of an image depends on the images before it."""
        recipe = NOISE_RECIPES.get(dict(self.keywords).get("recipe", ""))
        return recipe is not None and recipe.in_order

    @property
    def facts(self) -> list[Any]:
        """All values that affect a pixel, for a hash."""
        return [self.degradation.name, self.degradation.version, *map(list, self.keywords)]

    @property
    def words(self) -> str:
        """The degradation with its version and keywords, as text."""
        keywords = "".join(f", {name} {value}" for name, value in self.keywords)
        return f"{self.degradation.name} version {self.degradation.version}{keywords}"


Chain = tuple[Step, ...]
"""Degradations that are applied one after the other; an empty chain changes nothing."""


@dataclass(frozen=True)
class Recipe:
    """The steps from files to a target, and from a target to an input and to further parts."""

    scale: Ratio
    """The size of the target divided by that of the input; targets are cropped until both are integers."""
    luma_target: bool = False
    """True when the target is the rounded luma of the file."""
    steps: Chain | None = None
    """The degradations that make an input; None when the set does not say how inputs are made."""
    grey: frozenset[str] = frozenset()
    """Samples that are grey images stored as RGB."""
    part_chains: tuple[tuple[str, Chain], ...] = ()
    """Further roles, each with the degradations that make it from the target."""
    reduces: bool = True
    """True when the target is `scale` times as large as the input; False when they have the same size."""
    motion: MotionFacts | None = None
    """The motion by which input and target are made of the photograph in the file."""
    multiple: int = 1
    """The number whose multiples the sides of images are cropped to about the centre; 1 crops nothing."""

    @property
    def draws_in_order(self) -> bool:
        """True when the noise of an input depends on the targets before it."""
        return any(step.draws_in_order for step in self.steps or ())

    @property
    def input_scale(self) -> Ratio:
        """The size of the target divided by that of the input."""
        return self.scale if self.reduces else 1

    def facts(self) -> dict[str, Any]:
        """Return all values that affect a pixel, for the hash of the set."""
        chain: list[Any] | None = None
        if self.steps is not None:
            listed = [step.facts for step in self.steps]
            chain = listed[0] if len(listed) == 1 else listed
        facts: dict[str, Any] = {
            "scale": self.scale if isinstance(self.scale, int) else str(self.scale),
            "luma_target": self.luma_target,
            "degradation": chain,
            "grey": sorted(self.grey),
        }
        if self.multiple > 1:
            facts["multiple"] = self.multiple
        if self.motion is not None:
            facts["motion"] = self.motion.model_dump(mode="json")
        if self.part_chains:
            facts["made"] = {
                role: [step.facts for step in steps] for role, steps in self.part_chains
            }
        return facts

    @property
    def hash(self) -> str:
        """The hash of the degradations with their versions and keywords; empty where none is known."""
        return "" if self.steps is None else specification_hash([s.facts for s in self.steps])

    @property
    def words(self) -> str:
        """The degradations with their versions and keywords, as text."""
        if self.steps is None:
            return "no degradation is known"
        return ", then ".join(step.words for step in self.steps) or "the target as it is"

    @property
    def is_bicubic(self) -> bool:
        """True when inputs are made by bicubic downscaling only."""
        steps = self.steps or ()
        return [step.degradation.name for step in steps] == ["bicubic"]

    def target(self, image: Image, name: str = "the image") -> Image:
        """Return the target: the image cropped to a multiple of the scale, or its rounded luma.

        `name` stands for the image in messages.

        Raises: SetError when nothing is left of the image.
        """
        least = self.scale.numerator
        height, width = (side - side % least for side in image.shape[:2])
        if not height or not width:
            raise SetError(
                f"{name} is {image.shape[1]}x{image.shape[0]} pixels; x{scale_text(self.scale)} needs at "
                f"least {least}x{least}. Take the image away, or choose a smaller scale."
            )
        image = self.cropped(image[:height, :width], name)
        return rounded_luma(image) if self.luma_target else image

    def cropped(self, image: Image, name: str) -> Image:
        """Return the image with the sides that the set crops it to; `name` stands for it in messages.

        Raises: SetError when a side is shorter than the number whose multiples are kept.
        """
        if min(image.shape[:2]) < self.multiple:
            raise SetError(
                f"{name} is {image.shape[1]}x{image.shape[0]} pixels; the set crops its sides to multiples "
                f"of {self.multiple}, so nothing is left of it. Take the image away."
            )
        return crop_to_multiple(image, self.multiple)

    def input(self, target: Image, frame: int = 0, drawn: int = 0) -> Image:
        """Return the input that is made from a target; `drawn` is the number of values drawn before it.

        Raises: SetError when the set does not say how.
        """
        if self.steps is None:
            raise SetError("the set does not say how its inputs are made.")
        return _degrade(self.steps, target, frame, drawn)

    def values_of(self, height: int, width: int, channels: int) -> int:
        """Return the number of values of a target that is made of an image of this size."""
        sides = (side - side % self.multiple for side in (height, width))
        return prod(sides) * channels

    def parts(self, known: Mapping[str, Part], what: str) -> dict[str, Part]:
        """Return the further parts by role: made from the part of that role if it is known, else from the
        target.

        Raises: SetError when their frames differ in size.
        """
        sources = {role: known.get(role, known.get("target")) for role, _ in self.part_chains}
        return {
            role: stack_frames(
                [_degrade(steps, f, t) for t, f in enumerate(source)], f"{role} of {what}"
            )
            for role, steps in self.part_chains
            if (source := sources[role]) is not None
        }

    def degrade_output(self, output: Image) -> Image:
        """Return the output, degraded like the target; metrics of consistency compare it with the input.

        Raises: SetError when the set does not say how, or a degradation is random.
        """
        if self.steps is None:
            raise SetError("the set does not say how its inputs are made")
        for step in self.steps:
            if step.degradation.random:
                name = step.degradation.name
                raise SetError(
                    f"{name} is random, so an output cannot be degraded to its input again"
                )
        return self.input(output)

    def luma(self, sample: str, target: Image) -> Image:
        """Return the target of the luma domain: one channel of a grey image, else the rounded luma."""
        return target[:, :, :1] if sample in self.grey else rounded_luma(target)


def recipe(
    degradation: InputFacts | Sequence[InputFacts] | None,
    level: str,
    scale: Ratio,
    luma_target: bool,
    grey: tuple[str, ...] = (),
    parts: Sequence[tuple[str, Sequence[InputFacts]]] = (),
    *,
    reduces: bool = True,
    multiple: int = 1,
) -> Recipe:
    """Return the recipe of a set at a level, with the degradations of inputs and of further `parts` by role.

    Raises: UnknownNameError for an unknown degradation; SetError for keywords that it does not take.
    """
    several = [degradation] if isinstance(degradation, InputFacts) else degradation
    return Recipe(
        scale,
        luma_target,
        None if several is None else _chain(several, level),
        frozenset(grey),
        tuple((role, _chain(steps, level)) for role, steps in parts),
        reduces,
        multiple=multiple,
    )


def _chain(several: Sequence[InputFacts], level: str) -> Chain:
    return tuple(_step(facts, level) for facts in several)


def _step(facts: InputFacts, level: str) -> Step:
    """Return one step; its strength is the level's number unless the facts state one."""
    degradation = degradations().get(facts.degradation)
    number = level[1:]
    strength: dict[str, int | float] = {}
    if number.replace(".", "", 1).isdigit():
        strength[degradation.strength] = int(number) if number.isdigit() else float(number)
    keywords = {**strength, **facts.keywords}
    try:
        inspect.signature(degradation.function).bind(None, **keywords)
    except TypeError as error:
        raise SetError(
            f"the degradation '{degradation.name}' does not take {keywords}: {error}."
        ) from error
    return Step(degradation, tuple(sorted(keywords.items())))


def _degrade(steps: Chain, image: Image, frame: int, drawn: int = 0) -> Image:
    for step in steps:
        image = step(image, frame, drawn)
    return image


def rounded_luma(image: Image) -> Image:
    """Return BT.601 studio-swing luma, rounded half up to 8 bits; a grey image is returned unchanged.

    Shapes: (H, W, 3) or (H, W, 1) to (H, W, 1), uint8.
    """
    if image.shape[2] == 1:
        return image
    return np.asarray(luma(image, dtype=np.float64) + 0.5).astype(np.uint8)
