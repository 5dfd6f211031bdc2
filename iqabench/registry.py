"""One registry for every plural room: names to parts, found at first look-up.

A room (`iqabench.metrics`, `iqabench.degradations`, ...) owns one `Registry`. Its parts are found in
two ways, both only when somebody first asks:

1. the folder scan imports every public module of the room (names without a leading underscore), whose
   decorators register their parts;
2. entry points of the group `iqabench.<room>` are loaded, whose modules do the same.

So adding a part is adding a file, and a part from outside is one line in that package's metadata. A look-up
by name imports the module of that name first: where that has the part, the others are not imported.
"""

import importlib
import importlib.util
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from functools import cache
from importlib import metadata
from types import ModuleType
from typing import Any, Generic, TypeVar

from iqabench.errors import DuplicateNameError, FactsError, UnknownNameError

Part = TypeVar("Part")


class Registry(Generic[Part]):
    """A registry of the parts of one kind, by name.

    `kind` is the singular word used in messages, `folders` are the packages that are scanned and `group` the
    entry-point group that packages from outside use. A room may hold parts of two kinds: the second
    registry stands `beside` the first, and neither takes a name that the other has.
    """

    def __init__(
        self,
        kind: str,
        folders: str | tuple[str, ...],
        group: str,
        beside: "Registry[Any] | None" = None,
    ) -> None:
        self.kind = kind
        self.folders = (folders,) if isinstance(folders, str) else folders
        self.group = group
        self._parts: dict[str, Part] = {}
        self._origin: dict[str, str] = {}
        self._complete = False
        self._has_plugins = False
        self._beside = beside
        if beside:
            beside._beside = self

    def add(self, name: str, part: Part, origin: str) -> None:
        """Register `part` under `name`; `origin` says where it stands, for messages.

        Raises: DuplicateNameError when another place has registered that name.
        """
        for other in (self, self._beside):
            if other and name in other._parts:
                kinds = (
                    f"two {self.kind}s" if other is self else f"a {other.kind} and a {self.kind}"
                )
                raise DuplicateNameError(
                    f"{kinds} are called '{name}': one in {other._origin[name]}, "
                    f"one in {origin}. Rename one of them."
                )
        self._parts[name] = part
        self._origin[name] = origin

    def get(self, name: str) -> Part:
        """Return the part of that name.

        Raises: UnknownNameError with suggestions.
        """
        part = self.find(name)
        if part is None:
            self._find_all()
            if name not in self._parts:
                raise self.unknown(name)
            part = self._parts[name]
        return part

    def find(self, name: str) -> Part | None:
        """Return the part of that name where plugins or the module of that name have it; None elsewhere.

        Raises: DuplicateNameError when both have it.
        """
        if name not in self._parts and not self._complete and name.isidentifier():
            for folder in self.folders:
                if not name.startswith("_") and importlib.util.find_spec(f"{folder}.{name}"):
                    importlib.import_module(f"{folder}.{name}")
            self._load_plugins()
        return self._parts.get(name)

    def unknown(self, name: str) -> UnknownNameError:
        """Return the error for an unknown name; it suggests names of the registry beside this one, too."""
        beside = self._beside.names() if self._beside else []
        return UnknownNameError(self.kind, name, [*self.names(), *beside])

    def names(self) -> list[str]:
        """Return all names, sorted."""
        self._find_all()
        return sorted(self._parts)

    def origin(self, name: str) -> str:
        """Return the file that registered `name`."""
        self.get(name)
        return self._origin[name]

    def __iter__(self) -> Iterator[Part]:
        return (self._parts[name] for name in self.names())

    def _find_all(self) -> None:
        if self._complete:
            return
        self._complete = True  # before the imports: a module may look names up while it loads
        try:
            for folder in self.folders:
                scan(folder)
            self._load_plugins()
        except BaseException:
            self._complete = False
            raise

    def _load_plugins(self) -> None:
        if not self._has_plugins:
            load_entry_points(self.group)
            self._has_plugins = True


def scan(package: str) -> list[ModuleType]:
    """Import every public module of `package`."""
    room = importlib.import_module(package)
    names = sorted(m.name for m in pkgutil.iter_modules(room.__path__))
    public = [name for name in names if not name.startswith("_")]
    return [importlib.import_module(f"{package}.{name}") for name in public]


def entry_points(group: str) -> metadata.EntryPoints:
    """Return the entry points of a group; the metadata of all packages is read once."""
    points: metadata.EntryPoints = _all_entry_points().select(group=group)
    return points


@cache
def _all_entry_points() -> Any:  # its class has changed between the versions of Python
    return metadata.entry_points()


def load_entry_points(group: str) -> list[object]:
    """Load what other packages announce under `group`, in the order of their names.

    Raises: FactsError that names the package when one fails to load.
    """
    loaded = []
    for point in sorted(entry_points(group=group), key=lambda p: (p.name, p.value)):
        try:
            loaded.append(point.load())
        except DuplicateNameError:
            raise
        except Exception as error:
            package = point.dist.name if point.dist else "unknown package"
            raise FactsError(
                f"the plugin '{point.name}' of {package} ({group} = {point.value}) failed to load: "
                f"{type(error).__name__}: {error}. Repair it or uninstall {package}."
            ) from error
    return loaded


def origin_of(thing: Callable[..., object]) -> str:
    """Return the file and line in which a decorated function or class stands."""
    inner = inspect.unwrap(thing)
    if inspect.isfunction(inner):
        return f"{inner.__code__.co_filename}:{inner.__code__.co_firstlineno}"
    try:
        line = inspect.getsourcelines(inner)[1]
    except (OSError, TypeError):  # typed at a prompt, or compiled
        return str(getattr(inner, "__module__", "a prompt"))
    return f"{inspect.getsourcefile(inner)}:{line}"
