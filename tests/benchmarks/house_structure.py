"""Measurements of structure: imports, private names, functions, files, folders, class names.

Everything is read from the syntax tree: nothing of the measured package is imported, so that any
checkout can be measured with any Python.
"""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

CLUMP = {"output", "target", "scale", "device", "pseudo"}
"""The parameters that used to travel together; four of them in one signature are counted."""
AT_LEAST = 4

Function = ast.FunctionDef | ast.AsyncFunctionDef
HOLDERS = (ast.stmt, ast.ExceptHandler, ast.match_case)
"""The nodes that can be, or hold, an import."""


@dataclass(frozen=True)
class Import:
    """One imported name: `module` is the file that imports, `source` the module it imports from."""

    module: str
    line: int
    source: str
    name: str
    in_function: bool
    for_types: bool
    """True when it stands under `if TYPE_CHECKING`, where nothing is imported at run time."""

    def __str__(self) -> str:
        what = f"{self.source}.{self.name}" if self.name else self.source
        return f"{self.module}:{self.line} imports {what}"


@dataclass(frozen=True)
class Module:
    """One file of the package, parsed."""

    name: str
    """The dotted name, `iqabench.run.plan`; a package's `__init__.py` has the package's name."""
    path: Path
    is_package: bool
    text: str
    tree: ast.Module

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All nodes of the tree."""
        return list(ast.walk(self.tree))

    @cached_property
    def imports(self) -> list["Import"]:
        """Everything that the file imports, one for each name."""
        return list(_imports_below(self, self.tree, in_function=False, for_types=False))

    @property
    def room(self) -> str:
        """The first folder or file below the package: the part that one owner keeps."""
        parts = self.name.split(".")
        return parts[1] if len(parts) > 1 else "iqabench"

    @property
    def folder(self) -> str:
        """The dotted name of the folder that holds the file."""
        return self.name if self.is_package else self.name.rpartition(".")[0]


def read_package(package: Path) -> list[Module]:
    """Parse every Python file below the folder of a package."""
    modules = []
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        text = path.read_text(encoding="utf-8")
        name = ".".join(parts[:-1] if is_package else parts)
        modules.append(Module(name, path, is_package, text, ast.parse(text)))
    return modules


def functions(module: Module) -> Iterator[Function]:
    """Yield every function and method, nested ones too."""
    for node in module.nodes:
        if isinstance(node, Function):
            yield node


def length(function: Function) -> int:
    """Return the number of lines from `def` to the last, docstring included."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def _imports_below(
    module: Module, node: ast.AST, *, in_function: bool, for_types: bool
) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, HOLDERS):
            continue
        here = (module.name, getattr(child, "lineno", 0))
        if isinstance(child, ast.ImportFrom):
            source = "." * child.level + (child.module or "")
            for alias in child.names:
                yield Import(*here, source, alias.name, in_function, for_types)
        elif isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(*here, alias.name, "", in_function, for_types)
        inside = in_function or isinstance(child, Function)
        typed = for_types or (isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test))
        yield from _imports_below(module, child, in_function=inside, for_types=typed)


def late_imports(modules: Iterable[Module]) -> list[Import]:
    """List the import statements inside functions, each once."""
    found = [i for module in modules for i in module.imports if i.in_function]
    return list({(i.module, i.line): i for i in found}.values())


def is_private(name: str) -> bool:
    """Return whether a name is marked as its owner's: `_name`, and not `__name__`."""
    return name.startswith("_") and not name.startswith("__")


def private_names(modules: Iterable[Module]) -> list[Import]:
    """List the names with a leading underscore that one module imports from another of the package."""
    return [
        found
        for module in modules
        for found in module.imports
        if is_private(found.name) and _is_ours(found, module)
    ]


def private_modules(modules: Iterable[Module]) -> list[Import]:
    """List the imports of a private module from outside the folder that holds it."""
    wrong = []
    for module in modules:
        for found in module.imports:
            parts = found.source.split(".")
            at = next((i for i, part in enumerate(parts) if is_private(part)), None)
            if at is None or not _is_ours(found, module):
                continue
            folder = ".".join(parts[:at])
            if not f"{module.folder}.".startswith(f"{folder}."):
                wrong.append(found)
    return wrong


def _is_ours(found: Import, module: Module) -> bool:
    return found.source.split(".")[0] == module.name.split(".")[0]


def edges(modules: Iterable[Module]) -> dict[str, set[str]]:
    """Return, for each module, those that it needs while it is being imported."""
    known = {module.name: module for module in modules}
    needs: dict[str, set[str]] = {name: set() for name in known}
    for module in known.values():
        for found in module.imports:
            if found.in_function or found.for_types:
                continue
            target = f"{found.source}.{found.name}"
            target = target if target in known else found.source
            if target in known and target != module.name:
                needs[module.name].add(target)
    return needs


def room_edges(modules: Iterable[Module]) -> dict[str, set[str]]:
    """Return the same between rooms, imports inside functions included."""
    rooms = {module.name: module.room for module in modules}
    needs: dict[str, set[str]] = {room: set() for room in rooms.values() if room != "iqabench"}
    for module in modules:
        for found in module.imports:
            parts = found.source.split(".")
            if _is_ours(found, module) and len(parts) > 1 and module.room in needs:
                needs[module.room] |= {parts[1]} & set(needs) - {module.room}
    return needs


def cycles(needs: dict[str, set[str]]) -> list[list[str]]:
    """List the groups of nodes that all reach each other (Tarjan's components of more than one)."""
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    groups: list[list[str]] = []

    def visit(node: str) -> None:
        order[node] = lowest[node] = len(order)
        stack.append(node)
        for other in needs[node]:
            if other not in order:
                visit(other)
                lowest[node] = min(lowest[node], lowest[other])
            elif other in stack:
                lowest[node] = min(lowest[node], order[other])
        if lowest[node] == order[node]:
            at = stack.index(node)
            group, stack[at:] = stack[at:], []
            if len(group) > 1:
                groups.append(sorted(group))

    for node in needs:
        if node not in order:
            visit(node)
    return groups


def class_places(modules: Iterable[Module]) -> dict[str, list[str]]:
    """Return, for each class name, the modules that define a class of that name."""
    places: dict[str, set[str]] = defaultdict(set)
    for module in modules:
        for node in module.nodes:
            if isinstance(node, ast.ClassDef):
                places[node.name].add(module.name)
    return {name: sorted(modules) for name, modules in places.items()}


def shared_class_names(modules: Iterable[Module]) -> dict[str, list[str]]:
    """Return the class names that more than one module defines."""
    return {name: found for name, found in class_places(modules).items() if len(found) > 1}


def clumps(modules: Iterable[Module]) -> list[str]:
    """List the functions that take at least four parameters of `CLUMP`."""
    found = []
    for module in modules:
        for function in functions(module):
            args = function.args
            names = {a.arg for a in (*args.posonlyargs, *args.args, *args.kwonlyargs)}
            if len(names & CLUMP) >= AT_LEAST:
                found.append(f"{module.name}.{function.name}")
    return found


def folder_sizes(modules: Iterable[Module]) -> dict[str, int]:
    """Return the number of modules that lie directly in each folder, `__init__.py` left out."""
    sizes: dict[str, int] = defaultdict(int)
    for module in modules:
        if not module.is_package:
            sizes[module.folder] += 1
    return dict(sizes)
