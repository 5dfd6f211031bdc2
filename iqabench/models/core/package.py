"""A model that the user brings, packed to be loaded on another machine.

    package, contents = pack("my_nets:make")     # on the machine of the user
    model = load_model(enter(package))           # on another one, where `files.obtain` brings the contents

A package holds the files that the model's hash covers: the file with the weights and its external data, the
folder of a card, the modules and the data of a factory, the scripts of a command. They keep their places
relative to the current folder, by which the model knows them, so that the hash is the same on both machines.
"""

import hashlib
import json
import os
import shlex
import shutil
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from iqabench.atomic import part_of
from iqabench.errors import ModelError
from iqabench.files.disk import sha256_of, writing
from iqabench.files.home import home
from iqabench.files.obtain import obtain
from iqabench.files.remote import RemoteFile
from iqabench.models.core.catalogue import chain_of
from iqabench.models.core.chain import MARK
from iqabench.models.core.load import is_card, is_own, runs_code
from iqabench.models.sources.command_files import command_files
from iqabench.models.sources.imports import files_of_module, imported_files
from iqabench.models.sources.onnx_data import external_files
from iqabench.places import is_file
from iqabench.trust import require_trust

_MOST_FILES = 10_000


@dataclass(frozen=True)
class ModelPackage:
    """A model and its files, by their content."""

    name: str
    """The name by which `load_model` finds it in the folder of the package."""
    files: tuple[tuple[str, str], ...]
    """The path of each file within the package, and its checksum."""

    @property
    def digest(self) -> str:
        """The identity of all files and their names."""
        return hashlib.sha256(json.dumps(self.files).encode()).hexdigest()[:16]


def pack(name: str) -> tuple[ModelPackage, dict[str, Path]]:
    """Return the package of a model that the user brings, and the files by their checksums.

    Raises: ModelError when it is absent or cannot travel; TrustError for a factory or a command without
        consent, for these are code that would run on other machines.
    """
    require_packable([name])
    packed_name, files = _files_of(name)
    try:
        checksums = {place: sha256_of(path) for place, path in sorted(files.items())}
    except OSError as error:
        raise ModelError(
            f"{error.filename} cannot be read: {error.strerror}. The model '{name}' depends on it."
        ) from error
    package = ModelPackage(packed_name, tuple(checksums.items()))
    return package, {checksums[place]: path for place, path in files.items()}


def require_packable(names: Iterable[str]) -> None:
    """Check that models are there, and that the user trusts those whose code would run on other machines.

    Registered models are there on every machine.

    Raises: ModelError when a file is absent; TrustError for a factory or a command without consent.
    """
    for name in filter(is_own, names):
        if runs_code(name):
            require_trust(f"the code of '{name}', on the workers of a cluster")
        elif chain := chain_of(name):
            require_packable([chain[0]])
        elif not (is_card(Path(name)) or is_file(Path(name))):
            raise ModelError(f"the model file {name} does not exist.")


def enter(package: ModelPackage) -> str:
    """Make the folder with the files of a package the current one; return the name of the model in it.

    The model is loaded, and run, from there. Files that are not here are obtained first.

    Raises: FetchError when a file cannot be had or written.
    """
    os.chdir(_folder_of(package))
    return package.name


def _folder_of(package: ModelPackage) -> Path:
    folder = home() / "packages" / package.digest
    if not folder.is_dir():
        _unpack(package, folder)
    return folder


def _unpack(package: ModelPackage, folder: Path) -> None:
    with writing(f"the files of {package.name}"):
        folder.parent.mkdir(parents=True, exist_ok=True)
        part = part_of(folder)
        part.mkdir()
    try:
        for place, sha256 in package.files:
            source = obtain(RemoteFile(PurePosixPath(place).name, None, sha256, None))
            with writing(place):
                (part / place).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, part / place)
        with writing(f"the files of {package.name}"):
            if not folder.is_dir():  # another worker of this machine may have been faster
                part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _files_of(name: str) -> tuple[str, dict[str, Path]]:
    """Return the name of a model within its package, and its files by their places there."""
    if chain := chain_of(name):
        first, files = _files_of(chain[0])
        return f"{first}{MARK}{chain[1]}", files
    if name.startswith("cmd:"):
        words = shlex.split(name.removeprefix("cmd:"))
        return name, _relative(command_files(words))
    path = Path(name)
    if is_card(path):
        folder = path if path.is_dir() else path.parent
        root = folder.resolve().name or "model"
        card = path.name if path.is_file() else "card.yaml"
        return f"{root}/{card}", _below(folder, root)
    if is_file(path):
        files = {path.name: path}
        if path.suffix.lower() == ".onnx":
            files |= external_files(path)
        return path.name, files
    module = name.partition(":")[0]
    here = Path.cwd()
    if str(here) not in sys.path:
        sys.path.insert(0, str(here))
    return name, _relative(files_of_module(module, here))


def _below(folder: Path, root: str) -> dict[str, Path]:
    """Return all files below the folder of a card, and the user's files that its code imports."""
    files: dict[str, Path] = {}
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder)
        if path.is_file() and not any(
            part[0] == "." or part == "__pycache__" for part in place.parts
        ):
            files[f"{root}/{place.as_posix()}"] = path
        if len(files) > _MOST_FILES:
            raise ModelError(
                f"{folder} holds more than {_MOST_FILES} files; expected only the card of a model, its code "
                "and its weights. Put the card into a folder of its own."
            )
    code = folder / "network.py"
    if code.is_file():
        imported = imported_files(code, code.stem, here=folder)
        files |= _relative({n: p for n, p in imported.items() if p.resolve() != code.resolve()})
    return files


def _relative(files: Mapping[str, Path]) -> dict[str, Path]:
    """Return files by their places below the current folder, or below the folder of Python's path.

    Files of installed packages and programs stay: the other machine needs them itself.
    """
    roots = [Path.cwd(), *(Path(each).absolute() for each in sys.path if each)]
    placed: dict[str, Path] = {}
    for path in files.values():
        absolute = path.absolute()
        root = next((root for root in roots if absolute.is_relative_to(root)), None)
        if root is not None and "site-packages" not in absolute.parts:
            placed[absolute.relative_to(root).as_posix()] = absolute
    return placed
