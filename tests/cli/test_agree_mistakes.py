"""`iqabench agree` where it cannot: messages, exit statuses, Ctrl-C."""

from pathlib import Path

import pytest
from opinions.handed import HANDED

from .conftest import Call


@pytest.fixture(autouse=True)
def _here(in_tmp: Path) -> None:
    """Every command runs in an empty folder."""


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (("--set", "tid2012"), 1, "Did you mean 'tid2013'"),
        (("--set", "live"), 1, "https://live.ece.utexas.edu"),
        (("--set", "live", "--from", "nowhere"), 1, "nowhere does not exist"),
        ((), 2, "--set"),
        (("--set", "tid2013", "--fit", "6"), 2, "--fit"),
        (("--set", "spaq", "--from", "set", "--column", "psnr"), 2, "SPAQ has none"),
        (
            ("--set", "spaq", "--from", "set", "--resample", "references"),
            2,
            "no references to draw",
        ),
        (("--set", "spaq", "--from", "set"), 2, "name no-reference metrics"),
        (("--set", "spaq", "--from", "set", "--column", "entrpy"), 1, "Did you mean 'entropy'"),
        (("--set", "tid2013", "--from", "set"), 1, "lacks"),
    ],
)
def test_mistakes_are_told_without_a_traceback(
    call: Call, words: tuple[str, ...], status: int, message: str
) -> None:
    HANDED["spaq"](Path("set"))
    result = call("agree", *words)
    assert result.status == status
    assert message in result.err
    assert "Traceback" not in result.err
    assert not result.out


def test_ctrl_c_exits_with_130(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int] = []

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    def leave(status: int) -> None:
        ended.append(status)
        raise SystemExit(status)

    HANDED["csiq"](Path("csiq"))
    monkeypatch.setattr("iqabench.cli.agree.score_opinions", interrupted)
    monkeypatch.setattr("os._exit", leave)
    result = call("agree", "--set", "csiq", "--from", "csiq")
    assert (result.status, ended) == (130, [130])
    assert "Finished results are kept" in result.err
