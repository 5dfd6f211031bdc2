"""The loader of files of weights: their architecture is recognised by the tensors in them.

The spandrel library is asked first, then the registered families, which come first where they know what a
network is given besides an image. A checkpoint may hold several sets of weights; the first that is recognised
is taken (`models/core/checkpoint.py`).
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from iqabench.errors import WeightsError
from iqabench.models.core.card import Card
from iqabench.models.core.card_digest import card_digest
from iqabench.models.core.checkpoint import StateDictionary, places_note
from iqabench.models.core.convention import AS_FOUND, CallingConvention
from iqabench.models.core.families import FamilyMatch, family_match
from iqabench.models.core.model import Model, NetworkModel
from iqabench.models.core.weights import read_states
from iqabench.models.loaders.spandrel import UnknownArchitectureError, describe
from iqabench.models.sources.digest import joined
from iqabench.tasks import Ratio, default_task


def load_weights(
    path: Path, convention: CallingConvention = AS_FOUND, scale: Ratio | None = None
) -> Model:
    """Load a .pth or .safetensors file, recognised by its tensors.

    `scale` is the scale that the user asks for; it counts only where no tensor tells the scale.

    Raises: WeightsError when it is unsafe, damaged or of an architecture that nobody knows.
    """
    del convention  # the description of an architecture states all of it
    states = read_states(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    match = family_match(states, digest, str(path), scale)
    found, taken = _by_spandrel(states, str(path), is_known=match is not None)
    if found is not None and taken is not None and not (match and match.is_told_more):
        model: Model = NetworkModel(_spandrels_card(path, found), found.model, digest)
        model.notes = _notes(path, taken, states)
        if match is not None:
            model.notes += (
                f"{path.name} fits {match.words}, too; it is run as spandrel's {found.architecture.name}.",
            )
        return model
    if match is None:
        raise _unknown(path, states)
    own = joined(
        digest, card_digest(match.card, match.network)
    )  # a family of the user's has code, too
    model = NetworkModel(_familys_card(path, match), match.network, own)
    same = f", as {match.member}" if match.member else ", sizes that no registered model has"
    model.notes = (
        f"{path.name} is {match.words}{same}; its values are in 0..{match.card.range}.",
        *_notes(path, match.taken, states),
    )
    return model


def _by_spandrel(
    states: Sequence[StateDictionary], name: str, *, is_known: bool
) -> tuple[Any, StateDictionary | None]:
    """Return spandrel's description of the first state that it knows, and that state; None without any.

    A file that `is_known` as one of a family may have the names of another architecture, too: SwinFIR has
    those of SwinIR and more.

    Raises: WeightsError when the tensors do not fit the architecture that their names suggest.
    """
    for state in states:
        try:
            return describe(state.tensors, name), state
        except UnknownArchitectureError:
            continue
        except WeightsError:
            if not is_known:
                raise
    return None, None


def _spandrels_card(path: Path, found: Any) -> Card:
    needs = found.size_requirements
    channels: Literal["rgb", "grey"] = "rgb" if found.input_channels == 3 else "grey"
    return Card(
        id=path.stem,
        family=found.architecture.id,
        title=f"{found.architecture.name}, from {path.name}",
        source="recognised by spandrel",
        task=default_task(found.scale).name,
        scale=found.scale,
        loader="file",
        architecture=found.architecture.name,
        channels=channels,
        size_multiple=needs.multiple_of or 1,
        min_size=needs.minimum or 1,
        params=sum(p.numel() for p in found.model.parameters()),
    )


def _familys_card(path: Path, match: FamilyMatch) -> Card:
    card = match.card
    title = f"{card.network}, from {path.name}"
    return card.model_copy(
        update={"id": path.stem, "title": title, "notes": f"recognised as {match.words}"}
    )


def _notes(
    path: Path, taken: StateDictionary, states: Sequence[StateDictionary]
) -> tuple[str, ...]:
    note = places_note(taken, states)
    return (f"{path.name}: {note}.",) if note else ()


def _unknown(path: Path, states: Sequence[StateDictionary]) -> WeightsError:
    """Return the error for tensors that nobody knows, with those that were seen."""
    seen = "; ".join(f"{state.words} has {state.names}" for state in states[:2])
    return WeightsError(
        f"{path} is of no architecture that spandrel knows, and no registered family has its tensors: "
        f"{seen}. Give a factory instead (package.module:factory), or register the family: one folder with a "
        "card and a network."
    )
