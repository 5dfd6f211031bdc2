"""The check of TorchScript archives before they are read: their programs may compute, and touch nothing else.

TorchScript is a language of its own, and most of its operators only compute. A few write and read files
(torch.save, torch.from_file), call other machines, or belong to libraries that do (image.write_file of
torchvision). They may run while the archive is read, in `__setstate__`. So the text of all programs is
searched first. What the check has read is what torch is given: a copy of the archive in memory.
"""

import ast
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from iqabench.errors import ModelError
from iqabench.trust import require_trust
from iqabench.zip_damage import ZIP_DAMAGE

_REACHING_OUT = frozenset(
    (
        "save",
        "from_file",
        "load_tensor",
        "rpc_sync",
        "rpc_async",
        "rpc_remote",
        "read_file",
        "write_file",
    )
)
"""The operators that reach files or other machines, in torch 2 and torchvision."""
_LIBRARIES = re.compile(
    r"aten|prims?|quantized(_decomposed)?|torchvision|mkldnn(_prepacked)?|prepacked|xnnpack|sparse"
)
"""The libraries of operators and classes that only compute."""
_CLASS = re.compile(rb"torch\.classes\.(\w+)")


def checked_archive(path: Path) -> io.BytesIO:
    """Return a copy of a TorchScript archive in memory, whose programs only compute.

    Raises: ModelError when it is damaged; TrustError, without consent, when a program reaches out.
    """
    copy = io.BytesIO()
    reasons: list[str] = []
    try:
        with zipfile.ZipFile(path) as archive, zipfile.ZipFile(copy, "w") as checked:
            _refuse_equal_names(path, archive)
            for name in archive.namelist():
                content = archive.read(name)
                reasons += _reasons(name.lower(), content)
                checked.writestr(name, content)
    except (OSError, *ZIP_DAMAGE) as error:
        raise ModelError(f"{path} is damaged: {error}.") from error
    if reasons:
        words = ", ".join(dict.fromkeys(reasons))
        require_trust(f"a TorchScript program that does more than compute ({words})", path)
    copy.seek(0)
    return copy


def _refuse_equal_names(path: Path, archive: zipfile.ZipFile) -> None:
    names = [name.lower() for name in archive.namelist()]
    if len(set(names)) < len(names):
        raise ModelError(f"{path} is damaged: two of its members have one name.")


def _reasons(name: str, content: bytes) -> Iterator[str]:
    """Yield the names in one member of an archive that reach out."""
    if name.endswith(".py"):
        try:
            yield from _reasons_in(ast.parse(content))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            yield f"{name} cannot be read as a program"
    elif name.endswith(".pkl"):
        found = {match.decode() for match in _CLASS.findall(content)}
        others = sorted(library for library in found if not _LIBRARIES.fullmatch(library))
        yield from (f"torch.classes.{library}" for library in others)


def _reasons_in(program: ast.AST) -> Iterator[str]:
    within: dict[ast.AST, ast.AST] = {
        child: node for node in ast.walk(program) for child in ast.iter_child_nodes(node)
    }
    for node in ast.walk(program):
        name = _name_of(node)
        if name in _REACHING_OUT:
            yield name
        elif name in ("ops", "classes"):
            user = within.get(node)
            library = user.attr if isinstance(user, ast.Attribute) else ""
            if not _LIBRARIES.fullmatch(library):
                yield f"{name}.{library}"


def _name_of(node: ast.AST) -> str:
    """Return the name that a node looks up: of a variable, of an attribute, or as the text of a getattr."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
