"""Imports of commands wait until the command runs, or until a name is used."""

import gc
import importlib
import sys
from pathlib import Path

import pytest

from iqabench.cli.lazy import Placeholder, load_waiting


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """Return the prefix of a module with deferred imports, and of the modules that it defers."""
    name = f"lazy_{abs(hash(request.node.name))}"
    (tmp_path / f"{name}_waiting.py").write_text("def one(): return 1\n")
    (tmp_path / f"{name}_seldom.py").write_text("def two(): return 2\n")
    (tmp_path / f"{name}.py").write_text(
        "from iqabench.cli.lazy import lazy_imports\n"
        f"with lazy_imports():\n    from {name}_waiting import one\n"
        f"with lazy_imports(until_used=True):\n    from {name}_seldom import two\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    return name


def test_imports_wait_until_the_command_runs_or_the_name_is_used(command: str) -> None:
    module = importlib.import_module(command)
    assert type(module.one) is type(module.two) is Placeholder
    load_waiting()
    assert (module.one.__name__, type(module.two)) == ("one", Placeholder)
    assert f"{command}_seldom" not in sys.modules
    assert (module.one(), module.two()) == (1, 2)


@pytest.mark.parametrize("is_on", [True, False])
def test_the_collector_works_afterwards_as_before(command: str, is_on: bool) -> None:
    importlib.import_module(command)
    before = gc.isenabled()
    (gc.enable if is_on else gc.disable)()
    try:
        load_waiting()
        assert gc.isenabled() is is_on
    finally:
        (gc.enable if before else gc.disable)()
