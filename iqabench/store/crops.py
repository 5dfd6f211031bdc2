"""Crops: for every sample one small window, the same for input, target and all models.

They are shown beside the numbers, a few kilobytes each; whole outputs are kept only on request.

    STORE/crops/SET_LEVEL-SETHASH/SAMPLE/target.png  input.png  model-NAME-HASH[-bf16][-tile48].png
                                         part-mask.png  part-input-2.png  model-NAME-HASH.low.png

A set without targets has no target.png. Further parts of a sample (masks, a second source) are named by their
roles, further outputs of a model by theirs.
"""

import hashlib
import re
from dataclasses import dataclass, replace
from pathlib import Path

_PART = "part-"


@dataclass(frozen=True)
class CropFolder:
    """The folder of the crops of one sample."""

    store: Path
    set: str
    set_hash: str
    level: str
    sample: str

    @property
    def path(self) -> Path:
        """The path of the folder; it exists once a crop was written."""
        name = f"{file_name(self.set)}_{file_name(self.level)}-{self.set_hash[:8]}"
        return self.store / "crops" / name / file_name(self.sample)

    def of(self, sample: str) -> "CropFolder":
        """Return the folder of another sample of the set."""
        return replace(self, sample=sample)

    @property
    def target(self) -> Path:
        """The file of the target's crop."""
        return self.path / "target.png"

    @property
    def input(self) -> Path:
        """The file of the input's crop, at the size of the input."""
        return self.path / "input.png"

    @property
    def parts(self) -> dict[str, Path]:
        """The files of the crops of further parts that are there, by name."""
        files = sorted(self.path.glob(f"{_PART}*.png"))
        return {file.stem.removeprefix(_PART): file for file in files}

    @property
    def originals(self) -> list[Path]:
        """The files that are there of all crops but those of outputs."""
        return [
            *(file for file in (self.input, self.target) if file.exists()),
            *self.parts.values(),
        ]

    def part(self, name: str) -> Path:
        """Return the file of the crop of a further part."""
        return self.path / f"{_PART}{name}.png"

    def model(
        self,
        model: str,
        model_hash: str,
        precision: str = "fp32",
        tile: int = 0,
        setting: str = "",
        role: str = "",
    ) -> Path:
        """Return the file of the crop of a model's output under those conditions.

        `role` is that of a further output; empty for the output itself.
        """
        marks = (
            "" if precision == "fp32" else precision,
            f"tile{tile}" if tile else "",
            file_name(setting),
        )
        condition = "".join(f"-{mark}" for mark in marks if mark)
        ending = f".{role}.png" if role else ".png"
        return self.path / f"model-{file_name(model)}-{model_hash[:8]}{condition}{ending}"


def file_name(text: str) -> str:
    """Return a file name for any text: plain names stay, others are shortened and get a hash."""
    plain = re.sub(r"[^A-Za-z0-9._@+-]+", "_", text).lstrip(".")[-60:]
    if plain == text:
        return plain
    return f"{plain}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"
