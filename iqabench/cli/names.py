"""Files by a name on the command line, which may mean a set, a model or a metric."""

from collections.abc import Iterable

from iqabench.cli.lazy import lazy_imports
from iqabench.errors import UnknownNameError

with lazy_imports():
    from iqabench.files import RemoteFile
    from iqabench.metrics import metrics, set_metrics
    from iqabench.models.core.card import Card
    from iqabench.models.core.catalogue import card_of, cards, chain_of
    from iqabench.models.loaders.outputs import output_files
    from iqabench.sets import files_of, set_names
    from iqabench.sets.catalogue import find_entry, group_of


def files_named(name: str, scale: int | None = None) -> list[RemoteFile]:
    """Return the files of a set or a model, at one scale or at all of them, or of a metric.

    Raises: UnknownNameError with suggestions from all; SetError or ModelError for a scale it lacks.
    """
    if chain := chain_of(name):
        return [file for each in chain for file in files_named(each, scale)]
    if find_entry(name):
        return files_of(name, f"x{scale}" if scale else None)
    members = [c for c in cards().values() if name in (c.id, c.name)]
    if not members:
        return _of_metric(name)
    if scale is not None:
        members = [card_of(name, scale)]
    return _of_models(members)


def with_members(names: Iterable[str]) -> list[str]:
    """Return the names, those of groups of sets replaced by their sets."""
    members = ((group.sets if (group := group_of(name)) else (name,)) for name in names)
    return list(dict.fromkeys(name for some in members for name in some))


def _of_metric(name: str) -> list[RemoteFile]:
    known = {m.name: m for m in [*metrics(), *set_metrics()]}
    if name not in known:
        every = {*set_names(), *(c.id for c in cards().values()), *known}
        hint = "'iqabench list' with sets, models or metrics shows them all."
        raise UnknownNameError("set, model or metric", name, every, hint)
    return list(known[name].files)


def parts_named(name: str, scale: int | None = None) -> list[list[RemoteFile]]:
    """Return the files of a name in the parts that are fetched together: levels of a set, scales of a model.

    Raises: as `files_named`.
    """
    declared, level = find_entry(name) or (None, None)
    if scale is not None or level is not None or (declared and not declared.facts.levels):
        return [files_named(name, scale)]
    if declared:
        return [files_of(declared.facts.name, level) for level in declared.facts.levels]
    members = [c for c in cards().values() if name in (c.id, c.name)]
    return [_of_models([card]) for card in members] if members else [_of_metric(name)]


def all_parts() -> dict[str, list[list[RemoteFile]]]:
    """Return the files of every set, model and metric, in the parts that are fetched together."""
    parts = {name: parts_named(name) for name in set_names()}
    for card in cards().values():
        parts.setdefault(card.id, []).append(_of_models([card]))
    for metric in [*metrics(), *set_metrics()]:
        parts.setdefault(metric.name, []).append(list(metric.files))
    return {name: of_name for name, of_name in parts.items() if any(of_name)}


def _of_models(members: list[Card]) -> list[RemoteFile]:
    """Return the weights of models, or the outputs that stand for them."""
    weights = [c.weights for c in members if c.weights and not c.weights.embedded]
    files = [file for one in weights for file in one.remotes]
    return list(dict.fromkeys([*files, *(file for card in members for file in output_files(card))]))
