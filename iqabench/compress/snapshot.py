"""The snapshot of a pruned network before its training, from which a stopped training continues."""

import json
from pathlib import Path
from typing import Any

import safetensors.torch
from safetensors import SafetensorError, safe_open
from torch import nn

from iqabench.atomic import replacing
from iqabench.compress.narrowing import NarrowNetwork, widths_of
from iqabench.errors import CompressError, WeightsError
from iqabench.models.core.weights import load_strictly
from iqabench.models.core.widths import take_widths


def write_snapshot(file: Path, narrow: NarrowNetwork, facts: dict[str, Any]) -> None:
    """Write the network and the facts of the order by which it was pruned."""
    file.parent.mkdir(parents=True, exist_ok=True)
    metadata = {"facts": json.dumps(facts), "kept": json.dumps(narrow.kept)}
    state = {k: v.detach().contiguous() for k, v in narrow.network.state_dict().items()}
    with replacing(file) as part:
        safetensors.torch.save_file(state, part, metadata=metadata)


def read_snapshot(file: Path, facts: dict[str, Any], network: nn.Module) -> NarrowNetwork | None:
    """Read a snapshot into its parent `network`; return None for a snapshot of another order.

    Raises: CompressError for a file that is damaged.
    """
    try:
        with safe_open(file, "pt") as opened:
            metadata = opened.metadata() or {}
        if json.loads(metadata.get("facts", "null")) != facts:
            return None
        state = safetensors.torch.load_file(file)
        before = widths_of(network)
        take_widths(network, state, str(file))
        load_strictly(network, state, str(file))
    except (SafetensorError, OSError, ValueError, WeightsError) as error:
        raise CompressError(
            f"{file} cannot be read ({error}). Remove it, or give another --work folder."
        ) from error
    after = widths_of(network)
    widths = {name: (before[name], after[name]) for name in before}
    return NarrowNetwork(network, widths, json.loads(metadata["kept"]))
