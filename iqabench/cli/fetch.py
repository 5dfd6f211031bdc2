"""`iqabench fetch`."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click

from iqabench.cli.lazy import lazy_imports
from iqabench.cli.names import files_named, with_members
from iqabench.cli.options import examples, scale_option
from iqabench.errors import FetchError, UsageError

with lazy_imports():
    from iqabench.files.adopt import adopt, replaced_note
    from iqabench.files.cache import remove_damaged
    from iqabench.files.fetch import fetch
    from iqabench.files.kind import kind_of
    from iqabench.sets.adoption.adopt_set import adopt_set
    from iqabench.sets.adoption.refusal import look_alike
    from iqabench.sets.adoption.tree import Tree
    from iqabench.sets.catalogue import Entry, find_entry, level_of
    from iqabench.sets.facts import SetFacts
    from iqabench.sets.handed_over import file_fault, mistaken_files
    from iqabench.sets.pinned_list import bring_list, not_handed_over


@click.command(
    "fetch",
    epilog=examples("iqabench fetch set5 set14 rlfn", "iqabench fetch urban100 --from ~/datasets"),
)
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option(
    "--from",
    "folder",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Adopt files that you have already: PATH, or what lies below it, found by content.",
)
@click.option(
    "--replace",
    is_flag=True,
    help="Take files of PATH in place of copies that were pinned by their names before.",
)
@scale_option("all of them")
def command(names: tuple[str, ...], folder: Path | None, replace: bool, scale: int | None) -> None:
    """Fetch the files of sets, models and metrics from the cache, a mirror, or their url.

    Every file is checked against its SHA-256 before it is used; files that lie in the cache are hashed again,
    and damaged ones are replaced. An interrupted fetch goes on where it stopped. Without --scale a set is
    fetched at all its scales. The name of a group means its sets.
    """
    if replace and folder is None:
        raise UsageError("--replace takes files from the folder of --from, which is missing.")
    lacking: list[str] = []
    refused: list[str] = []
    for name in with_members(names):
        files = files_named(name, scale)
        if handed := _handed_over(name, scale):
            facts, levels = handed
            if folder is not None:
                refused += _refusals(facts, levels, folder, replace=replace)
                continue
            if not files:
                raise FetchError(not_handed_over(facts, levels[0] if len(levels) == 1 else ""))
        if folder is None:
            damaged = remove_damaged(files)
            replaced = replaced_note(damaged, fetch(files, owner=name))
            if handed:
                bring_list(handed[0].name)
            click.echo(f"{name}: {len(files)} files are in the cache and checked.{replaced}")
            continue
        known = find_entry(name)
        fault = partial(file_fault, known[0]) if known else lambda _, path: kind_of(path)
        adoption = adopt(folder, files, fault, replace=replace)
        click.echo(f"{name}: {adoption}")
        for sentence in _mistakes(known[0], folder) if known and adoption.missing else []:
            click.echo(f"note: {sentence}")
        lacking += [f"{name}: {file.name}" for file in adoption.missing]
    if refused or lacking:
        raise FetchError("\n".join([*refused, *([_not_found(lacking, folder)] if lacking else [])]))


def _not_found(lacking: list[str], folder: Path | None) -> str:
    some = "\n  ".join(lacking[:10]) + (
        f"\n  ... and {len(lacking) - 10} more" if lacking[10:] else ""
    )
    number = "1 file was" if len(lacking) == 1 else f"{len(lacking)} files were"
    return (
        f"{number} not found in {folder}:\n  {some}\nFiles are found by their content, or by these names "
        "where nobody published a checksum. Put them there, and type the same command again."
    )


def _mistakes(known: Entry, folder: Path) -> list[str]:
    """Return sentences about what is below a folder in place of the files of a set; none about a file."""
    if not folder.is_dir():
        return []
    other = look_alike(Tree(folder), known.facts).strip()
    return [*mistaken_files(known, folder), *([other] if other else [])]


def _refusals(facts: SetFacts, levels: Sequence[str], folder: Path, *, replace: bool) -> list[str]:
    """Adopt a set from a folder, tell of it, and return the message where it is refused."""
    try:
        adopt_set(facts, levels, folder, click.echo, replace=replace)
    except FetchError as error:
        return [str(error)]
    return []


def _handed_over(name: str, scale: int | None) -> tuple[SetFacts, Sequence[str]] | None:
    """Return a set that only a person can hand over, and the levels that are meant; None for other names."""
    declared, level = find_entry(name) or (None, None)
    if declared is None or not declared.facts.layouts:
        return None
    facts = declared.facts
    if level is None and scale is not None:
        level = level_of(facts, f"x{scale}")
    return facts, [level] if level else facts.levels or ("",)
