"""The loading of models and sets by name: `iqabench.load_model`, `iqabench.load_set`."""

from pathlib import Path

from iqabench.api.checks import set_scale
from iqabench.arguments import as_name
from iqabench.images import AS_STORED, ReadOptions
from iqabench.models.core.load import load_model as load_model_named
from iqabench.models.core.model import Model
from iqabench.sets import SampleSet
from iqabench.sets import load_set as load_set_named
from iqabench.tasks import Ratio, checked_scale


def load_model(
    name: str,
    scale: Ratio | None = None,
    *,
    allow_random_weights: bool = False,
    progress: bool | None = None,
) -> Model:
    """Load the model that a name means, on the CPU in fp32.

    `name` is an id (rlfn, rlfn_x2), a variant (rfdn@pruned), a card or its folder, a file (.pth .pt
    .safetensors .onnx, TorchScript, exported program), `package.module:factory`, or
    `cmd:PROGRAM {input} {output}`.

    Raises: UnknownNameError, ModelError, WeightsError, FetchError; UsageError for wrong arguments.
    """
    return load_model_named(
        as_name(name, "the model"),
        None if scale is None else checked_scale(scale),
        allow_random_weights=allow_random_weights,
        progress=progress,
    )


def load_set(
    name: str | Path,
    scale: int | None = None,
    *,
    fetch: bool = True,
    reading: ReadOptions = AS_STORED,
) -> SampleSet:
    """Return the samples of a set; its files are downloaded where necessary.

    `name` is the name or alias of a set (`urban100`), with or without a level (`urban100_x2`, `cbsd68_n50`,
    `live1_q10`), or a folder of images (`photos`, `photos@x2`, `photos@n25`). `scale` is the scale of a
    super-resolution set when the name has none. With `fetch=False` nothing is downloaded; samples whose
    files are not here fail when they are loaded. `reading` holds the options that files of a folder are read
    with.

    Raises: UnknownNameError; SetError for a scale or level that the set lacks; FetchError; UsageError for
        wrong arguments.
    """
    wanted = as_name(name, "the set")
    return load_set_named(wanted, set_scale(scale), fetch=fetch, reading=reading)
