import os
import subprocess
import sys
from pathlib import Path

import pytest

from iqabench.files import home, mirrors, offline


def test_home_is_where_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IQABENCH_HOME", "/somewhere/else")
    assert home() == Path("/somewhere/else")
    monkeypatch.delenv("IQABENCH_HOME")
    assert home().name == "iqabench"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("", []),
        ("/a", ["/a"]),
        ("/a:/b/", ["/a", "/b"]),
        ("/a, /b", ["/a", "/b"]),
        ("http://host/x", ["http://host/x"]),
        ("http://host:8080/x:/a", ["http://host:8080/x", "/a"]),
        ("/a:http://host:8080:/b", ["/a", "http://host:8080", "/b"]),
        ("http://host:/a", ["http://host", "/a"]),
        (
            "https://me:word@host/x:https://other:1/y/,/c",
            ["https://me:word@host/x", "https://other:1/y", "/c"],
        ),
        ("http://[::1]:80/x:/a", ["http://[::1]:80/x", "/a"]),
        ("/with space/x:/b", ["/with space/x", "/b"]),
    ],
)
@pytest.mark.skipif(os.pathsep != ":", reason="written with the path separator of POSIX")
def test_mirrors_are_folders_and_urls(
    said: str, expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IQABENCH_MIRROR", said)
    assert mirrors() == expected


@pytest.mark.parametrize(
    ("said", "expected"), [("1", True), ("true", True), ("0", False), ("", False)]
)
def test_offline(said: str, expected: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IQABENCH_OFFLINE", said)
    assert offline() is expected


def test_naming_files_imports_neither_network_nor_progress_bar() -> None:
    code = (
        "import sys, iqabench.files; print({'httpx', 'rich', 'numpy', 'torch'} & set(sys.modules))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"
