"""File names of sheets: as short as possible, and different even where case does not count."""

from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import sha256

from iqabench.report.data.devices import Device
from iqabench.report.data.tables import Table
from iqabench.store import file_name


def slugs_of(
    tables: Sequence[Table], devices: Sequence[Device], pages: Iterable[str] = ()
) -> tuple[list[str], list[str]]:
    """Return a file name, without its suffix, for each table and each device.

    `pages` are the names of other pages: no table takes one of them, nor a name that begins so.
    """
    taken = {"index", *(name.casefold() for name in pages)}
    names_of = [*(_names_of_table(t, taken) for t in tables), *map(_names_of_device, devices)]
    slugs = [parts[0] for parts in names_of]
    for more in (1, 2):
        shared = Counter(slug.casefold() for slug in slugs)
        slugs = [
            f"{slug}-{parts[more]}" if shared[slug.casefold()] > 1 else slug
            for slug, parts in zip(slugs, names_of, strict=True)
        ]
    shared = Counter(slug.casefold() for slug in slugs)
    slugs = [
        f"{slug}-{at}" if shared[slug.casefold()] > 1 or slug.casefold() in taken else slug
        for at, slug in enumerate(slugs)
    ]
    return slugs[: len(tables)], slugs[len(tables) :]


def page_slugs(page: str, subjects: Iterable[str]) -> dict[str, str]:
    """Return a file name, without its suffix, for each subject of a page, as in `model-rlfn`."""
    subjects = sorted(set(subjects))
    plain = {subject: f"{page}-{file_name(subject)}" for subject in subjects}
    shared = Counter(slug.casefold() for slug in plain.values())
    return {
        subject: f"{slug}-{sha256(subject.encode()).hexdigest()[:8]}"
        if shared[slug.casefold()] > 1
        else slug
        for subject, slug in plain.items()
    }


def _names_of_table(table: Table, taken: set[str]) -> tuple[str, str, str]:
    """Return set and level; then task and hash, for names that are not enough."""
    setting = table.setting
    name = "-".join(file_name(part) for part in (setting.set, setting.level) if part)
    first, hyphen, _ = name.casefold().partition("-")
    name = f"set-{name}" if hyphen and first in taken else name
    return name, file_name(setting.task[:12]), file_name(setting.set_hash[:12])


def _names_of_device(device: Device) -> tuple[str, str, str]:
    return f"cost-{file_name(device.name)}", "device", file_name(device.hash[:12])
