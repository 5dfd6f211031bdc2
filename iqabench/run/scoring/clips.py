"""The scoring of clips that exist already: folders of frames, compared as the outputs of a model are."""

from dataclasses import replace
from pathlib import Path

from iqabench.errors import ImageError, PairingError, UsageError
from iqabench.images import image_files
from iqabench.models.core.card import Card, OutputsPlace
from iqabench.models.core.signature import Signature
from iqabench.pairing import (
    NamesError,
    Pairing,
    clip_folders,
    no_clips_in_words,
    pair_names,
    unpaired_in_words,
    unread_in_words,
    videos_in_words,
)
from iqabench.run.evaluate import evaluate
from iqabench.run.executors.placement import LOCAL, Placement
from iqabench.run.outcome import NO_OUTPUT, Outcome
from iqabench.run.plan import Cell, Options, by_domain, columns_of_set
from iqabench.run.progress import UNWATCHED, Watch, announce
from iqabench.sets import SampleSet
from iqabench.store import Store


def holds_clips(place: Path) -> bool:
    """Return whether a folder holds folders of frames, which have numbers, and no images beside them.

    Raises: ImageError when it holds videos in their place.
    """
    if not place.is_dir() or image_files(place):
        return False
    clips, videos = clip_folders(place), videos_in_words([place])
    if videos and not clips:
        raise ImageError(f"{place} holds no images: {videos}.")
    return any(all(_has_number(frame) for frame in image_files(clip)) for clip in clips)


def _has_number(frame: Path) -> bool:
    return any(character.isdigit() for character in frame.stem)


def score_clips(
    outputs: Path,
    images: SampleSet,
    store: Store,
    columns: list[str],
    name: str = "",
    device: str = "auto",
    watch: Watch = UNWATCHED,
    *,
    force: bool = False,
    placement: Placement = LOCAL,
) -> Outcome:
    """Score a folder with a folder of frames for each clip; figures are means over frames, then over clips.

    Clips are paired with those of the set by name; single frames are records of their own. A clip with a gap,
    or with another number of frames than its target, fails with that reason.

    Raises: PairingError when nothing pairs; UsageError when a column needs targets and there are none;
        SetError for columns that the set does not define.
    """
    if not columns and not any(sample.has_target for sample in images):
        raise UsageError(
            "there are no targets; name them with --target DIR or --set NAME, or name columns that need "
            "none, as in --column niqe."
        )
    pairing = _paired(outputs, images)
    card = _card(outputs, name, images)
    chosen = by_domain(columns_of_set(images, columns))
    if any(domain != "image" for domain, _ in chosen):
        raise UsageError(
            "outputs that exist already are compared as they are; name protocols that restore nothing, as in "
            "psnr@y."
        )
    cells = [Cell(card.name, card, images, *of_domain) for of_domain in chosen]
    announce(watch, cells)
    options = Options(device=device, force=force)
    outcome = _told(evaluate(cells, store, options, watch, placement), pairing)
    outcome.missing += [
        *unread_in_words(outputs),
        *no_clips_in_words(outputs),
        *unpaired_in_words("output", "target", pairing.outputs_without_target),
    ]
    outcome.notes += [f"paired by: {rule}" for rule in pairing.rules]
    return outcome


def _paired(outputs: Path, images: SampleSet) -> Pairing:
    """Return the pairs of folders of frames and clips of a set.

    Raises: PairingError when names cannot be paired.
    """
    try:
        return pair_names([p.name for p in clip_folders(outputs)], [s.name for s in images])
    except NamesError as error:
        raise PairingError(
            f"{error.reason} Clips are paired by the names of their folders: rename those in {outputs}, or "
            "add --recursive to score each frame by itself."
        ) from error


def _told(outcome: Outcome, pairing: Pairing) -> Outcome:
    """Return the outcome in which clips without an output are missing, as single images would be."""
    absent = set(pairing.targets_without_output)
    outcome.failures = [
        replace(each, error=NO_OUTPUT, is_missing=True) if each.sample in absent else each
        for each in outcome.failures
    ]
    return outcome


def _card(outputs: Path, name: str, images: SampleSet) -> Card:
    """Return the card of a folder of clips, by default with the name of the folder."""
    has_targets = any(sample.has_target for sample in images)
    return Card(
        id=name or outputs.resolve().name,
        family="outputs",
        title=f"outputs in {outputs}",
        task=images.task,
        scale=images.scale,
        loader="outputs",
        channels="any",
        takes={"target" if has_targets else "input": Signature(frames="all")},
        gives={"output": Signature(frames="all", scale="1")},
        outputs=OutputsPlace(folder=str(outputs.resolve())),
    )
