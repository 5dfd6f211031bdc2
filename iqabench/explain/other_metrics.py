"""The claim of another metric than PSNR and SSIM: its columns, and what is known of its name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from pydantic import Field

from iqabench.errors import IqabenchError, UsageError
from iqabench.explain.claim import NUMBER, half_of
from iqabench.explain.folder import PairedFolder
from iqabench.facts import Facts, read_yaml, validate
from iqabench.images import Case
from iqabench.metrics import any_column, metrics
from iqabench.metrics.core.column import Column, scores
from iqabench.protocols import protocol
from iqabench.run import UNWATCHED, Outputs, PairingOptions, Targets, Watch

_FILE = Path(__file__).with_name("metrics_known.yaml")
_FORM = re.compile(rf"([A-Za-z][A-Za-z0-9_+-]*)\s*=\s*({NUMBER})")


class KnownMetric(Facts):
    """A name under which programs compute different numbers."""

    metric: str
    words: str
    figures: dict[str, float] = Field(default_factory=dict)
    """Figures of the same files, by the program or the training."""
    source: str


@dataclass(frozen=True)
class MetricClaim:
    """A claimed mean of a metric, with half a unit of its last printed digit."""

    metric: str
    value: float
    half: float


@dataclass(frozen=True)
class MetricExplanation:
    """The columns of a metric beside a claim, and what is known of its name."""

    claim: MetricClaim
    values: Mapping[str, float]
    """The mean over all pairs by column; empty where the metric cannot be computed here."""
    reason: str
    """The reason why it was not computed; empty where it was."""

    def is_given_by(self, column: str) -> bool:
        """Return whether a column rounds to the claim."""
        return abs(self.values[column] - self.claim.value) <= self.claim.half * (1 + 1e-9)


def parse_metric_claim(text: str) -> MetricClaim | None:
    """Read a claim such as `maniqa=0.505`; None for a text without an equals sign.

    Raises: UsageError for other forms.
    """
    if "=" not in text:
        return None
    match = _FORM.fullmatch(text.strip())
    if not match:
        raise UsageError(f"'{text}' is not a claim; expected METRIC=VALUE, such as lpips=0.2921.")
    name, value = match.groups()
    if name.lower() in ("psnr", "ssim"):
        raise UsageError(
            f"'{text}' claims one figure; write PSNR first and SSIM behind a slash, as in 32.63/0.9002."
        )
    return MetricClaim(name.lower(), float(value), half_of(value))


def explain_metric(
    outputs: Path,
    targets: Targets,
    claim: MetricClaim,
    watch: Watch = UNWATCHED,
    *,
    options: PairingOptions | None = None,
    home: str | None = None,
) -> MetricExplanation:
    """Compute a metric under the protocols that its claim may be of, where the package has the metric.

    Raises: PairingError when no output has a target; ImageError when there are no targets; UnknownNameError
        for a metric of which nothing is known.
    """
    folder = PairedFolder(Outputs(outputs, targets, options or PairingOptions()), watch)
    if claim.metric not in metrics().names():
        if claim.metric not in known_metrics():
            metrics().get(claim.metric)  # raises the error with suggestions
        return MetricExplanation(claim, {}, f"iqabench has no metric '{claim.metric}'")
    columns = _columns(claim.metric, targets.protocol if home is None else home)
    if not columns:
        return MetricExplanation(claim, {}, f"{claim.metric} is of a whole set, not of an image")
    values: list[list[float]] = []
    for _, images, error in folder.load(folder.samples, claim.metric):
        if images is None:
            return MetricExplanation(claim, {}, error)
        try:
            values.append(scores(columns, Case(*images, folder.scale)))
        except IqabenchError as failure:
            return MetricExplanation(claim, {}, str(failure))
    means = np.mean(values, axis=0).tolist()
    return MetricExplanation(claim, dict(zip([c.name for c in columns], means, strict=True)), "")


def _columns(metric: str, home: str) -> list[Column]:
    names = dict.fromkeys([home, protocol(home).colour or home, "rgb", "y", "sr-rgb"])
    columns = [any_column(f"{metric}@{name}") for name in names]
    return [column for column in columns if isinstance(column, Column)]


@cache
def known_metrics() -> Mapping[str, KnownMetric]:
    """Return the names that mean several numbers."""
    rows = read_yaml(_FILE)
    known = [validate(KnownMetric, row, _FILE, [at]) for at, row in enumerate(rows)]
    return {one.metric: one for one in known}


def metric_in_words(explanation: MetricExplanation) -> list[str]:
    """Return the conclusion as lines of text."""
    claim, values = explanation.claim, explanation.values
    lines = [f"{name}: {value:.4f} ({value - claim.value:+.4f})" for name, value in values.items()]
    giving = [name for name in values if explanation.is_given_by(name)]
    if giving:
        return [
            *lines,
            f"The claimed figure is {' and '.join(giving)}; there is nothing to explain.",
        ]
    why = f" ({explanation.reason})" if explanation.reason else ""
    lines.append(
        f"No column that was computed gives the claimed {claim.metric}."
        if values
        else f"The claimed {claim.metric} was not computed{why}, so it is compared with nothing here."
    )
    known = known_metrics().get(claim.metric.split("-")[0])
    if known is None:
        return [*lines, f"Nothing else is known of figures called {claim.metric}."]
    lines.append(f"Known, not computed: {known.words} ({known.source}).")
    if known.figures:
        listed = ", ".join(f"{value:g} for {name}" for name, value in known.figures.items())
        name = min(known.figures, key=lambda one: abs(known.figures[one] - claim.value))
        lines.append(
            f"On one set of files these were {listed}. The claim is nearer to {name}, which proves nothing "
            "on other files."
        )
    return lines
