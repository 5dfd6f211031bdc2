"""The state dictionaries in a checkpoint, which training code wraps in many ways.

    {"params_ema": {...}, "params": {...}}        BasicSR
    {"state_dict": {"model.conv.weight": ...}}    Lightning; mmagic has generator. and generator_ema.
    {"net_g": {...}, "optimizer_g": {...}}        others; module. and _orig_mod. are of torch's own wrappers

All of them are listed, the likeliest first: averaged weights (EMA) before others, generators before
discriminators. The first that a network fits is taken, and a note says which, when there were several.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from torch import Tensor

from iqabench.errors import WeightsError

_WRAPPERS = (
    "params_ema",
    "params-ema",
    "g_ema",
    "ema",
    "params",
    "state_dict",
    "model_state_dict",
    "net_g",
    "generator",
    "net",
    "model",
)
"""The usual names of a state dictionary in a checkpoint, the likeliest first; other names come after them."""
_PREFIXES = (
    "module.",
    "_orig_mod.",
    "generator_ema.",
    "model_ema.",
    "ema_model.",
    "g_ema.",
    "net_g_ema.",
    "ema.",
    "generator.",
    "net_g.",
    "netG.",
    "model.",
    "net.",
    "network.",
)
"""The prefixes that wrappers of networks give to all names, the likeliest first."""
_COUNTERS = ("total_ops", "total_params")
"""The buffers that the counter thop leaves in every layer."""
_NOT_WEIGHTS = ("optim", "scheduler", "scaler", "callbacks", "loops", "rng")
"""Parts of the names of entries that training code needs, and no network has."""
_DEPTH = 5
"""The number of levels of dictionaries, and of prefixes, that are looked into."""
_SHOWN = 4


@dataclass(frozen=True)
class StateDictionary:
    """One set of named tensors in a checkpoint."""

    tensors: dict[str, Tensor]
    place: str = ""
    """The entries of the checkpoint that lead to it, as in params_ema; empty for the file itself."""
    prefix: str = ""
    """The prefix that was taken from the names, as in module."""

    @property
    def words(self) -> str:
        """The place and the prefix in words, as in 'params_ema' without 'module.'."""
        place = f"'{self.place}'" if self.place else "the file"
        return f"{place} without '{self.prefix}'" if self.prefix else place

    @property
    def names(self) -> str:
        """The number of tensors and the first of their names."""
        more = ", ..." if len(self.tensors) > _SHOWN else ""
        return f"{len(self.tensors)} tensors ({', '.join(list(self.tensors)[:_SHOWN])}{more})"


def state_dictionaries(content: Any, name: str) -> list[StateDictionary]:
    """Return the state dictionaries in the content of a file, the likeliest first.

    Those of different places come first, without the prefixes `module.` and `_orig_mod.`; then the same
    without other prefixes.

    Raises: WeightsError when there is none, with the entries that were seen.
    """
    found = sorted(_in_places(content, ""), key=_rank)
    if not found:
        raise WeightsError(
            f"{name} holds no state dictionary: {_described(content)}. Expected names with tensors, at the "
            "top or in an entry such as params_ema, params or state_dict."
        )
    wrapped = [_without_torchs_wrappers(state) for state in found]
    return [*wrapped, *(bare for state in wrapped for bare in _without_prefixes(state, _DEPTH))]


def places_note(taken: StateDictionary, states: Sequence[StateDictionary]) -> str:
    """Return a note about other places of a checkpoint that have weights of this network, or no text."""
    others = dict.fromkeys(
        state.words for state in states if _same_size(state, taken) and not _same(state, taken)
    )
    return (
        f"the weights are those of {taken.words}; {', '.join(others)} has others" if others else ""
    )


def _in_places(content: Any, place: str, depth: int = _DEPTH) -> Iterator[StateDictionary]:
    if not isinstance(content, Mapping) or not depth:
        return
    entries = {
        key: value
        for key, value in content.items()
        if isinstance(key, str) and not any(word in key.lower() for word in _NOT_WEIGHTS)
    }
    tensors = {
        key: value
        for key, value in entries.items()
        if isinstance(value, Tensor) and key.rpartition(".")[2] not in _COUNTERS
    }
    inner = {key: value for key, value in entries.items() if isinstance(value, Mapping)}
    if tensors:
        yield StateDictionary(tensors, place)
    for key, value in inner.items():
        yield from _in_places(value, f"{place}.{key}" if place else key, depth - 1)


def _rank(state: StateDictionary) -> tuple[bool, bool, int, int]:
    """Return the key that sorts places: the likeliest first, and the largest among the unknown."""
    last = state.place.rpartition(".")[2]
    discriminates = last.lower().startswith(("net_d", "netd", "d_", "discriminator"))
    known = _WRAPPERS.index(last) if last in _WRAPPERS else len(_WRAPPERS)
    size = sum(tensor.numel() for tensor in state.tensors.values())
    return discriminates, "ema" not in state.place.lower(), known, -size


def _without_torchs_wrappers(state: StateDictionary) -> StateDictionary:
    """Return the state without the prefixes that torch's own wrappers give to all names."""
    for prefix in ("module.", "_orig_mod."):
        if all(key.startswith(prefix) for key in state.tensors):
            return _without_torchs_wrappers(_without(state, prefix))
    return state


def _without_prefixes(state: StateDictionary, depth: int) -> Iterator[StateDictionary]:
    """Yield what remains of the names with a known prefix, or with one that all have.

    Other names belong to losses and the like.
    """
    common = {f"{key.partition('.')[0]}." for key in state.tensors if "." in key}
    own = common if len(common) == 1 else set()
    for prefix in dict.fromkeys([*_PREFIXES, *own]) if depth else ():
        if any(key.startswith(prefix) for key in state.tensors):
            bare = _without(state, prefix)
            yield bare
            yield from _without_prefixes(bare, depth - 1)


def _without(state: StateDictionary, prefix: str) -> StateDictionary:
    tensors = {
        key.removeprefix(prefix): value
        for key, value in state.tensors.items()
        if key.startswith(prefix)
    }
    return replace(state, tensors=tensors, prefix=state.prefix + prefix)


def _same_size(one: StateDictionary, other: StateDictionary) -> bool:
    return one.tensors.keys() == other.tensors.keys()


def _same(one: StateDictionary, other: StateDictionary) -> bool:
    return all(one.tensors[key] is other.tensors[key] for key in one.tensors)


def _described(content: Any) -> str:
    """Return the kind of a content and the first of its entries."""
    if not isinstance(content, Mapping):
        return f"it is a {type(content).__name__}"
    entries = [f"{key} ({type(value).__name__})" for key, value in list(content.items())[:_SHOWN]]
    more = f" and {len(content) - _SHOWN} more" if len(content) > _SHOWN else ""
    return f"its entries are {', '.join(entries)}{more}" if entries else "it is empty"
