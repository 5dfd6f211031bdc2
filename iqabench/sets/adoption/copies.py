"""The copies of a set below a folder: the samples that each layout finds, and what they lack."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from iqabench.order import natural_order
from iqabench.sets.adoption.lists import Rows, read_lists
from iqabench.sets.adoption.pattern import Pattern
from iqabench.sets.adoption.tree import Tree
from iqabench.sets.facts import SetFacts
from iqabench.sets.layout_facts import LayoutFacts, ListFacts

Values = dict[str, str]
Files = dict[str, Path]


@dataclass
class Copy:
    """The samples of a set that one layout finds below one folder."""

    layout: LayoutFacts
    level: str
    root: str
    """The folder that all its paths begin with."""
    expected: int
    """The number of samples that the set has at this level."""
    samples: dict[str, Files] = field(default_factory=dict)
    """The files of each whole sample, by role."""
    lacking: list[str] = field(default_factory=list)
    """Paths that would complete samples, as the layout writes them."""
    doubles: list[str] = field(default_factory=list)
    """Samples that several files would make."""
    missing_lists: list[str] = field(default_factory=list)
    """The names of lists that are not here."""

    @property
    def is_whole(self) -> bool:
        """True when it has all samples of the set, no more, and all their files."""
        flaws = self.lacking or self.doubles or self.missing_lists
        return len(self.samples) == self.expected and not flaws

    @property
    def files(self) -> list[Path]:
        """All its files, each once."""
        paths = (path for roles in self.samples.values() for path in roles.values())
        return list(dict.fromkeys(paths))


def find_copies(tree: Tree, facts: SetFacts, level: str) -> list[Copy]:
    """Return what is here of a set at a level, by layout and by folder: whole copies first, then the fullest.

    Raises: FetchError when a list cannot be read.
    """
    layouts = [each for each in facts.layouts if level in each.levels or not each.levels]
    copies = [copy for layout in layouts for copy in _copies(tree, facts, layout, level)]
    return sorted(copies, key=lambda copy: (not copy.is_whole, -len(copy.samples)))


def patterns_of(layout: LayoutFacts, role: str, level: str) -> list[Pattern]:
    """Return the patterns of a role at a level."""
    return [Pattern(text).at_level(level) for text in layout.parts[role]]


def _copies(tree: Tree, facts: SetFacts, layout: LayoutFacts, level: str) -> Iterator[Copy]:
    names = facts.sample_names
    rows, missing = _rows(tree, layout.list) if layout.list else (None, [])
    roles = layout.list.roles if layout.list and rows is not None else (layout.lead,)
    by_role = {
        role: _matches(tree, layout, role, level)
        for role in (layout.parts if layout.ordered else roles)
    }
    for root, leads in by_role[layout.lead].items():
        copy = Copy(layout, level, root, facts.size_at(level), missing_lists=missing)
        if layout.list and rows is not None:
            of_roles = {role: found.get(root, {}) for role, found in by_role.items()}
            chosen = list(_listed(layout.list, rows, of_roles, copy))
        elif layout.ordered:
            chosen = _in_order({role: found.get(root, {}) for role, found in by_role.items()}, copy)
        else:
            chosen = [{layout.lead: Path(path)} for path in leads]
        for files in chosen:
            _add(copy, files, leads[files[layout.lead].as_posix()], tree, names)
        copy.lacking += [f"sample {name}" for name in names if name not in copy.samples]
        yield copy


def spare_files(tree: Tree, copy: Copy) -> list[str]:
    """Return the files that fit a role of a copy and belong to no sample, as paths below its root."""
    used = {path.as_posix() for path in copy.files}
    begin = len(copy.root) + 1
    return [
        path[begin:]
        for role in copy.layout.parts
        for path in _matches(tree, copy.layout, role, copy.level).get(copy.root, ())
        if path not in used
    ]


def _matches(
    tree: Tree, layout: LayoutFacts, role: str, level: str
) -> dict[str, dict[str, Values]]:
    """Return the files that fit a role, by root, each with the values of its placeholders."""
    by_root: dict[str, dict[str, Values]] = {}
    patterns = patterns_of(layout, role, level)
    for path in tree.paths:
        for pattern in patterns:
            if match := pattern.match(path):
                by_root.setdefault(match.root, {})[path] = match.values
                break
    return by_root


def _add(copy: Copy, files: Files, values: Values, tree: Tree, names: dict[str, None]) -> None:
    """Add a sample to a copy, or note what it lacks."""
    layout = copy.layout
    name = Pattern(layout.sample).fill(values) if layout.sample else "_".join(values.values())
    if names and name not in names:
        return
    for role in layout.parts:
        if role in files:
            continue
        patterns = patterns_of(layout, role, copy.level)
        ends = [p.fill(values) for p in patterns if values.keys() >= set(p.names)]
        found = (path for end in ends if (path := tree.find(f"{copy.root}/{end}")))
        if (path := next(found, None)) is None:
            copy.lacking.append(ends[0])
            return
        files[role] = path
    if name in copy.samples:
        copy.doubles.append(name)
    copy.samples[name] = {role: files[role] for role in layout.parts}


def _rows(tree: Tree, facts: ListFacts) -> tuple[Rows | None, list[str]]:
    """Return the rows of lists, and the names of lists that are not here."""
    places = {name: tree.named(name) for name in facts.files}
    missing = [name for name, paths in places.items() if not paths]
    if missing:
        return None, missing
    return read_lists([paths[0] for paths in places.values()], len(facts.roles)), []


def _listed(
    facts: ListFacts, rows: Rows, of_roles: dict[str, dict[str, Values]], copy: Copy
) -> Iterator[Files]:
    """Yield the files of each row; rows of which a file is not here are noted in the copy."""
    by_name: dict[str, dict[str, list[str]]] = {role: {} for role in facts.roles}
    for role, paths in of_roles.items():
        for path in paths:
            for key in {_name(path), _name(path).rpartition(".")[0]}:
                by_name[role].setdefault(key, []).append(path)
    for row in rows:
        files = {
            role: _file_of(listed, by_name[role], facts.renamed)
            for role, listed in zip(facts.roles, row, strict=True)
        }
        absent = [row[i] for i, path in enumerate(files.values()) if path is None]
        copy.lacking += absent
        if not absent:
            yield {role: Path(path) for role, path in files.items() if path}


def _in_order(of_roles: dict[str, dict[str, Values]], copy: Copy) -> list[Files]:
    """Return the files of each sample: the first of each role, the second of each, and so on.

    Roles with different numbers of files are noted in the copy, which then has no sample.
    """
    if len({len(paths) for paths in of_roles.values()}) > 1:
        counts = ", ".join(f"{role} {len(paths)}" for role, paths in of_roles.items())
        copy.lacking.append(
            f"as many files of each part, which belong together by order ({counts})"
        )
        return []
    rows = zip(*(sorted(paths, key=natural_order) for paths in of_roles.values()), strict=True)
    return [dict(zip(of_roles, map(Path, row), strict=True)) for row in rows]


def _file_of(listed: str, by_name: dict[str, list[str]], renamed: dict[str, str]) -> str | None:
    """Return the file that a list means: one of them is the end of the other."""
    for text in _spellings(listed, renamed):
        for path in by_name.get(_name(text), ()):
            there, told = path.casefold().split("/"), text.casefold().lstrip("./").split("/")
            folders = zip(reversed(there[:-1]), reversed(told[:-1]), strict=False)
            if all(ours == theirs for ours, theirs in folders):
                return path
    return None


def _spellings(listed: str, renamed: dict[str, str]) -> Iterator[str]:
    yield listed
    for one, other in [*renamed.items(), *((new, old) for old, new in renamed.items())]:
        parts = listed.split("/")
        if one in parts:
            yield "/".join(other if part == one else part for part in parts)


def _name(path: str) -> str:
    return path.rpartition("/")[2].casefold()
