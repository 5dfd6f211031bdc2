"""The files that a command stands for: the hash of its model covers them."""

import os
from pathlib import Path

import pytest

from iqabench.errors import ModelError
from iqabench.models.loaders.command import load_command

SCRIPT = "import shutil, sys\nfrom beside_of_mine import VALUE\nshutil.copy(sys.argv[-2], sys.argv[-1])\n"


COMMANDS = [
    ("cmd:./tool {input} {output}", "tool"),
    ("cmd:python my.py {input} {output}", "my.py"),
    ("cmd:python my.py {input} {output}", "beside_of_mine.py"),
    ("cmd:python my.py --weights w.pth {input} {output}", "w.pth"),
    ("cmd:python my.py --weights=w.pth {input} {output}", "w.pth"),
    ("cmd:./tool -m models {input} {output}", "models/deep/a.bin"),
    ("cmd:sh run.sh {input} {output}", "run.sh"),
    ("cmd:sh run.sh {input} {output}", "my.py"),
    ("cmd:sh run.sh {input} {output}", "beside_of_mine.py"),
    ("cmd:python -m my {input} {output}", "beside_of_mine.py"),
    ("cmd:python -m pack {input} {output}", "pack/__main__.py"),
]


@pytest.fixture
def commands(in_tmp: Path) -> Path:
    """A folder with a program, scripts and what they use."""
    (in_tmp / "models" / "deep").mkdir(parents=True)
    (in_tmp / "pack").mkdir()
    texts = {
        "tool": '#!/bin/sh\ncp "$1" "$2"\n',
        "my.py": SCRIPT,
        "beside_of_mine.py": "VALUE = 1\n",
        "w.pth": "1",
        "models/deep/a.bin": "1",
        "run.sh": 'python my.py "$@" # calls it\n',
        "pack/__main__.py": SCRIPT,
        "notes.txt": "",
    }
    for name, text in texts.items():
        (in_tmp / name).write_text(text)
    (in_tmp / "tool").chmod(0o755)
    return in_tmp


@pytest.mark.parametrize(("line", "name"), COMMANDS)
def test_an_edit_of_what_a_command_names_changes_the_hash(
    commands: Path, line: str, name: str
) -> None:
    before = load_command(line, 1).hash
    (commands / "notes.txt").write_text("edited")
    assert load_command(line, 1).hash == before
    with (commands / name).open("a") as file:
        file.write("# edited\n")
    assert load_command(line, 1).hash != before


def test_the_program_that_the_search_path_finds_is_part_of_a_command(
    commands: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{commands}{os.pathsep}{os.environ['PATH']}")
    before = load_command("cmd:tool {input} {output}", 1).hash
    (commands / "tool").write_text('#!/bin/sh\ncp "$1" "$2" # edited\n')
    assert load_command("cmd:tool {input} {output}", 1).hash != before


@pytest.mark.parametrize("word", [".", "..", "/", "x" * 5000, "a\\0b", "--tmp=/tmp", "-c 'x=1.py'"])
def test_words_that_name_no_file_of_the_model_are_no_trouble(commands: Path, word: str) -> None:
    assert load_command(f"cmd:./tool {word} {{input}} {{output}}", 1).hash


def test_a_file_that_cannot_be_read_is_named(
    commands: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(path: Path) -> str:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("iqabench.models.sources.digest.sha256_of", closed)
    with pytest.raises(ModelError, match=r"cannot be read: Permission denied\. The model depends"):
        load_command("cmd:./tool {input} {output}", 1)
