"""Fixtures of the run tests."""

from pathlib import Path

import pytest


@pytest.fixture
def networks(monkeypatch: pytest.MonkeyPatch) -> str:
    """Put the folder of `networks.py` on the module path and return it."""
    folder = str(Path(__file__).parent)
    monkeypatch.syspath_prepend(folder)
    return folder
