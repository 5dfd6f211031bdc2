"""The loading of models: by id, from a file, by a factory or as a command."""

from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from iqabench.crashes import watching_for_crashes
from iqabench.errors import FetchError, ModelError, UsageError, WeightsError
from iqabench.models.core.card import Card
from iqabench.models.core.card_digest import card_digest
from iqabench.models.core.catalogue import card_at, card_of, chain_of, is_registered
from iqabench.models.core.chained_model import ChainedModel, FollowingModel, network_model
from iqabench.models.core.checkpoint import StateDictionary
from iqabench.models.core.convention import AS_FOUND, CallingConvention, registered_message
from iqabench.models.core.layout import lay_out, try_out
from iqabench.models.core.model import Model
from iqabench.models.core.network import adapt_names, build
from iqabench.models.core.siblings import sibling_note
from iqabench.models.core.weights import load_strictly, read_states
from iqabench.models.core.weights_file import missing_weights_message, sha256_of_file, weights_paths
from iqabench.models.loaders.command import load_command
from iqabench.models.loaders.factory import load_factory
from iqabench.models.loaders.onnx import load_onnx
from iqabench.models.loaders.outputs import load_outputs
from iqabench.models.loaders.script import load_script
from iqabench.models.loaders.spandrel import spandrel_module
from iqabench.models.loaders.tensorflow_checkpoint import index_beside
from iqabench.models.loaders.weights import load_weights
from iqabench.models.sources.digest import joined
from iqabench.places import is_file
from iqabench.tasks import Ratio
from iqabench.trust import consent_to, trusting

_SUFFIXES: dict[str, Callable[..., Model]] = {
    ".pth": load_weights,
    ".ckpt": load_weights,
    ".index": load_weights,
    ".pb": load_weights,
    ".safetensors": load_weights,
    ".pt": load_script,
    ".ts": load_script,
    ".torchscript": load_script,
    ".pt2": load_script,
    ".onnx": load_onnx,
}
"""The loaders of model files by suffix."""

_CARDS = (".yaml", ".yml")


def is_own(name: str) -> bool:
    """Return whether a name means a model that the user brings, not a registered id.

    A folder with a card in the current folder is one, unless a registered model has its name. A chain is one
    where its first model is.
    """
    if chain := chain_of(name):
        return is_own(chain[0])
    suffix = Path(name).suffix.lower()
    return (
        ":" in name
        or suffix in (*_SUFFIXES, *_CARDS)
        or "/" in name
        or (is_file(Path(name) / "card.yaml") and not is_registered(name))
    )


def is_card(path: Path) -> bool:
    """Return whether a path is a card, or a folder with one."""
    return is_file(path / "card.yaml") or (is_file(path) and path.suffix.lower() in _CARDS)


def check_convention(names: Sequence[str], convention: CallingConvention) -> str:
    """Return a note about registered models among others, for which a convention does not hold.

    Raises: UsageError when all models are registered.
    """
    registered = [name for name in dict.fromkeys(names) if not is_own(name)]
    if convention == AS_FOUND or not registered:
        return ""
    message = registered_message(registered, convention)
    if len(registered) == len(set(names)):
        raise UsageError(f"{message} Leave the option out, or name a file, a factory or a command.")
    return message


def runs_code(name: str) -> bool:
    """Return whether a name means a command or a factory, which is consent where a user types it."""
    if chain := chain_of(name):
        return runs_code(chain[0])
    if name.startswith("cmd:"):
        return True
    path = Path(name)
    return ":" in name and path.suffix.lower() not in (*_SUFFIXES, *_CARDS) and not is_file(path)


def load_model(
    name: str,
    scale: Ratio | None = None,
    *,
    convention: CallingConvention = AS_FOUND,
    allow_random_weights: bool = False,
    progress: bool | None = None,
    trust: bool = False,
) -> Model:
    """Load the model that a name means, on the CPU in fp32.

    `name` is an id (rlfn, rlfn_x2), a variant (rfdn@pruned), a chain FIRST+SECOND (carn_m+dct_consistency), a
    card or its folder, a file (.pth .pt .safetensors .onnx, TorchScript, exported program),
    `package.module:factory`, or `cmd:PROGRAM {input} {output}`. A model that the user brings is called by
    `convention`.
    With `trust`, code that a file or a folder brings is run: the network.py of a card, an exported program.

    Raises: UnknownNameError, ModelError, WeightsError, FetchError; UsageError for a convention that does not
        hold for the model; TrustError for code that a file or a folder brings, without `trust`.
    """
    with trusting(trust), watching_for_crashes("load", name):
        return _load(
            name, scale, convention, allow_random_weights=allow_random_weights, progress=progress
        )


def _load(
    name: str,
    scale: Ratio | None,
    convention: CallingConvention,
    *,
    allow_random_weights: bool,
    progress: bool | None,
) -> Model:
    chain = chain_of(name) if is_own(name) else None
    if chain:
        how = {"allow_random_weights": allow_random_weights}
        first = _load(chain[0], scale, convention, progress=progress, **how)
        second = card_of(chain[1], first.card.scale)
        return _chained(first, load_card(second, progress=progress, **how))
    if is_own(name):
        model = _load_own(name, scale, convention)
        model.call_by(convention)
        return model
    card = card_of(name, scale)
    if convention != AS_FOUND:
        raise UsageError(registered_message([card.name], convention))
    return load_card(card, allow_random_weights=allow_random_weights, progress=progress)


