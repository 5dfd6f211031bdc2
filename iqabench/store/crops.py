"""Small cuts of what was seen: for every sample one window, the same for input, target and all models.

They are the evidence beside the numbers, a few kilobytes each; whole outputs are kept on request alone.

    STORE/crops/SET_LEVEL-SETHASH/SAMPLE/target.png  input.png  model-NAME-HASH[-bf16][-tile48].png
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class CropFolder:
    """Where the cuts of one sample lie."""

    store: Path
    set: str
    set_hash: str
    level: str
    sample: str

    @property
    def path(self) -> Path:
        """The folder; it exists once something was cut."""
        name = f"{file_name(self.set)}_{file_name(self.level)}-{self.set_hash[:8]}"
        return self.store / "crops" / name / file_name(self.sample)

    @property
    def target(self) -> Path:
        """The window of the target."""
        return self.path / "target.png"

    @property
    def input(self) -> Path:
        """The same window of the input, at the input's own size."""
        return self.path / "input.png"

    def model(self, model: str, model_hash: str, precision: str = "fp32", tile: int = 0) -> Path:
        """The same window of what a model made of it, under the conditions that were asked for."""
        condition = ("" if precision == "fp32" else f"-{precision}") + (
            f"-tile{tile}" if tile else ""
        )
        return self.path / f"model-{file_name(model)}-{model_hash[:8]}{condition}.png"


def file_name(text: str) -> str:
    """A file name for any text: plain names stay, others are shortened and told apart by a hash."""
    plain = re.sub(r"[^A-Za-z0-9._@+-]+", "_", text).lstrip(".")[-60:]
    if plain == text:
        return plain
    return f"{plain}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"
