"""The files of a restored sample as contents: crops for reports, and whole outputs where they are kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from iqabench.images import encode_image, encode_part, quantise
from iqabench.models.core.model import Model, Precision
from iqabench.models.core.restore_parts import RestoredParts
from iqabench.protocol import Domain
from iqabench.run.crops import cut_crops
from iqabench.samples import Sample
from iqabench.store import CropFolder
from iqabench.tasks import task_named


@dataclass(frozen=True)
class KeptOutput:
    """One output of a sample as the content of a file."""

    role: str
    """The role; empty for the role `output`."""
    ending: str
    """The ending of its format."""
    content: bytes


@dataclass(frozen=True)
class ResultFiles:
    """The files of one sample."""

    crops: Mapping[str, bytes] = field(default_factory=dict)
    """The contents of crops by their paths within the store."""
    outputs: tuple[KeptOutput, ...] = ()


@dataclass(frozen=True)
class FileMaker:
    """The maker of the files of a cell's samples."""

    model: str
    """The id of the model."""
    model_hash: str
    precision: Precision
    depths: Mapping[str, str]
    """The depth of each output of the model, by its role."""
    folder: CropFolder
    """The folder of crops of any sample of the set, within the store."""
    domain: Domain
    tile: int
    setting: str
    keeps_crops: bool
    """False for all draws of a model but the first."""
    keeps_outputs: bool
    keeps_floats: bool = False
    """True when kept outputs are not rounded to 8 bits."""
    marks: str = ""
    """The thing that masks of the model's task mark, such as a foreground."""
    independent: tuple[str, ...] = ()
    """The roles of the set's task whose images are of their own, such as references."""

    @classmethod
    def of_model(
        cls,
        model: Model,
        folder: CropFolder,
        domain: Domain,
        tile: int,
        setting: str,
        *,
        keeps_crops: bool,
        keeps_outputs: bool,
        keeps_floats: bool = False,
        independent: tuple[str, ...] = (),
    ) -> "FileMaker":
        """Return the maker of files of a loaded model."""
        depths = {role: signature.depth for role, signature in model.card.gives.items()}
        return cls(
            model.card.id,
            model.hash,
            model.precision,
            depths,
            folder,
            domain,
            tile,
            setting,
            keeps_crops,
            keeps_outputs,
            keeps_floats,
            task_named(model.card.task).marks,
            independent,
        )

    def make(self, sample: Sample, restored: RestoredParts, *, with_target: bool) -> ResultFiles:
        """Return the files of a sample; `with_target` says whether crops of input and target are wanted, too.

        Raises: ImageError when an output cannot be encoded.
        """
        return ResultFiles(
            self._crops(sample, restored, with_target=with_target),
            tuple(self._outputs(restored)) if self.keeps_outputs else (),
        )

    def _crops(
        self, sample: Sample, restored: RestoredParts, *, with_target: bool
    ) -> dict[str, bytes]:
        if self.domain != "image" or not self.keeps_crops:
            return {}
        folder = self.folder.of(sample.name)
        crops = cut_crops(sample, restored, self.marks, self.independent)
        if crops is None:
            return {}
        made = (self.model, self.model_hash, self.precision, self.tile, self.setting)
        pictures = {folder.model(*made): crops.output}
        pictures |= {folder.model(*made, role): crop for role, crop in crops.outputs.items()}
        if with_target:
            pictures |= {folder.input: crops.input}
            pictures |= {folder.part(name): crop for name, crop in crops.parts.items()}
            pictures |= {} if crops.target is None else {folder.target: crops.target}
        return {path.as_posix(): encode_image(crop, str(path)) for path, crop in pictures.items()}

    def _outputs(self, restored: RestoredParts) -> list[KeptOutput]:
        kept = []
        for role, part in restored.parts.items():
            name = "" if role == "output" else role
            is_8_bit = self.depths[role] == "uint8"
            if is_8_bit and self.keeps_floats:
                kept.append(KeptOutput(name, *encode_part(part.astype(np.float32))))
            elif is_8_bit and len(part) == 1:
                kept.append(KeptOutput(name, ".png", encode_image(part[0])))
            else:
                kept.append(KeptOutput(name, *encode_part(quantise(part) if is_8_bit else part)))
        return kept


def crops_of_set(name: str, set_hash: str, level: str) -> CropFolder:
    """Return the folder of crops of a set, within the store; `of` gives that of a sample."""
    return CropFolder(Path(), name, set_hash, level, "")
