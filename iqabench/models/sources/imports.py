"""The Python files of the user that a file runs: those that it imports, and those that they import.

They are found in the text of the files, without running it, so that the answer does not depend on what the
process has imported before. Python itself and installed packages are left out; records name their versions.
"""

import ast
import importlib
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path

from iqabench.models.sources.places import is_users

_DYNAMIC = ("import_module", "__import__", "run_path", "run_module", "spec_from_file_location")

_NAMED = (
    *(
        ".py",
        ".pth",
        ".pt",
        ".ckpt",
        ".safetensors",
        ".onnx",
        ".bin",
        ".pkl",
        ".npy",
        ".npz",
        ".h5",
        ".mat",
    ),
    *(".json", ".yaml", ".yml", ".toml", ".csv"),
)
"""The endings of files that code depends on when it names them."""


def imported_files(
    start: Path, name: str, folders: Sequence[Path] = (), *, here: Path | None = None
) -> dict[str, Path]:
    """Return the user's files that a Python file depends on, itself included, by their names.

    `name`: the name of its module; `folders`: where modules are looked for before Python's own path; `here`:
    the current folder, in which files that the code names are looked for, too. A module that imports names
    which it computes stands for all modules of its folder and of packages in it.
    """
    importlib.invalidate_caches()  # files may have come since Python looked
    found: dict[str, Path] = {}
    todo = [(name, start.absolute())]
    while todo:
        module, path = todo.pop()
        if module in found or path in found.values():
            continue
        found[module] = path
        if path.suffix != ".py":
            continue
        tree = _parse(path)
        if tree is None:
            continue
        for imported in sorted(set(_imported_names(tree, module, path))):
            todo += _everywhere(imported, [*folders, path.parent])
        if _imports_computed_names(tree):
            todo += [(f"{module}:{p.name}", p) for p in _neighbours(path.parent)]
        for text in _texts(tree):
            todo += _named_files(text, [path.parent, *([here] if here else [])])
    return found


def files_of_module(name: str, here: Path) -> dict[str, Path]:
    """Return the user's files that a module depends on, with the packages that it lies in; see above."""
    files: dict[str, Path] = {}
    for module, path in _resolve(name, None):
        files |= imported_files(path, module, here=here)
    return files


def module_file(name: str) -> Path | None:
    """Return the file of a module of any owner, without importing it; None where there is none."""
    return dict(_resolve(name, None, users_only=False)).get(name)


def _parse(path: Path) -> ast.Module | None:
    try:
        return ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _imported_names(tree: ast.Module, module: str, path: Path) -> Iterator[str]:
    """Yield the full names of all modules that a file imports, at its top or in functions."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join(
                [*(above if node.level else []), *([node.module] if node.module else [])]
            )
            if base:  # else it is above the outermost package
                yield base
                yield from (f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and _called(node) in _DYNAMIC[:2] and node.args:
            argument = node.args[0]
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield argument.value


def _called(node: ast.Call) -> str:
    function = node.func
    return getattr(function, "attr", getattr(function, "id", ""))


def _imports_computed_names(tree: ast.Module) -> bool:
    return any(
        isinstance(node, ast.Call)
        and _called(node) in _DYNAMIC
        and not (node.args and isinstance(node.args[0], ast.Constant))
        for node in ast.walk(tree)
    )


def _neighbours(folder: Path) -> Iterator[Path]:
    """Yield the Python files of a folder and of the packages in it."""
    for path in sorted(folder.iterdir()):
        if path.suffix == ".py":
            yield path
        elif (path / "__init__.py").is_file():
            yield from _neighbours(path)


def _texts(tree: ast.Module) -> set[str]:
    """Return the short texts in a file that may be names of files."""
    values = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {v for v in values if isinstance(v, str) and v.endswith(_NAMED) and len(v) < 200}


def _named_files(text: str, folders: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    for folder in dict.fromkeys(folders):
        try:
            path = folder / text
            if path.suffix in _NAMED and path.is_file() and is_users(path):
                yield text, path
                return
        except (OSError, ValueError):
            continue


def _everywhere(name: str, folders: Sequence[Path]) -> Iterator[tuple[str, Path]]:
    """Yield the files of a module on Python's path, and of modules of that name in the folders."""
    own = _resolve(name, None)
    yield from own
    for folder in dict.fromkeys(each.absolute() for each in folders):
        for module, path in _resolve(name, folder):
            if path not in dict(own).values():
                yield f"{module}@{folder.name}", path


def _resolve(name: str, folder: Path | None, *, users_only: bool = True) -> list[tuple[str, Path]]:
    """Return the files of a module and of the packages that it lies in, with their names.

    `folder`: the folder of its outermost package; None means Python's path.
    """
    files: list[tuple[str, Path]] = []
    search = None if folder is None else [str(folder)]
    parts = name.split(".")
    for depth in range(1, len(parts) + 1):
        module = ".".join(parts[:depth])
        spec = _spec(module, search)
        if spec is None:
            break
        if spec.origin and spec.has_location:
            path = Path(spec.origin)
            if users_only and not is_users(path):
                break
            files.append((module, path))
        if spec.submodule_search_locations is None:
            break
        search = list(spec.submodule_search_locations)
    return files


def _spec(module: str, search: list[str] | None) -> ModuleSpec | None:
    if search is not None:
        return PathFinder.find_spec(module, search)
    if module in sys.builtin_module_names:
        return None
    for (
        finder
    ) in sys.meta_path:  # packages that are installed for development have finders of their own
        find = getattr(finder, "find_spec", None)
        spec: ModuleSpec | None = find(module, None) if find else None
        if spec is not None:
            return spec
    return None
