"""Trials of the class "names": images, folders and models with names that mean something to somebody.

Names come back as they are: in HTML as text and never as markup, in LaTeX as text and never as a command, on
a terminal without control characters; and no name is taken for an option.
"""

import random
import re
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

from trials.inputs import picture
from trials.trial import Command, Ended, Steps, Trial

_NAMES = [
    "<script>alert(1)<&script>", "<img src=x onerror=alert(1)>", "a&amp;b", "'\"><b>x", "</style><i>",
    "{{ 7*7 }}", "{% raw %}", "${x}", "%s%n", "\\input{x}", "$\\alpha$_^~#%&{}", "x_1^2", "50% off", "~tilde",
    "a\x1b[31mred", "bell\x07", "tab\there", "line\nbreak", "return\rover", "null\x01one", "\x7fdel",
    "-rf", "--help", "--store=x", "-", "=1+1", "@sum", "+1", "a,b", "a;b", "a|b", "a\"b", "a'b", "a b",
    " lead", "dot.", "..double", "ends .png", "COM1", "nul", "con.txt",
    "\u00e9", "e\u0301", "\u00df", "\u65e5\u672c\u8a9e", "\u0627\u0644\u0639", "\u202egnp",
    "\U0001f469\u200d\U0001f680", "\u200bzero", "\ufb01", "\u0130", "A" * 240, "\u00e9" * 120,
    "x4", "2x", "0", "007", "1e5", "None", "true", "nan",
]  # fmt: skip
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e]")


def trials(seed: int, tries: int, inputs: Path) -> Iterator[Trial]:
    """Give trials; each has a folder and images with names drawn from the seed."""
    del inputs
    for number in range(tries):
        rng = random.Random(f"names {seed} {number}")
        yield Trial("names", f"names {number}", partial(_steps, rng))


def _steps(rng: random.Random, top: Path) -> Steps:
    own = rng.choice(_NAMES).replace("/", "&")
    folder = top / own
    folder.mkdir(exist_ok=True)
    names = rng.sample(_NAMES, 3)
    for number, name in enumerate(names):
        picture(number, 32).save(folder / f"{name[:200]}.png"[-255:].replace("/", "&"), "png")
    told = f"folder {own!r}, images {names!r}"
    given = f"./{own}" if rng.random() < 0.5 else str(folder)
    commands = [
        [
            "run",
            "--model",
            "bicubic",
            "--set",
            given,
            "--scale",
            "2",
            "--store",
            "store",
            "--per-image",
        ],
        [
            "score",
            given,
            "--target",
            given,
            "--column",
            "psnr",
            "--store",
            "store",
            "--name",
            f"={own}",
        ],
        ["report", "--store", "store", "--html", "--out", "report"],
        ["report", "--store", "store", "--latex"],
        ["report", "--store", "store", "--csv"],
    ]
    for words in commands:
        ended = yield Command(words, top)
        if words[-1] == "--csv":
            ended.out = ""  # programs read it: names stand there as they are
        if fault := ended.fault(0) or _fault_of_streams(ended):
            return f"{told}: {words[0]}: {fault}"
        if words[-1] == "--latex" and re.search(r"(?<!\\textbackslash)\\input\{", ended.out):
            return f"{told}: LaTeX has a command of a name"
    for page in (top / "report").rglob("*.html"):
        if fault := _fault_of_page(page):
            return f"{told}: {page.name}: {fault}"
    return ""


def _fault_of_streams(ended: Ended) -> str:
    for name, text in (("stdout", ended.out), ("stderr", ended.err)):
        if match := _CONTROL.search(text):
            around = text[max(0, match.start() - 60) :][:120]
            return f"{name} has the control character {match[0]!r}: {around!r}"
    return ""


def _fault_of_page(page: Path) -> str:
    parser = _Markup()
    parser.feed(page.read_text(encoding="utf-8"))
    return parser.fault


class _Markup(HTMLParser):
    """The reading of a page that notes markup which came from a name."""

    fault = ""
    _script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._script = tag == "script"
        if any(name == "onerror" or (value == "x" and name == "src") for name, value in attrs):
            self.fault = f"a name has become the element {tag} {attrs}"

    def handle_data(self, data: str) -> None:
        if self._script and data.strip().startswith("alert(1)"):
            self.fault = "a name has become a script"
