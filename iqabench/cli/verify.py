"""`iqabench verify`."""

import sys
from collections import Counter
from collections.abc import Iterable, Sequence

import click

from iqabench.cli.exit_status import SOME_FAILED
from iqabench.cli.lazy import lazy_imports
from iqabench.cli.messages import tell
from iqabench.cli.names import all_parts, parts_named, with_members
from iqabench.cli.options import scale_option, table_options
from iqabench.cli.table import print_rows
from iqabench.errors import UsageError

with lazy_imports():
    from iqabench.files import RemoteFile
    from iqabench.files.states import FileState, states
    from iqabench.sets.catalogue import find_entry
    from iqabench.sets.pinned_list import not_handed_over


@click.command("verify")
@click.argument("names", nargs=-1, metavar="[NAME...]")
@click.option("--all", "every", is_flag=True, help="List the files that are in order, too.")
@scale_option("those that were fetched")
@table_options
def command(names: tuple[str, ...], every: bool, scale: int | None, form: str | None) -> None:
    """Hash the files of sets, models and metrics again, and list the missing and damaged ones.

    Without names, everything that has at least one file here is checked. Scales and levels of which nothing
    was fetched are left out, unless nothing at all of a name is here.
    """
    if scale is not None and not names:
        raise UsageError(f"--scale belongs to names, as in 'iqabench verify set5 --scale {scale}'.")
    wanted = (
        {name: parts_named(name, scale) for name in with_members(names)} if names else all_parts()
    )
    checked = {name: _states(parts) for name, parts in wanted.items()}
    if not names:
        checked = {name: of_name for name, of_name in checked.items() if _is_here(of_name)}
    rows = [
        {"name": name, "file": s.file.name, "state": s.state, "path": str(s.path or "")}
        for name, of_name in checked.items()
        for s in of_name
        if every or s.state != "ok"
    ]
    for name in checked if names else ():
        if not checked[name] and (declared := find_entry(name)) and declared[0].facts.layouts:
            tell(not_handed_over(declared[0].facts, declared[1] or ""))
    if rows or form:
        print_rows(rows, form)
    files = sum(len(of_name) for of_name in checked.values())
    bad = sum(s.state in ("missing", "damaged") for of_name in checked.values() for s in of_name)
    tell(f"{files} files of {len(checked)} names checked, {bad} missing or damaged.")
    if bad:
        tell("'iqabench fetch NAME' brings them here.")
        sys.exit(SOME_FAILED)


def _states(parts: Sequence[Sequence[RemoteFile]]) -> list[FileState]:
    """Return the states of the files of those parts of which something is here; of all when nothing is.

    A content that belongs to several parts, such as a target of all scales, does not show that one is here.
    """
    count = Counter(key for part in parts for key in {file.key for file in part})
    by_file = {state.file: state for state in states({file for part in parts for file in part})}
    of_parts = [[by_file[file] for file in dict.fromkeys(part)] for part in parts]
    of_own = [[s for s in part if count[s.file.key] == 1] or part for part in of_parts]
    here = [part for part, own in zip(of_parts, of_own, strict=True) if _is_here(own)]
    return list(dict.fromkeys(state for part in here or of_parts for state in part))


def _is_here(of_files: Iterable[FileState]) -> bool:
    return any(state.state in ("ok", "damaged") for state in of_files)
