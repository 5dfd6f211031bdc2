"""A fixture that calls `iqabench` as a shell does."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from iqabench.cli.main import main


class Result(NamedTuple):
    """The exit status and the streams of a command."""

    status: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The output, read as JSON."""
        rows: list[dict[str, Any]] = json.loads(self.out)
        return rows


Call = Callable[..., Result]


@pytest.fixture
def call(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Result]:
    """Return a function that runs a command in this process, as in `call("run", "--set", ...)`."""

    def run(*words: object) -> Result:
        monkeypatch.setattr("sys.argv", ["iqabench", *(str(w) for w in words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        streams = capsys.readouterr()
        code = end.value.code
        return Result(code if isinstance(code, int) else 0, streams.out, streams.err)

    return run
