"""Which units go: the least important ones, so many of each set, or of all sets together."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from iqabench.compress.coupled import CoupledSet
from iqabench.errors import CompressError


@dataclass(frozen=True)
class Selection:
    """A rule that turns a share of units into the units that go."""

    uniform: bool = False
    """Every set loses the same share; else all units are ranked together."""
    round_to: int = 1
    """Sets keep a multiple of so many units, rounded up."""

    def shares(self, sets: Sequence[CoupledSet]) -> list[float]:
        """The shares at which one more unit goes somewhere, ascending from 0."""
        steps = max(s.units for s in sets) if self.uniform else sum(s.units for s in sets)
        return [step / steps for step in range(steps + 1)]

    def units(
        self,
        sets: Sequence[CoupledSet],
        scores: Sequence[Tensor],
        share: float,
        *,
        strict: bool = False,
    ) -> list[list[int]]:
        """Units that go from each set when `share` of them shall; the least important first.

        Something is always left of a set, unless `strict`: then a share that would empty one is refused.

        Raises: CompressError naming the layer that would be removed.
        """
        floors = [0 if strict else min(s.units, max(1, self.round_to)) for s in sets]
        going = self._counts(sets, scores, floors, share)
        if strict:
            self._refuse_empty(sets, going, share)
        order = [score.argsort(stable=True) for score in scores]
        kept = [self._rounded(s.units, n) for s, n in zip(sets, going, strict=True)]
        return [
            sorted(ranked[: s.units - keep].tolist())
            for s, ranked, keep in zip(sets, order, kept, strict=True)
        ]

    def _counts(
        self,
        sets: Sequence[CoupledSet],
        scores: Sequence[Tensor],
        floors: Sequence[int],
        share: float,
    ) -> list[int]:
        if self.uniform:
            return [
                min(s.units - floor, math.floor(s.units * share + 0.5 + 1e-9))
                for s, floor in zip(sets, floors, strict=True)
            ]
        owner = torch.cat([torch.full((s.units,), at) for at, s in enumerate(sets)])
        ranked = owner[torch.cat(list(scores)).argsort(stable=True)].tolist()
        left = math.floor(sum(s.units for s in sets) * share + 1e-9)
        going = [0] * len(sets)
        for at in ranked:
            if left and going[at] < sets[at].units - floors[at]:
                going[at] += 1
                left -= 1
        return going

    def _rounded(self, units: int, going: int) -> int:
        """Units that a set keeps."""
        return min(units, math.ceil((units - going) / self.round_to) * self.round_to)

    def _refuse_empty(self, sets: Sequence[CoupledSet], going: Sequence[int], share: float) -> None:
        empty = [s for s, n in zip(sets, going, strict=True) if n >= s.units]
        if empty:
            more = f" and {len(empty) - 1} more" if len(empty) > 1 else ""
            hint = "a lower --ratio" if self.uniform else "a lower --ratio, or --uniform"
            raise CompressError(
                f"a ratio of {share:g} would remove the whole layer {empty[0].name} ({empty[0].units} "
                f"channels){more}. Take {hint}."
            )
