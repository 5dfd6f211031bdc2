"""Words of a user that may be paths: none of them raises an error."""

import os
from pathlib import Path

import numpy as np
import pytest

from iqabench.images import write_image
from iqabench.places import expanded, is_file, is_folder
from iqabench.sets import load_set


@pytest.mark.parametrize("word", ["x" * 300, "a\0b", "~nobody-of-that-name/x", "./~draft", ""])
def test_a_word_that_is_no_path_is_nowhere(word: str) -> None:
    assert not is_file(expanded(word))
    assert not is_folder(expanded(word) / "deeper")


def test_the_home_is_expanded_only_at_the_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", os.fspath(Path("/home/me")))
    assert expanded("~/sets") == Path("/home/me/sets")
    assert expanded("./~draft") == Path("~draft")


def test_a_folder_may_begin_with_a_tilde(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "~draft").mkdir()
    write_image(tmp_path / "~draft" / "a.png", np.zeros((16, 16, 3), np.uint8))
    monkeypatch.chdir(tmp_path)
    assert len(load_set("./~draft", 4).samples) == 1
