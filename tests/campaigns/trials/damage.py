"""Trials of the class "damage": commands are given damaged files of every kind that they read.

A command may fail, or read what is still readable. It may not print a traceback or a library's chatter, run
for longer than a minute, take gigabytes, or execute anything that a file says.
"""

import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from trials import valid_files, valid_models
from trials.inputs import copied, folder_of_images
from trials.mutations import mutated
from trials.trial import Command, Steps, Trial


@dataclass(frozen=True)
class Kind:
    """A kind of file, and the commands that read it."""

    name: str
    make: Callable[[Path], Sequence[Path]]
    """Makes valid files in a folder; each of them is damaged in turn."""
    commands: Sequence[Sequence[str]]
    """Commands that read it: {file} is the damaged file, {top} the folder it lies in."""
    environment: dict[str, str] = field(default_factory=dict)
    text: bool = False
    share: int = 1
    """The weight of the kind among all trials."""


_SCORE = (
    "score",
    "{top}",
    "--target",
    "{inputs}/targets",
    "--column",
    "psnr",
    "--store",
    "store",
    "--json",
)
_RUN_SET = (
    "run",
    "--model",
    "bicubic",
    "--set",
    "{top}",
    "--scale",
    "2",
    "--store",
    "store",
    "--json",
)
_RUN_MODEL = (
    "run",
    "--model",
    "{file}",
    "--set",
    "{inputs}/targets",
    "--limit",
    "1",
    "--store",
    "store",
)
_SHOW = ("show", "model", "mynet")
_FROM_STORE = (
    ("report", "--store", "{top}", "--json"),
    ("run", "--model", "bicubic", "--set", "{inputs}/targets", "--scale", "4", "--store", "{top}"),
    ("doctor", "--store", "{top}"),
)


def _image(ending: str, share: int = 2) -> Kind:
    return Kind(ending, partial(valid_files.image, ending), (_SCORE, _RUN_SET), share=share)


KINDS = [
    *(_image(ending) for ending in valid_files.IMAGE_ENDINGS),
    Kind("npy and npz", valid_files.arrays, (_SCORE,)),
    Kind("state dictionary", valid_models.state_dictionary, (_RUN_MODEL,), share=3),
    Kind("safetensors", valid_models.safetensors_file, (_RUN_MODEL,), share=2),
    Kind("pickle with a payload", valid_models.payload_pickle, (_RUN_MODEL,)),
    Kind("TorchScript", valid_models.torch_script, (_RUN_MODEL,), share=2),
    Kind("exported program", valid_models.exported_program, (_RUN_MODEL,)),
    Kind("ONNX", valid_models.onnx_file, (_RUN_MODEL,), share=2),
    Kind("MATLAB", valid_models.matlab_file, (_RUN_MODEL,), share=2),
    Kind("card", valid_models.card, (_SHOW, ("list", "models")),
         {"IQABENCH_MODELS": "{top}"}, text=True, share=4),
    Kind("board", valid_files.board, (("reproduce", "mine", "--published"), ("list", "boards")),
         {"IQABENCH_BOARDS": "{top}"}, text=True, share=4),
    Kind("protocols", valid_files.protocols, (("list", "protocols"),),
         {"IQABENCH_PROTOCOLS": "{file}"}, text=True),
    Kind("journal", valid_files.journal, _FROM_STORE, text=True, share=3),
    Kind("Parquet", valid_files.parquet, _FROM_STORE, share=3),
    Kind("store.json", valid_files.store_version, _FROM_STORE, text=True),
    Kind("run.json", valid_files.saved_outputs, (("score", "{top}", "--column", "psnr", "--store", "store"),),
         text=True),
    Kind("pairs", valid_files.pairs, ((*_SCORE, "--pairs", "{file}"),), text=True),
    Kind("archive", valid_files.archive, (("unpack", "{file}"),), share=2),
]  # fmt: skip


def trials(seed: int, tries: int, inputs: Path) -> Iterator[Trial]:
    """Give trials of all kinds in turn, with files, damages and commands drawn from the seed."""
    folder_of_images(inputs / "targets")
    order = [kind for kind in KINDS for _ in range(kind.share)]
    random.Random("order").shuffle(order)
    made: dict[str, tuple[Path, Sequence[Path]]] = {}
    for number in range(tries):
        kind = order[number % len(order)]
        rng = random.Random(f"damage {seed} {number}")
        yield Trial(
            f"damage: {kind.name}", f"damage {number}", partial(_steps, kind, rng, made, inputs)
        )


def _steps(
    kind: Kind,
    rng: random.Random,
    made: dict[str, tuple[Path, Sequence[Path]]],
    inputs: Path,
    folder: Path,
) -> Steps:
    if kind.name not in made:
        top = inputs / kind.name.replace(" ", "_")
        shutil.rmtree(top, ignore_errors=True)
        top.mkdir()
        ended = yield Command([], folder, action=partial(kind.make, top))
        if fault := ended.fault(0):
            return f"the valid file could not be made: {fault}"
        made[kind.name] = top, [top / line for line in ended.out.splitlines()]
    source, files = made[kind.name]
    top = copied(source, folder)
    file = top / rng.choice(files).relative_to(source)
    data, damage = mutated(file.read_bytes(), rng, text=kind.text)
    file.write_bytes(data)
    places = {"file": file, "top": top, "inputs": inputs}
    words = [word.format(**places) for word in rng.choice(kind.commands)]
    environment = {name: value.format(**places) for name, value in kind.environment.items()}
    if words[0] == "unpack":
        ended = yield Command([], folder, action=partial(valid_files.unpack, file))
    else:
        ended = yield Command(words, folder, environment=environment)
    if outside := list(folder.parent.parent.glob("ESCAPED*")):
        return f"{damage}: an archive wrote {outside[0].name} outside its folder"
    fault = ended.fault()
    return f"{damage}: {' '.join(words)}: {fault}" if fault else ""
