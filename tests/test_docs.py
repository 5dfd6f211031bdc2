"""The README works: its Python runs, its commands parse, its links lead somewhere."""

import re
import shlex
from pathlib import Path

import pytest

from iqabench.cli.main import COMMANDS, cli

TOP = Path(__file__).parent.parent
README = (TOP / "README.md").read_text()
VIDEO = (TOP / "docs" / "video.md").read_text()
PAGES = "".join(
    (TOP / "docs" / f"{page}.md").read_text()
    for page in ("cluster", "folders", "formats", "pansharpening", "video")
)
"""Pages whose commands are tried, too."""
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)


def test_python_blocks_run_one_after_the_other(
    in_tmp: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names: dict[str, object] = {}
    code = [text for language, text in BLOCKS if language == "python"]
    assert len(code) == 4
    for text in code:
        exec(compile(text, "README.md", "exec"), names)
        assert capsys.readouterr().out.strip()


def test_the_example_of_clips_runs(in_tmp: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", VIDEO, re.DOTALL)
    exec(compile(code, "video.md", "exec"), {})
    told = capsys.readouterr().out
    assert "blurry_interpolate" in told
    assert "psnr@rgb-between" in told
    assert "mae@rgb-between" in told


def words_of_commands() -> list[list[str]]:
    blocks = BLOCKS + re.findall(r"```(\w+)\n(.*?)```", PAGES, re.DOTALL)
    lines = [line for language, text in blocks if language == "sh" for line in text.splitlines()]
    parts = [part.strip() for line in lines for part in line.split("&&")]
    return [shlex.split(p, comments=True) for p in parts if p.startswith("iqabench ")]


@pytest.mark.parametrize("words", words_of_commands(), ids=" ".join)
def test_commands_parse(words: list[str]) -> None:
    name, *rest = words[1:]
    assert name in COMMANDS
    command = cli.get_command(None, name)  # type: ignore[arg-type]
    assert command is not None
    command.make_context(name, rest)


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        if "://" not in target:
            assert (TOP / target).exists(), target


def test_links_of_pages_lead_somewhere() -> None:
    for page in (TOP / "docs").glob("*.md"):
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_command_is_mentioned() -> None:
    assert {words[1] for words in words_of_commands()} | {"show"} == set(COMMANDS)
    assert "iqabench show" in README
