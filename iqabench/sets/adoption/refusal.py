"""The words for a folder without a whole copy of a set: what is there, what was expected, what to do."""

from iqabench.errors import FetchError
from iqabench.printable import first_names
from iqabench.sets.adoption.checks import version_by_count
from iqabench.sets.adoption.copies import Copy, find_copies, patterns_of, spare_files
from iqabench.sets.adoption.tree import Tree
from iqabench.sets.catalogue import set_facts, set_names
from iqabench.sets.facts import SetFacts
from iqabench.sets.layout_facts import LayoutFacts

_ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".rar", ".7z", ".mdb", ".lmdb", ".h5")


def layout_words(layout: LayoutFacts, level: str) -> str:
    """Return a layout in words: its name and a pattern of each role."""
    parts = [f"{role} {patterns_of(layout, role, level)[0].shown}" for role in layout.parts]
    lists = f", listed in {' and '.join(layout.list.files)}" if layout.list else ""
    return f"{layout.name}: {', '.join(parts)}{lists}"


def refusal(tree: Tree, facts: SetFacts, level: str, copies: list[Copy]) -> str:
    """Return the message about a folder in which no copy of a set at a level is whole."""
    address = facts.address_at(level)
    if not copies:
        return f"{_nothing(tree, facts, level, address)}{look_alike(tree, facts)}"
    best = copies[0]
    return (
        f"{address}: {best.root}, laid out as '{best.layout.name}', has {_have(best)} whole, expected "
        f"{best.expected}. {_flaws(tree, best)}{version_by_count(best, facts)}{look_alike(tree, facts)} "
        f"Nothing of it was adopted; {_remedy(best)}, and type the same command again."
    ).replace("  ", " ")


def look_alike(tree: Tree, facts: SetFacts) -> str:
    """Return a sentence on another set of the same task of which a whole copy is here; empty without one."""
    for other in (set_facts(name) for name in set_names()):
        if other.task != facts.task or other.name == facts.name:
            continue
        for level in other.levels or ("",):
            if _is_here(tree, other, level):
                return (
                    f" The folder has the names and the number of {other.title}: 'iqabench fetch "
                    f"{other.address_at(level)} --from {tree.folder}' takes it."
                )
    return ""


def _is_here(tree: Tree, facts: SetFacts, level: str) -> bool:
    """Return whether a whole copy of a set is here; a damaged list of it is no reason to fail."""
    try:
        return any(copy.is_whole for copy in find_copies(tree, facts, level))
    except FetchError:
        return False


def _nothing(tree: Tree, facts: SetFacts, level: str, address: str) -> str:
    layouts = [each for each in facts.layouts if level in each.levels or not each.levels]
    expected = "\n  ".join(layout_words(layout, level) for layout in layouts)
    shown = first_names([tree.within(path) for path in tree.paths], 2)
    return (
        f"{address}: none of the {len(tree.paths)} files below {tree.folder} ({shown}) lies where this set "
        f"has its files. Expected {facts.size_at(level)} samples in one of these layouts, below any folder:\n"
        f"  {expected}\nRename folders to fit, or name the folder that holds them.{_packed(tree)}"
    )


def _packed(tree: Tree) -> str:
    """Return a sentence on archives below a folder; empty without any."""
    names = [tree.within(path) for path in tree.paths if path.lower().endswith(_ARCHIVES)]
    if not names:
        return ""
    return f" {first_names(names)}: archives are not opened; unpack what belongs to the set."


def _have(copy: Copy) -> str:
    number = len(copy.samples)
    return f"{number} sample{'s'[: number != 1]}"


def _remedy(copy: Copy) -> str:
    """Return what to do so that a copy becomes whole."""
    if copy.doubles:
        return "leave one of those files there"
    is_over = not (copy.lacking or copy.missing_lists) and len(copy.samples) > copy.expected
    return f"leave only the {copy.expected} there" if is_over else "put what is missing there"


def _flaws(tree: Tree, copy: Copy) -> str:
    if copy.missing_lists:
        return (
            f"The list {' and '.join(copy.missing_lists)}, which says what belongs to the set, is not below "
            "the folder."
        )
    if copy.doubles:
        return f"Several files make the same sample: {first_names(copy.doubles)}."
    if copy.lacking:
        return f"Missing: {first_names(dict.fromkeys(copy.lacking), 4)}."
    surplus = len(copy.samples) - copy.expected
    if surplus > 0:
        return f"It has {surplus} too many."
    spare = [] if copy.layout.list else spare_files(tree, copy)
    others = f" Without a counterpart: {first_names(spare, 4)}." if spare else ""
    return f"It lacks {-surplus}.{others}"
