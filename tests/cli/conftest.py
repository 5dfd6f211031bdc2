"""Calling `iqabench` as a shell does."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from iqabench.cli.main import main


class Result(NamedTuple):
    """What a command left behind."""

    status: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Its output as JSON."""
        found: list[dict[str, Any]] = json.loads(self.out)
        return found


Call = Callable[..., Result]


@pytest.fixture
def call(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Result]:
    """`call("run", "--set", ...)` in this process: exit status and both streams."""

    def run(*words: object) -> Result:
        monkeypatch.setattr("sys.argv", ["iqabench", *(str(w) for w in words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        streams = capsys.readouterr()
        code = end.value.code
        return Result(code if isinstance(code, int) else 0, streams.out, streams.err)

    return run
