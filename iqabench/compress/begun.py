"""A pruned network that has not learned yet, kept so that a stopped training goes on from the same."""

import json
from pathlib import Path
from typing import Any

import safetensors.torch
from safetensors import SafetensorError, safe_open
from torch import nn

from iqabench.atomic import replacing
from iqabench.compress.reduce import Reduced, widths_of
from iqabench.errors import CompressError, WeightsError
from iqabench.models.core.weights import load_strictly
from iqabench.models.core.widths import take_widths


def keep(start: Path, found: Reduced, facts: dict[str, Any]) -> None:
    """Write the network and what it was made by."""
    start.parent.mkdir(parents=True, exist_ok=True)
    said = {"facts": json.dumps(facts), "kept": json.dumps(found.kept)}
    state = {k: v.detach().contiguous() for k, v in found.network.state_dict().items()}
    with replacing(start) as part:
        safetensors.torch.save_file(state, part, metadata=said)


def kept_before(start: Path, facts: dict[str, Any], network: nn.Module) -> Reduced | None:
    """The network in that file, put into its parent `network`; None if it was made by another rule.

    Raises: CompressError for a file that is damaged.
    """
    try:
        with safe_open(start, "pt") as file:
            said = file.metadata() or {}
        if json.loads(said.get("facts", "null")) != facts:
            return None
        state = safetensors.torch.load_file(start)
        before = widths_of(network)
        take_widths(network, state, str(start))
        load_strictly(network, state, str(start))
    except (SafetensorError, OSError, ValueError, WeightsError) as error:
        raise CompressError(
            f"{start} cannot be read ({error}). Remove it, or give another --work folder."
        ) from error
    after = widths_of(network)
    widths = {name: (before[name], after[name]) for name in before}
    return Reduced(network, widths, json.loads(said["kept"]))
