"""How often intervals hold the truth, and how often comparisons are wrong: simulated, with seeds.

python tests/benchmarks/coverage.py means          intervals of means, beside other methods
python tests/benchmarks/coverage.py comparisons    models that are told apart from the best
python tests/benchmarks/coverage.py                all of it: the tables of leaderboards/measured/coverage.md
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from iqabench.report.data.aggregate import Results
from iqabench.report.data.tables import tables_of
from iqabench.report.statistics import compare_family, matrix_of, mean_intervals
from iqabench.report.statistics.agreement.bootstrap import interval
from iqabench.store import Store

Doubles = NDArray[np.float64]
Ends = tuple[Doubles, Doubles]

DRAWS, RESAMPLES, TABLES = 4_000, 1_000, 400
STORE = Path(__file__).resolve().parents[2] / "leaderboards" / "measured" / "store"

DISTRIBUTIONS: dict[
    str, tuple[Callable[[np.random.Generator, tuple[int, int]], Doubles], float]
] = {
    "normal": (lambda random, shape: random.normal(size=shape), 0.0),
    "uniform": (lambda random, shape: random.random(shape), 0.5),
    "gamma, shape 2": (lambda random, shape: random.gamma(2.0, size=shape), 2.0),
    "exponential": (lambda random, shape: random.exponential(size=shape), 1.0),
    "lognormal, sigma 1": (lambda random, shape: random.lognormal(0, 1, shape), float(np.exp(0.5))),
    "t, 3 degrees": (lambda random, shape: random.standard_t(3, shape), 0.0),
}


def bootstraps(values: Doubles) -> dict[str, Ends]:
    """Return the intervals of three bootstraps: percentile, BCa and studentised."""
    draws, n = values.shape
    weights = np.random.default_rng(0).multinomial(n, np.full(n, 1 / n), RESAMPLES) / n
    means, deviation = values.mean(axis=1), values.std(axis=1, ddof=1)
    apart = values - means[:, None]
    drawn = apart @ weights.T
    spread = np.sqrt(np.maximum(apart**2 @ weights.T - drawn**2, 0) * n / (n - 1))
    low, high = np.quantile(drawn, (0.025, 0.975), axis=1)
    below = (drawn < 0).mean(axis=1) + (drawn == 0).mean(axis=1) / 2
    bias = special.ndtri(np.clip(below, 1e-4, 1 - 1e-4))
    acceleration = (apart**3).sum(axis=1) / (6 * (apart**2).sum(axis=1) ** 1.5)
    ordered = np.sort(drawn, axis=1)
    corrected = []
    for end in (-1.959964, 1.959964):
        share = special.ndtr(bias + (bias + end) / (1 - acceleration * (bias + end)))
        at = np.clip((share * RESAMPLES).astype(int), 0, RESAMPLES - 1)
        corrected.append(means + ordered[np.arange(draws), at])
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(spread > 1e-12, drawn / spread, np.sign(drawn) * np.inf)
    below_t, above_t = np.quantile(
        np.nan_to_num(t, nan=0.0), (0.025, 0.975), axis=1, method="lower"
    )
    return {
        "percentile": (means + low, means + high),
        "BCa": (corrected[0], corrected[1]),
        "studentised": (means - above_t * deviation, means - below_t * deviation),
    }


def transformed(values: Doubles) -> Ends:
    """Return Hall's interval, whose t statistic has its skewness removed."""
    n = values.shape[1]
    skewness = stats.skew(values, axis=1, bias=False) / np.sqrt(n)
    t, error = float(stats.t.ppf(0.975, n - 1)), values.std(axis=1, ddof=1) / np.sqrt(n)
    ends = [3 * (np.cbrt(1 + skewness * (q - skewness / 6)) - 1) / skewness for q in (t, -t)]
    means = values.mean(axis=1)
    return means - ends[0] * error, means - ends[1] * error


def methods(values: Doubles) -> dict[str, Ends]:
    """Return the intervals of each method, the chosen one last."""
    n, means = values.shape[1], values.mean(axis=1)
    half = float(stats.t.ppf(0.975, n - 1)) * values.std(axis=1, ddof=1) / np.sqrt(n)
    chosen = mean_intervals(values)
    return {
        **bootstraps(values),
        "Student": (means - half, means + half),
        "Hall": transformed(values),
        "here": (chosen[:, 0], chosen[:, 1]),
    }


def of_means() -> Iterator[str]:
    """Yield the lines of the table of means."""
    first = True
    for n in (5, 14, 100):
        for at, (name, (draw, truth)) in enumerate(DISTRIBUTIONS.items()):
            found = methods(draw(np.random.default_rng([n, at]), (DRAWS, n)))
            if first:
                yield f"| n | values | {' | '.join(found)} | width here / Student's |"
                yield "| ---: | --- |" + " ---: |" * (len(found) + 1)
                first = False
            share = [((low <= truth) & (truth <= high)).mean() for low, high in found.values()]
            widths = {key: np.median(high - low) for key, (low, high) in found.items()}
            cells = " | ".join(f"{100 * s:.1f}" for s in share)
            yield f"| {n} | {name} | {cells} | {widths['here'] / widths['Student']:.2f} |"


