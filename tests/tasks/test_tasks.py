"""Tasks: a contract over all that are registered, and what the shipped ones say."""

import pytest
from pydantic import BaseModel, ValidationError

from iqabench.errors import UnknownNameError, UsageError
from iqabench.models.core.catalogue import cards
from iqabench.protocols import protocols
from iqabench.sets.catalogue import set_facts, set_names
from iqabench.tasks import (
    Level,
    RoleName,
    Task,
    TaskName,
    default_task,
    folder_task,
    in_order,
    role_names,
    task_named,
    tasks,
)

ALL = list(tasks())


class Thing(BaseModel):
    task: TaskName = "sr"
    role: RoleName = "input"


@pytest.mark.parametrize("task", ALL, ids=lambda t: t.name)
def test_a_task_is_whole(task: Task) -> None:
    assert task.title
    assert task.summary.endswith(".")
    assert task.protocol in protocols()
    assert task.takes
    assert task.gives
    assert task_named(task.name) is task
    assert all(task_named(alias) is task for alias in task.aliases)
    assert set(task.roles) <= set(role_names())
    if task.level is not None:
        assert task.level.matches(task.level.example)
        assert task.strength(task.level.example) is not None
    if task.has_scales and task.level is not None:
        assert task.scale(task.level.example) == task.strength(task.level.example)


def test_the_shipped_tasks_are_there_in_the_order_of_reports() -> None:
    names = [task.name for task in in_order()]
    shipped = [n for n in names if n in {"sr", "denoise", "jpeg", "restore", "opinion"}]
    assert shipped == ["sr", "denoise", "jpeg", "restore", "opinion"]


def test_phrases_stand_within_a_sentence() -> None:
    assert task_named("sr").phrase == "super-resolution"
    assert task_named("jpeg").phrase == "JPEG artefact removal"


def test_letters_of_folders_mean_one_task_each() -> None:
    any_folder = [t for t in ALL if t.folder is not None and not t.folder.needs]
    letters = [t.level.letter for t in any_folder if t.level is not None]
    assert len(set(letters)) == len(letters)


@pytest.mark.parametrize(
    ("level", "name"),
    [
        ("x4", "sr"),
        ("x2", "sr"),
        ("n25", "denoise"),
        ("n12.5", "denoise"),
        ("q10", "jpeg"),
        (None, "sr"),
    ],
)
def test_a_level_tells_the_task_of_a_folder(level: str | None, name: str) -> None:
    known = folder_task(level)
    assert known is not None
    assert known[0].name == name
    assert known[1] == (level or "x4")


@pytest.mark.parametrize("level", ["", "4", "x", "x04", "x4.0", "q10.5", "n-1", "z3", "n1e3"])
def test_what_is_no_level_of_a_folder_has_no_task(level: str) -> None:
    assert folder_task(level) is None


@pytest.mark.parametrize(
    ("level", "text", "value"),
    [
        (Level("n", "decimal", "noise"), "n12.5", 12.5),
        (Level("q", "integer", "quality"), "q10", 10),
        (Level("", "name", "rain"), "heavy", "heavy"),
    ],
)
def test_levels_are_integers_decimals_or_names(level: Level, text: str, value: object) -> None:
    assert level.value(text) == value
    assert type(level.value(text)) is type(value)


def test_a_wrong_level_says_what_was_expected() -> None:
    with pytest.raises(
        UsageError, match=r"'q10\.5' is not a level; expected the JPEG quality, as in q10"
    ):
        task_named("jpeg").strength("q10.5")


def test_what_nobody_described_is_told_by_its_size() -> None:
    assert default_task(4).name == "sr"
    assert default_task().name == "restore"


def test_unknown_names_get_suggestions() -> None:
    with pytest.raises(
        UnknownNameError, match=r"no task is called 'denose'\. Did you mean 'denoise'"
    ):
        task_named("denose")
    with pytest.raises(
        ValidationError, match=r"no task is called 'denose'\. Did you mean 'denoise'"
    ):
        Thing(task="denose")
    with pytest.raises(ValidationError, match=r"no role is called 'targt'\. Did you mean 'target'"):
        Thing(role="targt")


def test_an_alias_becomes_the_name() -> None:
    assert Thing(task="iqa").task == "opinion"


def test_everything_registered_has_a_registered_task() -> None:
    assert {card.task for card in cards().values()} <= set(tasks().names())
    assert {set_facts(name).task for name in set_names()} <= set(tasks().names())
