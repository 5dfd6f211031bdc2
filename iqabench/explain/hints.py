"""The hints: habits that outputs and targets do not show, told where nothing computed explains a claim."""

from functools import cache
from pathlib import Path

from iqabench.explain.effect import usual_answer
from iqabench.explain.explanation import Explanation
from iqabench.facts import Facts, read_yaml, validate
from iqabench.tasks import in_order

_FILE = Path(__file__).with_name("known.yaml")


class Hint(Facts):
    """A habit that is known of a set or a task, with the evidence."""

    name: str
    sets: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    above: tuple[float, float]
    """The range in dB, of the claim minus the figure of the outputs, in which it may be the reason."""
    words: str
    """The habit and what it costs, without a full stop."""
    source: str


@cache
def known_hints() -> tuple[Hint, ...]:
    """Return all hints."""
    rows = read_yaml(_FILE)
    return tuple(validate(Hint, row, _FILE, [at]) for at, row in enumerate(rows))


def hints(explanation: Explanation) -> list[Hint]:
    """Return the hints that a claim may be explained by, those of the set first."""
    usual = usual_answer(explanation)
    if usual is None:
        return []
    above = -usual.psnr_difference
    likely = [hint for hint in known_hints() if hint.above[0] <= above <= hint.above[1]]
    of_set = [hint for hint in likely if explanation.set in hint.sets]
    tasks = _tasks(explanation)
    return of_set + [h for h in likely if h not in of_set and tasks.intersection(h.tasks)]


def _tasks(explanation: Explanation) -> set[str]:
    """Return the task of the set; that of a folder is told by the protocol of its papers."""
    home = explanation.usual.home
    of_protocol = {task.name for task in in_order() if task.protocol == home}
    is_default = home in ("sr-y", "rgb")
    return {explanation.task} if is_default else {explanation.task} | of_protocol
