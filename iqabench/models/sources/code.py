"""The code that makes a network: of a factory, or of a file beside a card."""

import importlib.metadata
from collections.abc import Mapping
from pathlib import Path

from torch import nn

from iqabench.models.sources.digest import digest_of_files, joined, names_below
from iqabench.models.sources.freshness import forget_changed, note_contents
from iqabench.models.sources.imports import files_of_module, imported_files, module_file
from iqabench.models.sources.places import is_users
from iqabench.models.sources.reading import read_by

_RECORDED = ("iqabench", "torch", "torchvision", "spandrel")
"""The packages whose versions stand in every record; cards of shipped models name their networks."""


def prepare_import(module: str) -> None:
    """See to it that the import of a module runs the code that its files hold now."""
    forget_changed(_modules(_files_of_module(module)))


def module_digest(module: str, network: nn.Module) -> str:
    """Return the digest of all code and data of the user that made a network; empty when there is none.

    It covers the file of the module, what it imports, the files of the classes in the network, and the data
    that these have opened. A module of an installed package stands for the version of the package.
    """
    files = _files_of_module(module)
    for name in sorted({type(part).__module__ for part in network.modules()}):
        files |= _files_of_module(name)
    note_contents(_modules(files))
    return joined(digest_of_files(files | _data(files)), _version_of(module))


def prepare_file(path: Path) -> str:
    """See to it that a file runs what its imports hold now; return the digest of all of these files."""
    files = imported_files(path, path.stem, here=path.parent)
    forget_changed(_modules({name: each for name, each in files.items() if each != path}))
    return digest_of_files(files)


def file_digest(path: Path, network: nn.Module) -> str:
    """Return the digest of a file with a network, and of what it imports and reads."""
    files = imported_files(path, path.stem, here=path.parent)
    for name in sorted({type(part).__module__ for part in network.modules()}):
        files |= _files_of_module(name)
    note_contents(_modules(files))
    return digest_of_files(files | _data(files))


def _files_of_module(module: str) -> dict[str, Path]:
    return files_of_module(module, Path.cwd())


def _data(files: Mapping[str, Path]) -> dict[str, Path]:
    """Return the data files that these files of code have opened, and that are still there."""
    read = [path for path in read_by(files.values()) if path.is_file()]
    return names_below(read, Path.cwd())


def _modules(files: Mapping[str, Path]) -> dict[str, Path]:
    return {
        n: path for n, path in files.items() if not set(n) & set(":@/") and path.suffix == ".py"
    }


def _version_of(module: str) -> str:
    """Return the name and version of the installed package that a module belongs to; empty for the user's."""
    path = module_file(module)
    if path is None or is_users(path):
        return ""
    top = module.partition(".")[0]
    if top in _RECORDED:
        return ""
    packages = importlib.metadata.packages_distributions().get(top, [])
    return ",".join(f"{name} {importlib.metadata.version(name)}" for name in sorted(packages))
