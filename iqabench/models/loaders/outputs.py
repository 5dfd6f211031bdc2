"""Outputs that stand for a model: what was published or kept of a model that has no code.

    loader: outputs
    outputs: {folder: results}                                    results/vid4/calendar/001.png
    outputs: {manifest: vid4.csv, url: "https://.../{path}"}      set,role,sample,frame,path,bytes,sha256

They are restored by looking them up, by set, role and sample, and are checked and scored as any output is.
"""

import csv
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from torch import Tensor

from iqabench.errors import FactsError, ModelError
from iqabench.files import RemoteFile
from iqabench.files.disk import sha256_of
from iqabench.files.fetch import fetch
from iqabench.images import Part, image_files, read_image
from iqabench.models.core.card import Card
from iqabench.models.core.model import Model, Precision
from iqabench.order import order_trouble
from iqabench.pairing import clip_folders, frames_in, pair_names
from iqabench.samples import stack_frames

_COLUMNS = ["set", "role", "sample", "frame", "path", "bytes", "sha256"]

Clips = Mapping[str, Sequence[Path | RemoteFile]]
"""The frames of each sample in order."""


class OutputsModel(Model):
    """Outputs in the place of a network."""

    def __init__(
        self, card: Card, outputs_hash: str, files: Mapping[tuple[str, str], Clips]
    ) -> None:
        super().__init__(card, outputs_hash)
        self._files = files
        """The clips by set, which is empty where a folder does not name it, and role."""

    def forward(self, batch: Tensor) -> Tensor:
        """Raise ModelError: there is no network."""
        del batch
        raise ModelError(
            f"'{self.card.id}' is known by its outputs only: it has no network that could restore another "
            "image, or whose cost could be measured. Run it on a set that it has outputs of: "
            f"{', '.join(self._sets) or 'any whose samples have the names of its files'}."
        )

    def to(self, device: str, precision: Precision = "fp32") -> "Model":
        """Return the model itself: files are read on the CPU, whatever the device of the run."""
        del device, precision
        return self

    @property
    def _sets(self) -> list[str]:
        return sorted({name for name, _ in self._files if name})

    def outputs_of(self, images: str, sample: str, names: Sequence[str]) -> dict[str, Part]:
        """Return the outputs of one sample of the set `images` by role, (T, H, W, C) each.

        `names` are the names of all samples of the set, with which the names of files are paired.

        Raises: ModelError when there are none, or when frames are missing; FetchError; ImageError.
        """
        return {
            role: self._read(self._frames(images, role, sample, names)) for role in self.card.gives
        }

    def _frames(
        self, images: str, role: str, sample: str, names: Sequence[str]
    ) -> Sequence[Path | RemoteFile]:
        clips = self._files.get((images, role)) or self._files.get(("", role)) or {}
        if sample not in clips and clips:
            sample = pair_names(clips, names).pairs.get(sample, sample)
        if sample not in clips:
            known = (
                ", ".join(list(clips)[:6]) or f"none of this set, but of {', '.join(self._sets)}"
            )
            raise ModelError(
                f"'{self.card.id}' has no {role} of '{sample}' in {images}; it has {known}."
            )
        frames = clips[sample]
        trouble = order_trouble([Path(_name(frame)).name for frame in frames])
        if trouble:
            raise ModelError(
                f"the {role} of '{sample}' by '{self.card.id}' is not whole: {trouble}."
            )
        return frames

    def _read(self, frames: Sequence[Path | RemoteFile]) -> Part:
        remote = [frame for frame in frames if isinstance(frame, RemoteFile)]
        places = fetch(remote, owner=self.card.name) if remote else {}
        images = [
            read_image(places[frame] if isinstance(frame, RemoteFile) else frame, _name(frame))
            for frame in frames
        ]
        return stack_frames(images, f"the outputs of '{self.card.id}'").astype(np.float32)


def load_outputs(card: Card) -> OutputsModel:
    """Return the outputs of a card as a model; files of a manifest are brought when they are needed.

    Raises: ModelError for a folder that is absent or holds no images; FactsError for a wrong manifest.
    """
    assert card.outputs is not None
    if card.outputs.manifest:
        files, identity = _of_manifest(card)
    else:
        files, identity = _of_folder(card, card.folder / card.outputs.folder)
    return OutputsModel(card, hashlib.sha256(identity.encode()).hexdigest(), files)


def output_files(card: Card) -> list[RemoteFile]:
    """Return the files that a manifest lists for a model known by its outputs; none for any other card.

    Raises: FactsError for a wrong manifest.
    """
    if card.outputs is None or not card.outputs.manifest:
        return []
    clips, _ = _of_manifest(card)
    frames = (frame for of_role in clips.values() for clip in of_role.values() for frame in clip)
    return [frame for frame in frames if isinstance(frame, RemoteFile)]


def _name(frame: Path | RemoteFile) -> str:
    return frame.name if isinstance(frame, RemoteFile) else str(frame)


def _of_manifest(card: Card) -> tuple[dict[tuple[str, str], Clips], str]:
    assert card.outputs is not None
    path = card.folder / card.outputs.manifest
    files: dict[tuple[str, str], dict[str, list[Path | RemoteFile]]] = {}
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            if reader.fieldnames != _COLUMNS:
                raise FactsError(f"{path}:1: expected the columns {','.join(_COLUMNS)}.")
            rows = sorted(reader, key=lambda row: int(row["frame"]))
    except (OSError, ValueError) as error:
        raise FactsError(f"{path}: cannot be read as a table of outputs: {error}.") from error
    for row in rows:
        remote = RemoteFile(
            f"{card.id}/{row['sample']}/{Path(row['path']).name}",
            card.outputs.url.replace("{path}", row["path"].replace(" ", "%20")),
            row["sha256"],
            int(row["bytes"]),
            page=card.outputs.page,
        )
        of_role = files.setdefault((row["set"], row["role"]), {})
        of_role.setdefault(row["sample"], []).append(remote)
    return dict(files), "\n".join(f"{row['sample']} {row['frame']} {row['sha256']}" for row in rows)


def _of_folder(card: Card, folder: Path) -> tuple[dict[tuple[str, str], Clips], str]:
    """Return the clips of a folder, and a text that changes with every file."""
    if not folder.is_dir():
        raise ModelError(
            f"the card of '{card.name}' names the outputs in {folder}, which is no folder. Put them there, "
            "or correct outputs on the card."
        )
    files: dict[tuple[str, str], dict[str, list[Path]]] = {}
    for name, place in {"": folder, **{p.name: p for p in _folders(folder)}}.items():
        for role in card.gives:
            within = place / role if len(card.gives) > 1 else place
            clips = _clips(within) if within.is_dir() else {}
            if clips:
                files[name, role] = clips
    if not files:
        raise ModelError(
            f"there are no images in {folder}; expected SAMPLE.png, or SAMPLE/FRAME.png for clips, in it or "
            "in a folder with the name of the set."
        )
    paths = sorted({p for clips in files.values() for frames in clips.values() for p in frames})
    return dict(files), "\n".join(f"{p.relative_to(folder)} {sha256_of(p)}" for p in paths)


def _clips(folder: Path) -> dict[str, list[Path]]:
    clips = {path.stem: [path] for path in image_files(folder)}
    return clips | {place.name: frames_in(place) for place in clip_folders(folder)}


def _folders(folder: Path) -> list[Path]:
    return [p for p in sorted(folder.iterdir()) if p.is_dir() and not p.name.startswith(".")]
