"""The files of a command: its program, and the files and folders that it names.

cmd:python my.py --weights=w.pth {input} {output}
    the program `python` that the search path finds, my.py, what it imports beside it, and w.pth
cmd:sh run.sh {input} {output}
    sh, run.sh, and the files that run.sh names in its text
cmd:realesrgan -m models {input} {output}
    the program, and all files in the folder models
"""

import shlex
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from iqabench.models.sources.imports import files_of_module, imported_files
from iqabench.models.sources.places import is_file, is_folder, is_users

_MOST_FILES = 10_000
"""The largest number of files of a folder that are part of a key; one with more is not of a model."""
_SHELL = (".sh", ".bash", ".zsh")
_MOST_TEXT = 1_000_000


def command_files(words: Sequence[str]) -> dict[str, Path]:
    """Return the files that decide what a command does, by the words that name them."""
    files: dict[str, Path] = {}
    program = shutil.which(words[0]) if words else None
    if program:
        files |= _with_contents(words[0], Path(program))
    for before, word in pairwise(words):
        for text in _texts(word):
            if is_folder(text):
                files |= _below(text)
            elif is_file(text):
                files |= _with_contents(text, Path(text))
        if before == "-m" and not is_file(word):
            files |= files_of_module(word, Path.cwd()) | _of_folder_module(word)
    return files


def _texts(word: str) -> Iterator[str]:
    """Yield the parts of a word that may name a file: the whole, and what follows an equals sign."""
    if "{input}" in word or "{output}" in word or "\0" in word or len(word) > 4000:
        return
    yield word
    if "=" in word:
        yield word.partition("=")[2]


def _with_contents(name: str, path: Path) -> dict[str, Path]:
    """Return a file, and what a script in it imports or names."""
    files = {name: path}
    if not is_users(path):
        return files
    head = path.read_bytes()[:_MOST_TEXT] if path.stat().st_size < _MOST_TEXT else b""
    first_line = head.partition(b"\n")[0]
    if path.suffix == ".py" or (first_line.startswith(b"#!") and b"python" in first_line):
        return files | imported_files(path, name, [path.parent], here=Path.cwd())
    if path.suffix in _SHELL or (first_line.startswith(b"#!") and b"sh" in first_line):
        files |= _named_in(head.decode(errors="replace"), path)
    return files


def _named_in(text: str, script: Path) -> dict[str, Path]:
    """Return the files that a shell script names, with what scripts among them import."""
    files: dict[str, Path] = {}
    for line in text.splitlines():
        try:
            words = shlex.split(line, comments=True)
        except ValueError:
            words = line.split()
        for word in {part for each in words for part in _texts(each.rstrip(";&|")) if part}:
            for folder in (Path(), script.parent):
                files |= _named_file(folder / word, word, script)
    return files


def _named_file(path: Path, word: str, script: Path) -> dict[str, Path]:
    if not is_file(path) or not is_users(path) or path.samefile(script):
        return {}
    files = {word: path}
    if path.suffix == ".py":
        files |= imported_files(path, word, [path.parent], here=Path.cwd())
    return files


def _of_folder_module(name: str) -> dict[str, Path]:
    """Return the files of a module in the current folder, as `python -m` finds it."""
    base = Path(*name.split("."))
    for path in (base.with_suffix(".py"), base / "__main__.py"):
        if path.is_file():
            return imported_files(path, name, [Path.cwd()], here=Path.cwd())
    return {}


def _below(name: str) -> dict[str, Path]:
    """Return all files below a folder that a command names.

    The current folder, one above it and the place for temporary files are not what a model is made of.
    """
    folder = Path(name).resolve()
    if (
        Path.cwd().resolve().is_relative_to(folder)
        or folder == Path(tempfile.gettempdir()).resolve()
    ):
        return {}
    paths = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    shown = {at: p for at, p in paths.items() if not any(x.startswith(".") for x in Path(at).parts)}
    return {f"{name}/{at}": p for at, p in shown.items()} if len(shown) <= _MOST_FILES else {}
