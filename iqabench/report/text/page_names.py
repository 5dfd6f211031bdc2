"""Names of pages: as short as can be, told apart even where case does not count."""

from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import sha256

from iqabench.report.data.devices import Device
from iqabench.report.data.tables import Table
from iqabench.store import file_name

_TAKEN = ("index", "explorer")
_KINDS = ("model-", "samples-", "cost-", "board-")
"""What names of other pages begin with."""


def slugs_of(tables: Sequence[Table], devices: Sequence[Device]) -> tuple[list[str], list[str]]:
    """A file name, without its suffix, for each table and each device."""
    found = [*(_of_table(t) for t in tables), *(_of_device(d) for d in devices)]
    names = [parts[0] for parts in found]
    for more in (1, 2):
        shared = Counter(name.casefold() for name in names)
        names = [
            f"{name}-{parts[more]}" if shared[name.casefold()] > 1 else name
            for name, parts in zip(names, found, strict=True)
        ]
    shared = Counter(name.casefold() for name in names)
    names = [
        f"{name}-{at}" if shared[name.casefold()] > 1 or name.casefold() in _TAKEN else name
        for at, name in enumerate(names)
    ]
    return names[: len(tables)], names[len(tables) :]


def model_slugs_of(models: Iterable[str]) -> dict[str, str]:
    """A file name, without its suffix, for each model's page."""
    return _named("model", models)


def board_slugs_of(boards: Iterable[str]) -> dict[str, str]:
    """The same for each board's page."""
    return _named("board", boards)


def _named(kind: str, names: Iterable[str]) -> dict[str, str]:
    every = sorted(set(names))
    plain = {name: f"{kind}-{file_name(name)}" for name in every}
    shared = Counter(slug.casefold() for slug in plain.values())
    return {
        name: f"{slug}-{sha256(name.encode()).hexdigest()[:8]}"
        if shared[slug.casefold()] > 1
        else slug
        for name, slug in plain.items()
    }


def _of_table(table: Table) -> tuple[str, str, str]:
    """Set and level; then task and hash where that is not enough."""
    at = table.setting
    name = "-".join(file_name(part) for part in (at.set, at.level) if part)
    name = f"set-{name}" if name.casefold().startswith(_KINDS) else name
    return name, file_name(at.task[:12]), file_name(at.set_hash[:12])


def _of_device(device: Device) -> tuple[str, str, str]:
    return f"cost-{file_name(device.name)}", "device", file_name(device.hash[:12])