def load_card(
    card: Card,
    *,
    allow_random_weights: bool = False,
    progress: bool | None = None,
    trust: bool = False,
) -> Model:
    """Load the model of a card with its published weights.

    Raises: WeightsError when the weights are missing or do not fit; ModelError when there is no network, or
        when it has another number of parameters than the card says;
        TrustError when the network is code of others, without `trust`.
    """
    with trusting(trust), watching_for_crashes("load", card.name):
        model = _load_card(card, allow_random_weights=allow_random_weights, progress=progress)
    if card.params is not None and model.trainable is not None and model.trainable != card.params:
        raise ModelError(
            f"the card of {card.name} says params: {card.params}, and its network has {model.trainable} "
            "trainable parameters. Correct the card, or name the weights that it is about."
        )
    return model


def _load_card(card: Card, *, allow_random_weights: bool, progress: bool | None) -> Model:
    if card.loader == "outputs":
        return load_outputs(card)
    if card.loader == "chain":
        return _load_chain(card, allow_random_weights=allow_random_weights, progress=progress)
    return _load_network(card, allow_random_weights=allow_random_weights, progress=progress)


def _load_network(card: Card, *, allow_random_weights: bool, progress: bool | None) -> Model:
    if card.weights is None:
        network = build(card)
        code = card_digest(card, network)
        version = f"{card.version}:{code}" if code else f"{card.version}"
        return network_model(card, network, f"none:{card.name}:{version}")
    try:
        path, *others = weights_paths(card, progress=progress)
    except FetchError as error:
        if allow_random_weights:
            return random_model(card)
        raise WeightsError(missing_weights_message(card, error)) from error
    if card.loader == "onnx":
        model = load_onnx(path)
        model.card = card
        return model
    states = read_states(path, card.weights.file, others)
    sha256 = card.weights.sha256 or sha256_of_file(path)
    if card.loader == "spandrel":
        module = spandrel_module(states[0].tensors, card.weights.file)
        return network_model(card, module, joined(sha256, card_digest(card, module)))
    network = build(card)
    state = _state_for(card, network, states)
    module = lay_out(network, card, state)
    try:
        load_strictly(module, state, f"{card.name} ({card.weights.file})")
    except WeightsError as error:
        raise WeightsError(f"{error}{sibling_note(card, states)}") from error
    try_out(module, card)
    return network_model(card, module, joined(sha256, card_digest(card, module)))


def _load_chain(card: Card, *, allow_random_weights: bool, progress: bool | None) -> ChainedModel:
    """Load the chain of two registered models."""
    assert card.variant is not None
    how = {"allow_random_weights": allow_random_weights}
    first = load_card(card_of(card.variant.parent), progress=progress, **how)
    return _chained(first, load_card(card_of(card.network), progress=progress, **how))


def _chained(first: Model, second: Model) -> ChainedModel:
    """Return the chain of two loaded models.

    Raises: ModelError when the second one is no network.
    """
    if not isinstance(second, FollowingModel):
        raise ModelError(
            f"the card of '{second.card.name}' has the loader '{second.card.loader}'; a model that works on "
            "the output of another is a network of torch (loader: network or factory)."
        )
    return ChainedModel(first, second)


def _state_for(
    card: Card, network: nn.Module, states: Sequence[StateDictionary]
) -> dict[str, Tensor]:
    """Return the first state dictionary with the names of a network, or the likeliest one without any."""
    named = [adapt_names(card, states[0].tensors)]
    expected = set(network.state_dict())
    if set(named[0]) != expected and len(states) > 1:
        named += [state.tensors for state in states[1:] if set(state.tensors) == expected]
    return named[min(1, len(named) - 1)]


def random_model(card: Card) -> Model:
    """Return a registered model with random weights, only to measure its cost; its records say so.

    Raises: WeightsError for a variant whose layout is read from its weights.
    """
    if card.variant is not None and card.variant.layout != "parent":
        raise WeightsError(
            f"the network of {card.name} is built from its weights (layout {card.variant.layout}); without "
            "them its cost cannot be measured. Fetch the weights first."
        )
    torch.manual_seed(0)
    network = build(card)
    code = card_digest(card, network)
    name = f"random:{card.name}:{code}" if code else f"random:{card.name}"
    return network_model(card, network, name, random_weights=True)


def _load_own(name: str, scale: Ratio | None, convention: CallingConvention) -> Model:
    if name.startswith("cmd:"):
        return load_command(name, scale or 1, convention)
    path = Path(name)
    if is_card(path):
        return load_card(card_at(path))
    path = index_beside(path) or path
    if is_file(path):
        loader = _SUFFIXES.get(path.suffix.lower())
        if loader is None:
            raise ModelError(f"{name} is not a model file; expected one of {' '.join(_SUFFIXES)}.")
        scales = {"scale": scale} if loader is load_weights else {}
        return loader(path, convention, **scales)
    if path.suffix.lower() in _SUFFIXES or ":" not in name:
        raise ModelError(f"the model file {name} does not exist.")
    consent_to(name)
    return load_factory(name, convention)