def of_comparisons() -> Iterator[str]:
    """Yield the lines of the table of models that are as good as the best and told apart from it."""
    yield "| images | models | of them equal to the best | each of these told apart | any of them |"
    yield "| ---: | ---: | ---: | ---: | ---: |"
    for n in (8, 14, 100):
        for models, equal in ((8, 2), (8, 8), (32, 2), (32, 32)):
            random = np.random.default_rng([n, models, equal])
            effects = np.where(np.arange(models) < equal, 0.0, -3.0)
            wrong = []
            for _ in range(TABLES):
                values = random.normal(size=(models, n)) + effects[:, None]
                order = np.argsort(-values.mean(axis=1))
                pairs = [(0, at) for at in range(1, models)]
                tests = compare_family([values[order]], pairs, 1)
                wrong.append(sum(t.told_apart and effects[order[t.b]] == 0 for t in tests))
            each, any_ = 100 * np.mean(wrong) / equal, 100 * np.mean(np.array(wrong) > 0)
            yield f"| {n} | {models} | {equal} | {each:.1f} % | {any_:.1f} % |"


def of_more_models() -> str:
    """Return how many differences of eight models on Set14 are lost when all others are added."""
    with Results(Store(STORE)) as results:
        table = next(
            t for t in tables_of(results) if t.setting.set == "set14" and t.setting.scale == 4
        )
        at = next(n for n, c in enumerate(table.columns) if c.column == "psnr@sr-y")
        matrix = matrix_of(results, table.number, table.column_numbers[at])
    values = matrix.values[np.argsort(-matrix.values.mean(axis=1))]
    every = {t.b: t for t in compare_family([values], [(0, n) for n in range(1, len(values))], 1)}
    random, told, lost = np.random.default_rng(0), 0, 0
    for _ in range(500):
        some = [0, *sorted(1 + random.choice(len(values) - 1, 7, replace=False))]
        for test in compare_family([values[some]], [(0, n) for n in range(1, 8)], 1):
            told += test.told_apart
            lost += test.told_apart and not every[some[test.b]].told_apart
    return (
        f"Of {told} differences to the best among eight of the {len(values)} models that were run on Set14 "
        f"(500 draws) {lost} are not told apart any more beside all {len(values)}."
    )


def _metric(random: np.random.Generator, shape: tuple[int, int]) -> tuple[Doubles, Doubles]:
    """Return values of a metric that saturates, and opinions; the worse the image the noisier."""
    opinions = random.random(shape)
    return -np.exp(-3 * opinions) + 0.15 * opinions * random.normal(size=shape), opinions


def _normal(
    rho: float,
) -> Callable[[np.random.Generator, tuple[int, int]], tuple[Doubles, Doubles]]:
    def draw(random: np.random.Generator, shape: tuple[int, int]) -> tuple[Doubles, Doubles]:
        x = random.normal(size=shape)
        return x, rho * x + (1 - rho**2) ** 0.5 * random.normal(size=shape)

    return draw


def correlations(x: Doubles, y: Doubles) -> Doubles:
    """Return Pearson's correlation of each row."""
    x, y = (a - a.mean(axis=1, keepdims=True) for a in (x, y))
    with np.errstate(invalid="ignore"):
        return np.asarray((x * y).sum(axis=1) / np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1)))


def of_correlations() -> Iterator[str]:
    """Yield the lines of the table of correlations."""
    yield "| n | values | plcc, percentile | plcc, here | srcc, percentile and here |"
    yield "| ---: | --- | ---: | ---: | ---: |"
    kinds = {"normal, 0.5": _normal(0.5), "normal, 0.9": _normal(0.9), "saturating": _metric}
    for n in (10, 20, 60):
        for name, draw in kinds.items():
            random = np.random.default_rng([n, len(name)])
            x, y = draw(random, (1, 1_000_000))
            truths = {"plcc": correlations(x, y)[0]}
            truths["srcc"] = correlations(*(stats.rankdata(v, axis=1) for v in (x, y)))[0]
            hits = {"percentile": 0, "plcc": 0, "srcc": 0}
            for _ in range(TABLES):
                x, y = draw(random, (1, n))
                rows = np.concatenate([[np.arange(n)], random.integers(0, n, (RESAMPLES, n))])
                drawn = [v[0][rows] for v in (x, y)]
                for statistic, (a, b) in (
                    ("plcc", drawn),
                    ("srcc", [stats.rankdata(v, axis=1) for v in drawn]),
                ):
                    value, *resampled = correlations(a, b)
                    ends = interval(statistic, value, resampled, n)
                    assert ends is not None
                    hits[statistic] += ends[0] <= truths[statistic] <= ends[1]
                    if statistic == "plcc":
                        low, high = np.quantile(resampled, (0.025, 0.975))
                        hits["percentile"] += low <= truths["plcc"] <= high
            yield (
                f"| {n} | {name} | "
                + " | ".join(f"{100 * h / TABLES:.1f}" for h in hits.values())
                + " |"
            )


PARTS: dict[str, Callable[[], list[str]]] = {
    "means": lambda: list(of_means()),
    "correlations": lambda: list(of_correlations()),
    "comparisons": lambda: [*of_comparisons(), "", of_more_models()],
}


if __name__ == "__main__":
    for part in sys.argv[1:] or PARTS:
        print(f"\n### {part}\n")
        print("\n".join(PARTS[part]()))
