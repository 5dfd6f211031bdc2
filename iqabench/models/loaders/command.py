"""The loader of `cmd:PROGRAM {input} {output}`: any program that reads and writes PNG files is a model."""

import hashlib
import shlex
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from iqabench.errors import ModelError, UsageError
from iqabench.images import read_image, write_image
from iqabench.models.core.card import Card
from iqabench.models.core.convention import AS_FOUND, CallingConvention
from iqabench.models.core.model import Model
from iqabench.models.sources.command_files import command_files
from iqabench.models.sources.digest import digest_of_files, joined
from iqabench.tasks import Ratio, default_task


class CommandModel(Model):
    """A program that reads an 8-bit PNG at {input} and writes one at {output}."""

    def __init__(self, card: Card, words: list[str]) -> None:
        own = hashlib.sha256("\0".join(words).encode()).hexdigest()
        super().__init__(card, joined(own, digest_of_files(command_files(words))))
        self._words = words

    def forward(self, batch: Tensor) -> Tensor:
        """Restore a batch of one image (see `Model.forward`); the program runs without a shell.

        Raises: ModelError for a colour image that is finer than 8 bits, and when the program fails.
        """
        if batch.shape[1] == 3 and bool((batch != batch.round()).any()):
            raise ModelError(
                f"'{self._words[0]}' reads PNG files of 8 bits, and this image has more: it would be cut. "
                "Give it the set in 8 bits, or make it a model that Python calls."
            )
        with tempfile.TemporaryDirectory(prefix="iqabench-") as folder:
            source, result = Path(folder, "input.png"), Path(folder, "output.png")
            write_image(source, batch[0].permute(1, 2, 0).cpu().numpy())
            places = {"{input}": str(source), "{output}": str(result)}
            words = [_filled(word, places) for word in self._words]
            self._call(words)
            if not result.is_file():
                raise ModelError(
                    f"'{words[0]}' ended without an error but wrote no file at {{output}}."
                )
            image = read_image(result, "the command's output").astype(np.float32)
        return torch.from_numpy(image).permute(2, 0, 1)[None]

    def _call(self, words: list[str]) -> None:
        try:
            process = subprocess.run(words, capture_output=True, text=True, check=False)
        except OSError as error:
            raise ModelError(f"'{words[0]}' cannot be started: {error.strerror}.") from error
        if process.returncode:
            last = (process.stderr or process.stdout).strip().splitlines()[-1:]
            raise ModelError(
                f"'{words[0]}' ended with status {process.returncode}: {' '.join(last)}"
            )


def load_command(name: str, scale: Ratio, convention: CallingConvention = AS_FOUND) -> Model:
    """Load the program behind `cmd:` as a model with the scale of the set.

    Raises: UsageError when {input} or {output} is missing, or when a range or an output is declared.
    """
    if convention.range or convention.output:
        raise UsageError(
            f"{convention.options} does not hold for a command, which reads and writes PNG files of 8 bits; "
            "expected --multiple or --channels only."
        )
    try:
        words = shlex.split(name.removeprefix("cmd:"))
    except ValueError as error:
        raise UsageError(f"'{name}' is not a command line: {error}.") from error
    if (
        not words
        or not any("{input}" in w for w in words)
        or not any("{output}" in w for w in words)
    ):
        raise UsageError(
            f"'{name}' lacks {{input}} or {{output}}; expected cmd:PROGRAM {{input}} {{output}}."
        )
    card = Card(
        id=name,
        family="command",
        title=f"the command {words[0]}",
        task=default_task(scale).name,
        scale=scale,
        loader="command",
        channels="any",
    )
    return CommandModel(card, words)


def _filled(word: str, places: dict[str, str]) -> str:
    for name, path in places.items():
        word = word.replace(name, path)
    return word
