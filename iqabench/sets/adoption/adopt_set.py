"""The adoption of a set from a folder of the user, level by level."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from iqabench.errors import FetchError
from iqabench.files.adopt import adopt
from iqabench.files.cache import keep_unpromised
from iqabench.files.disk import sha256_of
from iqabench.files.progress import Bar
from iqabench.sets.adoption.checks import require_other_content, require_right_images
from iqabench.sets.adoption.copies import Copy, find_copies
from iqabench.sets.adoption.refusal import layout_words, refusal
from iqabench.sets.adoption.tree import Tree
from iqabench.sets.facts import SetFacts
from iqabench.sets.inventory import files_of
from iqabench.sets.manifest import Line
from iqabench.sets.pinned_list import CopyOrigin, list_path, pin_level, pinned_lines

_THREADS = 4
_PROBED = 16


def adopt_set(
    facts: SetFacts,
    levels: Sequence[str],
    folder: Path,
    tell: Callable[[str], None],
    *,
    replace: bool = False,
) -> None:
    """Adopt a set from a folder at some levels, and tell a sentence on each; all or nothing of a level.

    A level that was adopted before is completed and repaired by checksum, unless `replace` takes the copy in
    the folder instead. Levels of which nothing is there are left out if at least one is.

    Raises: FetchError when no level is whole, and when one that is partly there lacks something; whole levels
        have been adopted then.
    """
    tree = Tree(folder)
    pinned = pinned_lines(facts.name)
    absent: list[str] = []
    refused: list[str] = []
    adopted = renewed = 0
    for level in levels:
        copies = find_copies(tree, facts, level)
        before = [] if replace else [line for line in pinned if line.level == level]
        try:
            if before:
                tell(_renew(facts, level, before, copies, tree))
                renewed += 1
            else:
                tell(_adopt_level(facts, level, copies, tree))
                adopted += 1
        except FetchError as error:
            (refused if copies or before else absent).append(str(error))
    if adopted:
        tell(
            f"Nobody published checksums of {facts.title}, so those of this copy were pinned: later runs and "
            f"'iqabench verify {facts.name}' compare with them. The list is {list_path(facts.name)}."
        )
    if refused or not (adopted or renewed):
        raise FetchError("\n".join(refused or absent[:1]))
    if absent:
        tell(f"{facts.name}: the folder has nothing of {len(absent)} other levels.")


def _adopt_level(facts: SetFacts, level: str, copies: list[Copy], tree: Tree) -> str:
    whole = [copy for copy in copies if copy.is_whole]
    if not whole:
        raise FetchError(refusal(tree, facts, level, copies))
    if len({copy.root for copy in whole}) > 1:
        roots = " and ".join(sorted({copy.root for copy in whole}))
        raise FetchError(
            f"{facts.name} lies below {tree.folder} several times: in {roots}. Name the folder of one of "
            "them."
        )
    copy = whole[0]
    require_right_images(copy, facts)
    require_other_content(copy, facts)
    lines = _keep(copy, facts)
    size = sum({line.sha256: line.bytes for line in lines}.values())
    count = len(copy.files)
    date = datetime.now(UTC).date().isoformat()
    origin = CopyOrigin(date, str(tree.folder), copy.layout.name, len(copy.samples), count, size)
    pin_level(facts.name, level, lines, origin)
    checked = "names, the number of samples, and that the sizes of their images fit"
    expected = f" ({' or '.join(facts.image_sizes)})" if facts.image_sizes else ""
    return (
        f"{facts.address_at(level)}: adopted {len(copy.samples)} samples in {count} files, "
        f"{size / 1e6:.1f} MB, from {copy.root}.\n  Layout {layout_words(copy.layout, level)}.\n"
        f"  Checked: {checked}{expected}."
    )


def _keep(copy: Copy, facts: SetFacts) -> list[Line]:
    """Copy the files of a whole copy into the cache, and return the lines of its list."""
    paths = copy.files
    total = sum(path.stat().st_size for path in paths)
    with (
        Bar(facts.name, len(paths), total, shown=None) as bar,
        ThreadPoolExecutor(_THREADS) as pool,
    ):

        def keep(path: Path) -> tuple[str, int]:
            kept = keep_unpromised(path)
            bar.advance(kept[1])
            bar.file_done()
            return kept

        kept = dict(zip(paths, pool.map(keep, paths), strict=True))
    start = len(copy.root) + 1
    return [
        Line(
            level=copy.level,
            role=role,
            sample=sample,
            path=path.as_posix()[start:],
            bytes=kept[path][1],
            sha256=kept[path][0],
        )
        for sample, roles in copy.samples.items()
        for role, path in roles.items()
    ]


def _renew(facts: SetFacts, level: str, pinned: list[Line], copies: list[Copy], tree: Tree) -> str:
    """Complete and repair a level that was adopted before, by its pinned checksums."""
    address = facts.address_at(level)
    adoption = adopt(tree.folder, files_of(facts.name, level or None))
    other = any(copy.is_whole and _differs(copy, pinned) for copy in copies)
    hint = (
        f" The copy below {tree.folder} is another than the one that was pinned ({list_path(facts.name)}); "
        "--replace takes it instead."
    )
    if adoption.missing:
        names = "\n  ".join(file.name for file in adoption.missing[:10])
        more = f"\n  ... and {len(adoption.missing) - 10} more" if adoption.missing[10:] else ""
        raise FetchError(
            f"{address}: {adoption}\nNot found below {tree.folder} by their pinned checksums:\n  {names}"
            f"{more}\nPut them there, and type the same command again.{hint if other else ''}"
        )
    return f"{address}: {adoption}{hint if other else ''}"


def _differs(copy: Copy, pinned: list[Line]) -> bool:
    """Return whether some files of a copy have other contents than were pinned."""
    known = {line.sha256 for line in pinned}
    paths = copy.files
    return any(sha256_of(path) not in known for path in paths[:: max(1, len(paths) // _PROBED)])
