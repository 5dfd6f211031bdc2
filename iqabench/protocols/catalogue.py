"""Protocols by name, each with the file that defines it."""

import os
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from iqabench.errors import DuplicateNameError, FactsError, UnknownNameError, UsageError
from iqabench.facts import line_of, read_yaml, validate
from iqabench.places import expanded
from iqabench.protocol import Protocol
from iqabench.registry import load_entry_points

GROUP = "iqabench.protocols"
"""The entry points of other packages; each gives the path of a YAML file or of a folder of them."""
PLACES = "IQABENCH_PROTOCOLS"
"""The environment variable that names files and folders of the user's own."""

_SHIPPED = Path(__file__).with_name("protocols.yaml")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_EXAMPLES = {"model": "rcan", "pool": "FOLDER"}


class _Definition(NamedTuple):
    """A protocol and the file that defines it."""

    protocol: Protocol
    file: Path


def protocols() -> dict[str, Protocol]:
    """Return all protocols by name: the shipped ones in the order of their file, then the others.

    Raises: FactsError when a file is wrong; DuplicateNameError when two files define one name.
    """
    return {name: known.protocol for name, known in _definitions().items()}


def protocol_file(name: str) -> Path:
    """Return the file that defines a protocol; a name may have a part behind a colon.

    Raises: UnknownNameError with suggestions.
    """
    return _definition(name.partition(":")[0]).file


def protocol(name: str) -> Protocol:
    """Return the protocol of that name; `model:rcan` is the protocol `model` with the model rcan.

    Raises: UnknownNameError with suggestions; UsageError when the part behind the colon is missing, or is
        one too many.
    """
    base, colon, named = name.partition(":")
    known = _definition(base).protocol
    if known.argument and not named:
        example = _EXAMPLES[known.argument]
        raise UsageError(f"protocol '{base}' needs a {known.argument}, as in {base}:{example}.")
    if colon and not known.argument:
        raise UsageError(
            f"protocol '{base}' takes nothing behind a colon; expected {base}, not '{name}'."
        )
    return Protocol(**{**known.model_dump(), "name": name, "named": named}) if named else known


def _definition(name: str) -> _Definition:
    known = _definitions()
    if name not in known:
        raise UnknownNameError("protocol", name, known, "'iqabench list protocols' shows them all.")
    return known[name]


def _definitions() -> dict[str, _Definition]:
    return _read_all(os.environ.get(PLACES, ""))


@cache
def _read_all(own: str) -> dict[str, _Definition]:
    known: dict[str, _Definition] = {}
    for file in _files(own):
        for defined in _read(file):
            if defined.name in known:
                raise DuplicateNameError(
                    f"the protocol '{defined.name}' is defined twice: in {known[defined.name].file} and in "
                    f"{file}. Numbers carry the name, so it must keep its meaning: rename the second one."
                )
            known[defined.name] = _Definition(defined, file)
    for definition in known.values():
        colour = definition.protocol.colour
        if colour and colour not in known:
            raise FactsError(
                f"{definition.file}: the protocol '{definition.protocol.name}' says colour: {colour}, "
                "which is no protocol; 'iqabench list protocols' shows them all."
            )
    return known


def _files(own: str) -> list[Path]:
    """Return every file of protocols once, the shipped one first."""
    announced = [Path(str(place)) for place in load_entry_points(GROUP)]
    named = [expanded(place) for place in own.split(os.pathsep) if place]
    files = [_SHIPPED, *_within(announced, GROUP), *_within(named, PLACES)]
    return list(dict.fromkeys(file.resolve() for file in files))


def _within(places: Iterable[Path], origin: str) -> Iterator[Path]:
    """Give the files of several places, each a file or a folder; `origin` says who named them."""
    for place in places:
        if place.is_dir():
            yield from sorted([*place.glob("*.yaml"), *place.glob("*.yml")])
        elif place.is_file():
            yield place
        else:
            raise FactsError(
                f"{origin} names {place}, which does not exist; expected a YAML file of protocols or a "
                "folder of such files."
            )


def _read(file: Path) -> list[Protocol]:
    """Return the protocols of a file.

    Raises: FactsError with file and line.
    """
    entries = read_yaml(file)
    if not isinstance(entries, list):
        raise FactsError(
            f"{file}:1: expected a list of protocols: '- name: ...', 'version: 1', 'summary: ...' ..."
        )
    defined_here = [validate(Protocol, entry, file, [index]) for index, entry in enumerate(entries)]
    for index, defined in enumerate(defined_here):
        if not _NAME.fullmatch(defined.name):
            raise FactsError(
                f"{file}:{line_of(file, [index, 'name'])}: '{defined.name}' is no name for a protocol; "
                "expected letters, digits, dots, hyphens and underscores."
            )
    return defined_here
