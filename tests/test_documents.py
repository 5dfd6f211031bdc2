"""The documents at the top agree with each other: versions, commands, and files they name."""

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

import iqabench
from iqabench.cli.main import COMMANDS

TOP = Path(__file__).parent.parent
DOCUMENTS = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "docs/cluster.md"]
SYSTEMS = {"ubuntu-latest", "macos-latest", "windows-latest"}
KINDS = [
    "task",
    "set",
    "protocol",
    "metric",
    "probe",
    "degradation",
    "model family",
    "board",
    "set of opinions",
    "page",
]
"""Everything that can be added."""


def text(name: str) -> str:
    return (TOP / name).read_text(encoding="utf-8")


def project() -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads(text("pyproject.toml"))["project"]
    return found


def readme_steps(marker: str) -> list[str]:
    """The commands of a marked block of the README, without those that make an environment."""
    found = re.search(rf"<!-- command: {marker} -->\n```sh\n(.*?)\n```", text("README.md"))
    assert found
    steps = found.group(1).split(" && ")
    assert steps[:2] == ["python3 -m venv .venv", ". .venv/bin/activate"]
    return steps[2:]


def workflow() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(text(".github/workflows/tests.yml"))
    return found


def steps_of(job: str) -> list[str]:
    """What a job types, one command each."""
    steps = workflow()["jobs"][job]["steps"]
    return [command for step in steps if "run" in step for command in step["run"].split(" && ")]


@pytest.mark.parametrize(("marker", "job"), [("test", "tests"), ("first", "first-command")])
def test_the_workflow_types_what_the_readme_says(marker: str, job: str) -> None:
    assert steps_of(job) == readme_steps(marker)
    assert set(workflow()["jobs"][job]["strategy"]["matrix"]["system"]) == SYSTEMS


def test_the_workflow_checks_style_as_ci_does() -> None:
    *_, lint, form, types = steps_of("style")
    for command in (lint, form, types):
        assert f".venv/bin/{command}" in text(".ci/run")


def test_every_python_that_is_promised_is_tested() -> None:
    promised = [
        line.rpartition(" ")[2]
        for line in project()["classifiers"]
        if line.startswith("Programming Language :: Python :: 3.")
    ]
    assert workflow()["jobs"]["tests"]["strategy"]["matrix"]["python"] == promised
    assert project()["requires-python"] == f">={promised[0]}"


def test_one_version_everywhere() -> None:
    assert project()["version"] == iqabench.__version__
    assert yaml.safe_load(text("CITATION.cff"))["version"] == iqabench.__version__
    newest = re.search(r"^## \[(.*?)\]", text("CHANGELOG.md"), re.MULTILINE)
    assert newest
    assert newest.group(1) == iqabench.__version__
    minor = iqabench.__version__.rpartition(".")[0]
    assert f"Today that is {minor}." in text("SECURITY.md")


def test_the_citation_has_what_its_format_requires() -> None:
    citation = yaml.safe_load(text("CITATION.cff"))
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    assert citation["license"] == project()["license"]


def test_hooks_are_tools_of_the_dev_extra() -> None:
    (repository,) = yaml.safe_load(text(".pre-commit-config.yaml"))["repos"]
    extra = {re.split(r"[^\w-]", word)[0] for word in project()["optional-dependencies"]["dev"]}
    assert repository["repo"] == "local"
    for hook in repository["hooks"]:
        assert hook["language"] == "system"
        assert shlex.split(hook["entry"])[0] in extra


def test_no_requirement_stands_twice() -> None:
    extras = project()["optional-dependencies"]
    for words in (project()["dependencies"], *extras.values()):
        names = [re.split(r"[^\w-]", word)[0].lower() for word in words]
        assert len(names) == len(set(names))
    dev = extras.pop("dev")
    for words in extras.values():
        assert set(words) <= set(dev)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", text(document)):
        if "://" not in target:
            assert ((TOP / document).parent / target).exists(), target


def additions() -> dict[str, list[str]]:
    """The rows of the table of what can be added, by kind."""
    rows = re.findall(r"^\| an? ([^|]*?) \| (.*) \|$", text("CONTRIBUTING.md"), re.MULTILINE)
    return {kind: cells.split(" | ") for kind, cells in rows}


def test_every_addition_is_explained() -> None:
    assert [kind.removesuffix(" of the report") for kind in additions()] == KINDS


@pytest.mark.parametrize("kind", additions())
def test_the_command_that_checks_an_addition(kind: str) -> None:
    *_, check = additions()[kind]
    for command in check.strip("`").split(" && "):
        program, first, *_ = shlex.split(command)
        if program == "pytest":
            assert (TOP / first).exists(), command
        else:
            assert program == "iqabench"
            assert first in COMMANDS, command
