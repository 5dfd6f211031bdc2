"""Every error that iqabench raises on purpose, as one tree.

    IqabenchError                 a user or data error: printed without a traceback, exit status 1
    ├── UsageError                the command was not understood: exit status 2
    ├── UnknownNameError          no set, model, metric ... has that name; similar names are suggested
    ├── DuplicateNameError        two parts claim one name; both places are named
    ├── FactsError                a YAML file does not say what it must; file and line are named
    ├── ImageError                an image cannot be read, or is not of the kind a protocol needs
    ├── PairingError              outputs and targets cannot be matched
    ├── MetricError               a metric is not defined on these images
    │   └── MetricWeightsError    weights that a metric needs cannot be had
    ├── ModelError                a model cannot be loaded, or returned something unusable
    │   └── WeightsError          weights are absent, damaged, unsafe, or of another architecture
    ├── ProbeError                a cost of a model cannot be measured here, or not in this way
    ├── BusyError                 a device is being measured by another process
    ├── CompressError             a variant cannot be made as it was asked for
    ├── TrustError                code of others would run, and nobody has consented to it
    ├── FetchError                a file could not be brought here
    │   ├── OfflineError          it would need the network, which is switched off
    │   └── ChecksumError         a file that arrived has another content than was promised
    ├── ExecutorError             there are no workers to run on, or none that may be used
    ├── SetError                  a set is incomplete, or lacks the scale or level that was asked for
    └── StoreError                records cannot be written or read

    IqabenchWarning               something was left out or mended on the way; the command line prints it

A message says what happened, with names and values, what was expected, and what to type next. Any other
exception is a bug of iqabench and keeps its traceback.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class IqabenchError(Exception):
    """A user or data error."""

    exit_status = 1


class IqabenchWarning(UserWarning):
    """A notice of something that was left out or mended on the way; the result is right without it."""


class DamageWarning(IqabenchWarning):
    """A notice of a damaged file that was left out: the command ends with status 3."""


class UsageError(IqabenchError):
    """The command was not understood."""

    exit_status = 2


class UnknownNameError(IqabenchError):
    """No registered thing has that name."""

    def __init__(self, kind: str, name: str, known: Iterable[str], hint: str = "") -> None:
        names = sorted(set(known))
        close = get_close_matches(name.lower(), names, n=3, cutoff=0.5)
        message = f"no {kind} is called '{name}'."
        if close:
            message += " Did you mean " + " or ".join(f"'{c}'" for c in close) + "?"
        elif len(names) <= 12:
            message += f" Known: {', '.join(names) or 'none'}."
        message += f" {hint}" if hint else f" 'iqabench list {kind}s' shows them all."
        super().__init__(message)


class DuplicateNameError(IqabenchError):
    """Two parts claim one name."""


class FactsError(IqabenchError):
    """A YAML file does not say what it must."""


class ExecutorError(IqabenchError):
    """There are no workers to run on, or none that may be used."""


class ImageError(IqabenchError):
    """An image cannot be read, or is not of the kind that is needed."""


class PairingError(IqabenchError):
    """Outputs and targets cannot be matched."""


class MetricError(IqabenchError):
    """A metric is not defined on these images."""


class MetricWeightsError(MetricError):
    """Weights or parameters that a metric needs cannot be had."""


class ModelError(IqabenchError):
    """A model cannot be loaded, or returned something unusable."""


class WeightsError(ModelError):
    """Weights are absent, damaged, unsafe, or of another architecture."""


class ProbeError(IqabenchError):
    """A cost of a model cannot be measured here, or not in this way."""


class BusyError(IqabenchError):
    """A device is being measured by another process."""


class CompressError(IqabenchError):
    """A variant cannot be made as it was asked for."""


class TrustError(IqabenchError):
    """Code of others would run, and nobody has consented to it."""


class FetchError(IqabenchError):
    """A file could not be brought here."""


class OfflineError(FetchError):
    """A file would need the network, which is switched off."""


class ChecksumError(FetchError):
    """A file that arrived has another content than was promised."""


class SetError(IqabenchError):
    """A set is incomplete, or lacks what was asked for."""


class StoreError(IqabenchError):
    """Records cannot be written or read."""
