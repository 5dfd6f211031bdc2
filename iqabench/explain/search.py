"""The search for readings that give a claim: PSNR of all readings first, SSIM only where PSNR fits.

SSIM costs many times what PSNR costs, so it is computed for the papers' reading and for those that give the
claimed PSNR: with the SSIM of named protocols first, then with the usual windows, with all, at last of other
pixels than PSNR's. The search ends as soon as a reading gives both figures.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from iqabench.explain.claim import Claim
from iqabench.explain.figures import (
    ReadingFigures,
    claim_for,
    gives,
    mean_of_images,
    pixels_of,
    psnr_figures,
)
from iqabench.explain.named import SIMILARITY, protocols_with
from iqabench.explain.pair_errors import PairErrors, pair_errors
from iqabench.explain.reading import BY_FOLDER, HABITS, Reading, readings
from iqabench.explain.similarity import Choice, PairSimilarities
from iqabench.explain.similarity_ways import DATA_RANGE, OTHERS, USUAL_WINDOWS, WINDOW, others_than
from iqabench.images import Image

Images = Callable[[], Iterator[tuple[Image, Image]]]
"""A function that reads output and target of each pair anew."""

_MOST_PIXELS = 8
"""Largest number of choices of pixels of which SSIM is computed with all windows."""


@dataclass(frozen=True)
class _Tables:
    """SSIM of each pair, by choice of pixels, window and range."""

    pairs: Sequence[PairErrors]
    values: list[dict[Choice, float]]
    folders: Sequence[str]

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
        return mean_of_images(way, np.array(found), areas, self.folders)


def search(
    claim: Claim,
    images: Images,
    scale: int,
    usual: Reading,
    files: str = "as they are",
    *,
    folders: Sequence[str] = (),
) -> list[ReadingFigures]:
    """Return the figures of all readings that differ, the most usual first.

    `usual` is the reading of the papers; `files` is what was done to the outputs before, `folders` has
    the folder of each image where there are several.

    Raises: ImageError when an image cannot be compared.
    """
    pairs = [pair_errors(output, target, scale) for output, target in images()]
    tried = (replace(reading, files=files) for reading in readings(usual.home))
    figures = distinct(psnr_figures(tried, pairs, folders))
    if claim.ssim is None:
        return figures
    fitting = [f for f in figures if claim_for(claim, f.reading).has_psnr(f.psnr)]
    tables = _Tables(pairs, [{} for _ in pairs], folders)
    found: list[ReadingFigures] = []
    for candidates in _rounds(figures[0], fitting):
        if not candidates:
            break
        _fill(tables, images, scale, [f.reading for f in candidates])
        found = [*_with_ssim(candidates, tables), *found]
        if any(gives(claim, f) and f.reading.rounding == Reading.rounding for f in found):
            break  # what is estimated does not end the search
    told = {f.reading for f in found}
    rest = [f for f in figures if f.reading not in told]
    return sorted(distinct([*found, *rest]), key=lambda f: f.reading.cost)


def _rounds(
    usual: ReadingFigures, fitting: Sequence[ReadingFigures]
) -> Iterator[list[ReadingFigures]]:
    """Yield readings of SSIM to try, the most likely first: of protocols, other windows, other pixels."""
    named = [f._replace(reading=reading) for f in fitting for reading in _named(f.reading)]
    yield [usual, *named]
    pixels = dict.fromkeys((f.reading.channels, f.reading.region) for f in fitting)
    chosen = list(pixels)[:_MOST_PIXELS]
    other_pixels = others_than(usual.reading.usual.region)
    few = [f for f in fitting if (f.reading.channels, f.reading.region) in chosen]
    few = [
        f for f in few if f.reading.rounding == Reading.rounding
    ]  # else any claim would fit by chance
    for windows, others in (
        (USUAL_WINDOWS, [_SAME]),
        (tuple(WINDOW), [_SAME]),
        (USUAL_WINDOWS, other_pixels),
    ):
        yield [
            f._replace(reading=replace(f.reading, window=window, ssim_of=other))
            for f in few
            for window in windows
            for other in others
        ]


def _named(reading: Reading) -> list[Reading]:
    """Return the reading with the SSIM of each protocol that compares its pixels."""
    named = protocols_with(reading.channels, reading.region, reading.files)
    ways = [{habit: one.habits[habit] for habit in SIMILARITY} for one in named]
    return [replace(reading, **way) for way in ways]


_SAME, _AS_PSNR = "the same pixels", "the same pixels, as PSNR's mean"
_WEIGHTED = ("of dB by area", "of MSE by area", "median", BY_FOLDER)


def distinct(figures: Iterable[ReadingFigures]) -> list[ReadingFigures]:
    """Return the figures, without readings that equal one of no larger cost that differs in one habit.

    So a habit for grey files is not told where there are none.
    """
    seen: set[tuple[object, ...]] = set()
    kept = []
    for f in sorted(figures, key=lambda f: f.reading.cost):
        ssim = None if f.ssim is None else round(f.ssim, 9)
        values = [getattr(f.reading, habit) for habit in HABITS]
        keys = [
            (round(f.psnr, 8), ssim, at, *values[:at], *values[at + 1 :])
            for at in range(len(values))
        ]
        if seen.isdisjoint(keys):
            kept.append(f)
        seen.update(keys)
    return kept


def _with_ssim(figures: Iterable[ReadingFigures], tables: _Tables) -> Iterator[ReadingFigures]:
    """Yield readings of PSNR with every range of SSIM that was computed."""
    for f in figures:
        weighted = f.reading.ssim_of == _SAME and f.reading.mean in _WEIGHTED
        for pixels in (_SAME, _AS_PSNR) if weighted else (f.reading.ssim_of,):
            for data_range in DATA_RANGE:
                reading = replace(f.reading, data_range=data_range, ssim_of=pixels)
                ssim = tables.mean(reading)
                if ssim is not None:
                    yield ReadingFigures(reading, f.psnr, ssim)


def _fill(tables: _Tables, images: Images, scale: int, searched: Sequence[Reading]) -> None:
    """Compute what the tables lack for these readings."""
    for pair, table, (output, target) in zip(tables.pairs, tables.values, images(), strict=True):
        similarities = PairSimilarities(output, target, scale)
        wanted: dict[tuple[str, str], dict[str, None]] = {}
        for reading in searched:
            pixels = OTHERS.get(reading.ssim_of) or pixels_of(reading, grey=pair.is_grey)
            if (*pixels, reading.window, "255") not in table:
                wanted.setdefault(pixels, {})[reading.window] = None
        for (channels, region), windows in wanted.items():
            table.update(similarities.values(channels, region, windows))
