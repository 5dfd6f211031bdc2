"""The search for readings that give a claim: PSNR of all readings first, SSIM only where PSNR fits.

SSIM costs many times what PSNR costs, so it is computed for the papers' reading and for those that give the
claimed PSNR: with the usual windows first, then with all, at last of other pixels than PSNR's. The search
ends as soon as a reading gives both figures.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from iqabench.explain.claim import Claim
from iqabench.explain.figures import ReadingFigures, mean_of_images, pixels_of, psnr_figures
from iqabench.explain.pair_errors import PairErrors, pair_errors
from iqabench.explain.reading import Reading, readings
from iqabench.explain.similarity import Choice, PairSimilarities
from iqabench.explain.similarity_ways import DATA_RANGE, OTHERS, USUAL_WINDOWS, WINDOW
from iqabench.images import Image

Images = Callable[[], Iterator[tuple[Image, Image]]]
"""A function that reads output and target of each pair anew."""

_MOST_PIXELS = 8
"""Largest number of choices of pixels of which SSIM is computed."""


@dataclass(frozen=True)
class _Tables:
    """SSIM of each pair, by choice of pixels, window and range."""

    pairs: Sequence[PairErrors]
    values: list[dict[Choice, float]]

    def mean(self, reading: Reading) -> float | None:
        """Return the mean SSIM of a reading; None when an image has none."""
        found = []
        for pair, values in zip(self.pairs, self.values, strict=True):
            pixels = OTHERS.get(reading.ssim_of) or pixels_of(reading, grey=pair.is_grey)
            value = values.get((*pixels, reading.window, reading.data_range))
            if value is None:
                return None
            found.append(value)
        areas = np.array([pair.areas[reading.region] for pair in self.pairs])
        way = reading.mean if reading.ssim_of == _AS_PSNR else "of dB"
        return mean_of_images(way, np.array(found), areas)


def search(claim: Claim, images: Images, scale: int) -> list[ReadingFigures]:
    """Return the figures of all readings that differ, the most usual first.

    Raises: ImageError when an image cannot be compared.
    """
    pairs = [pair_errors(output, target, scale) for output, target in images()]
    figures = distinct(psnr_figures(readings(), pairs))
    if claim.ssim is None:
        return figures
    fitting = [f for f in figures if claim.has_psnr(f.psnr)]
    usual = figures[0]
    tables = _Tables(pairs, [{} for _ in pairs])
    found: list[ReadingFigures] = []
    for windows, others in ((USUAL_WINDOWS, False), (tuple(WINDOW), False), (USUAL_WINDOWS, True)):
        candidates = fitting if found else [usual, *(f for f in fitting if f is not usual)]
        if not candidates:
            break
        _fill(tables, images, scale, [f.reading for f in candidates], windows, others=others)
        found = [*_with_ssim(candidates, tables, OTHERS if others else [_SAME]), *found]
        if any(claim.has_psnr(f.psnr) and claim.has_ssim(f.ssim) for f in found):
            break
    told = {f.reading for f in found}
    rest = [f for f in figures if f.reading not in told]
    return sorted(distinct([*found, *rest]), key=lambda f: f.reading.cost)


_SAME, _AS_PSNR = "the same pixels", "the same pixels, as PSNR's mean"
_WEIGHTED = ("of dB by area", "of MSE by area", "median")


def distinct(figures: Iterable[ReadingFigures]) -> list[ReadingFigures]:
    """Return the figures, without readings that equal one of no larger cost that differs in one habit.

    So a habit for grey files is not told where there are none.
    """
    seen: set[tuple[object, ...]] = set()
    kept = []
    for f in sorted(figures, key=lambda f: f.reading.cost):
        ssim = None if f.ssim is None else round(f.ssim, 9)
        values = [getattr(f.reading, field.name) for field in fields(Reading)]
        keys = [
            (round(f.psnr, 8), ssim, at, *values[:at], *values[at + 1 :])
            for at in range(len(values))
        ]
        if seen.isdisjoint(keys):
            kept.append(f)
        seen.update(keys)
    return kept


def _with_ssim(
    figures: Iterable[ReadingFigures], tables: _Tables, ssim_of: Iterable[str]
) -> Iterator[ReadingFigures]:
    """Yield readings of PSNR with every window and range of SSIM that was computed."""
    plain = list(ssim_of)
    for f in figures:
        weighted = _SAME in plain and f.reading.mean in _WEIGHTED
        for pixels in [*plain, _AS_PSNR] if weighted else plain:
            for window in WINDOW:
                for data_range in DATA_RANGE:
                    reading = replace(
                        f.reading, window=window, data_range=data_range, ssim_of=pixels
                    )
                    ssim = tables.mean(reading)
                    if ssim is not None:
                        yield ReadingFigures(reading, f.psnr, ssim)


def _fill(
    tables: _Tables,
    images: Images,
    scale: int,
    searched: Sequence[Reading],
    windows: tuple[str, ...],
    *,
    others: bool,
) -> None:
    """Compute what the tables lack for these readings and windows."""
    for pair, table, (output, target) in zip(tables.pairs, tables.values, images(), strict=True):
        similarities = PairSimilarities(output, target, scale)
        grey = pair.is_grey
        wanted = (
            list(OTHERS.values())
            if others
            else list(dict.fromkeys(pixels_of(r, grey=grey) for r in searched))[:_MOST_PIXELS]
        )
        for channels, region in wanted:
            missing = [w for w in windows if (channels, region, w, "255") not in table]
            table.update(similarities.values(channels, region, missing))
