"""Imports that wait until a command runs, so that its help needs no more than click.

    with lazy_imports():
        from iqabench.run import evaluate, plan

Names imported in such a block are placeholders at first. They become the real objects when the command runs
(`LazyGroup` sees to it), or when a placeholder is used before that. To type checkers and linters the block is
a plain import. It is what `lazy from iqabench.run import evaluate` will be in Python 3.15 (PEP 810).

Statements of the forms `from A.B import c` and `import a` are deferred. What is needed while the file is
read (decorators, base classes, defaults of options) is imported above the block, from light modules.
"""

import builtins
import functools
import gc
import importlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Any

import click

Namespace = dict[str, Any]

_waiting: dict[str, Namespace] = {}
"""Modules that hold placeholders, by their names."""


class Placeholder:
    """A name that was imported lazily: it imports the real object when it is used."""

    def __init__(self, module: str, name: str = "", *, until_used: bool = False) -> None:
        self._module = module
        self._name = name
        self.until_used = until_used

    def load(self) -> Any:
        """Import the module and return the object of that name, or the module where there is no name."""
        module = importlib.import_module(self._module)
        if not self._name:
            return module
        if not hasattr(module, self._name):
            return importlib.import_module(f"{self._module}.{self._name}")
        return getattr(module, self._name)

    def __call__(self, *args: Any, **options: Any) -> Any:
        """Call the real object."""
        return self.load()(*args, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.load(), name)

    def __or__(self, other: Any) -> Any:  # in an annotation, as in `Course | None`
        return self

    __ror__ = __or__

    def __instancecheck__(self, thing: object) -> bool:
        return isinstance(thing, self.load())


class _Source:
    """The module of a deferred import, as the import statement sees it."""

    def __init__(self, module: str, *, until_used: bool) -> None:
        self._module = module
        self._until_used = until_used

    def __getattr__(self, name: str) -> Placeholder:
        return Placeholder(self._module, name, until_used=self._until_used)


@contextmanager
def lazy_imports(*, until_used: bool = False) -> Iterator[None]:
    """Defer the `from ... import ...` statements of this block, and of no other module.

    `until_used` defers functions until they are called, for what most calls of a command do not need.
    """
    namespace = sys._getframe(2).f_globals  # 0 is this generator, 1 is contextlib
    import_now = builtins.__import__

    def import_later(
        name: str,
        globals: Namespace | None = None,  # noqa: A002 - the names that import calls it with
        locals: Mapping[str, Any] | None = None,  # noqa: A002
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        if globals is namespace:
            if fromlist:
                return _Source(name, until_used=until_used)
            return Placeholder(name, until_used=until_used)
        return import_now(name, globals, locals, fromlist or (), level)

    if not until_used:
        _waiting[namespace["__name__"]] = namespace
    builtins.__import__ = import_later  # type: ignore[assignment]
    try:
        yield
    finally:
        builtins.__import__ = import_now


def load_waiting() -> None:
    """Replace every placeholder of the modules imported so far by the object it stands for.

    Modules live as long as the process. So the garbage collector rests while they are imported, and leaves
    them alone afterwards: each of its walks over torch's objects would take a fifth of a second, and the one
    at the end of the process longer.
    """
    if not _waiting:
        return
    was_on = gc.isenabled()
    gc.disable()
    try:
        _load_waiting()
        gc.freeze()
    finally:
        if was_on:
            gc.enable()


def _load_waiting() -> None:
    while _waiting:
        for module, namespace in list(_waiting.items()):
            for name, value in list(namespace.items()):
                if type(value) is Placeholder and not value.until_used:
                    namespace[name] = value.load()
            del _waiting[module]


class LazyGroup(click.Group):
    """A group that knows its commands by name and help, and imports only the one that is called.

    The command NAME is `command` in the module FOLDER.NAME.
    """

    folder = ""
    """The package in which the commands stand."""
    summaries: Mapping[str, str] = {}
    """Name to one-line help, in the order of the listing."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of the commands."""
        return list(self.summaries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return the command of that name, or None."""
        if cmd_name not in self.summaries:
            return None
        command: click.Command = importlib.import_module(f"{self.folder}.{cmd_name}").command
        if not isinstance(command, click.Group) and command.callback is not None:
            command.callback = self._loading(command.callback)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the arguments name, and suggest one where the name is mistyped."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            close = get_close_matches(args[0], self.summaries, n=1)
            if close and "Did you mean" not in error.message:
                raise click.UsageError(
                    f"{error.message} Did you mean '{close[0]}'?", ctx
                ) from error
            raise

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the names with their one-line help, without importing the commands."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self.summaries.items()))

    def load(self) -> None:
        """Import everything that the called command needs."""
        load_waiting()

    def _loading(self, callback: Callable[..., Any]) -> Callable[..., Any]:
        """Return the callback of a command, with its imports before it."""
        if hasattr(callback, "loads_first"):
            return callback

        @functools.wraps(callback)
        def loading(*args: Any, **options: Any) -> Any:
            self.load()
            return callback(*args, **options)

        loading.loads_first = True  # type: ignore[attr-defined]
        return loading
