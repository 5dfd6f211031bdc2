"""The selection of units to remove: the least important ones of each set, or of all sets together."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from iqabench.compress.coupling import CoupledSet
from iqabench.errors import CompressError


@dataclass(frozen=True)
class Selection:
    """A rule that chooses the units to remove for a share of all units."""

    uniform: bool = False
    """True when every set loses the same share; else all units are ranked together."""
    round_to: int = 1
    """Number of which every set keeps a multiple of units, rounded up."""

    def shares(self, sets: Sequence[CoupledSet]) -> list[float]:
        """Return the shares at which one more unit is removed from some set, ascending from 0."""
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
        """Return the least important units of each set, such that `share` of all units is removed.

        Every set keeps at least one unit. With `strict` a share that would empty a set is an error.

        Raises: CompressError naming the layer that would be removed.
        """
        floors = [0 if strict else min(s.units, max(1, self.round_to)) for s in sets]
        counts = self._counts(sets, scores, floors, share)
        if strict:
            self._refuse_empty(sets, counts, share)
        order = [score.argsort(stable=True) for score in scores]
        kept = [self._rounded(s.units, n) for s, n in zip(sets, counts, strict=True)]
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
        remaining = math.floor(sum(s.units for s in sets) * share + 1e-9)
        counts = [0] * len(sets)
        for at in ranked:
            if remaining and counts[at] < sets[at].units - floors[at]:
                counts[at] += 1
                remaining -= 1
        return counts

    def _rounded(self, units: int, count: int) -> int:
        """Return the number of units that a set keeps when `count` of them are to be removed."""
        return min(units, math.ceil((units - count) / self.round_to) * self.round_to)

    def _refuse_empty(
        self, sets: Sequence[CoupledSet], counts: Sequence[int], share: float
    ) -> None:
        empty = [s for s, n in zip(sets, counts, strict=True) if n >= s.units]
        if empty:
            more = f" and {len(empty) - 1} more" if len(empty) > 1 else ""
            hint = "a lower --ratio" if self.uniform else "a lower --ratio, or --uniform"
            raise CompressError(
                f"a ratio of {share:g} would remove the whole layer {empty[0].name} ({empty[0].units} "
                f"channels){more}. Take {hint}."
            )
