"""The survey of a folder before any claim is looked at: what its files show, and how to undo it."""

from dataclasses import dataclass, field

from iqabench.explain.damage import Examination, Finding, Repair, examine, findings
from iqabench.explain.damage.mispairing import Thumbnail, in_words, mispairing, thumbnail
from iqabench.explain.folder import PairedFolder
from iqabench.explain.input_consistency import consistency, inconsistency
from iqabench.explain.scale_consistency import other_scale, scale_errors


@dataclass
class Survey:
    """The things that the files of a folder show."""

    usable: list[str] = field(default_factory=list)
    """The samples whose output can be compared as it is."""
    repairable: list[str] = field(default_factory=list)
    """The samples whose output can be compared once everything found is undone."""
    failures: dict[str, str] = field(default_factory=dict)
    """The reason why a sample cannot be compared as it is, by sample."""
    source: dict[str, str] = field(default_factory=dict)
    """The sample whose output shows a sample's target, where it is not its own."""
    findings: list[Finding] = field(default_factory=list)
    repair: Repair = field(default_factory=Repair)
    inputs: dict[str, float] = field(default_factory=dict)
    """Consistency in dB under each resize, once everything found is undone."""

    @property
    def is_repaired(self) -> bool:
        """True when something was found that can be undone."""
        return bool(self.source) or not self.repair.is_nothing


def survey(folder: PairedFolder) -> Survey:
    """Look at every pair of a folder."""
    result = Survey()
    thumbnails: dict[str, tuple[Thumbnail, Thumbnail]] = {}
    examined: dict[str, Examination] = {}
    for sample, images, error in folder.load(folder.samples, "what the files show"):
        if images is None:
            result.failures[sample] = error
            continue
        output, target = images
        thumbnails[sample] = thumbnail(output), thumbnail(target)
        if output.shape == target.shape:
            result.usable.append(sample)
        else:
            sizes = [f"{image.shape[1]}x{image.shape[0]}" for image in images]
            result.failures[sample] = (
                f"the output is {sizes[0]}, its target {sizes[1]}; they are never resized to fit."
            )
        examination = examine(output, target)
        if examination is not None:
            examined[sample] = examination
    if 2 * sum(bool(e.turn) for e in examined.values()) < len(thumbnails):
        examined |= _paired_anew(folder, result, thumbnails)
    if examined:
        found, result.repair = findings(list(examined.values()))
        result.findings += found
        _look_at_inputs(folder, result, list(examined))
    return result


def _paired_anew(
    folder: PairedFolder, result: Survey, thumbnails: dict[str, tuple[Thumbnail, Thumbnail]]
) -> dict[str, Examination]:
    """Return the examinations of outputs beside the targets that they show, where their names mislead."""
    outputs = {sample: pair[0] for sample, pair in thumbnails.items()}
    result.source = mispairing(outputs, {sample: pair[1] for sample, pair in thumbnails.items()})
    if not result.source:
        return {}
    result.findings.append(Finding("wrong pairs", in_words(result.source), "rename the outputs"))
    loaded = folder.load(list(result.source), "wrong pairs", result.source)
    anew = {sample: examine(*images) for sample, images, _ in loaded if images is not None}
    return {sample: one for sample, one in anew.items() if one is not None}


def _look_at_inputs(folder: PairedFolder, result: Survey, samples: list[str]) -> None:
    """Tell from which inputs outputs were made, once everything found is undone."""
    errors, scales = [], []
    for sample, images, _ in folder.load(samples, "inputs", result.source):
        assert images is not None
        output, target = result.repair(*images)
        if output.shape != target.shape:
            continue
        result.repairable.append(sample)
        errors.append(inconsistency(output, target, folder.scale))
        scales.append(scale_errors(output, target))
    result.inputs = consistency(errors)
    words = other_scale(scales, folder.scale)
    if words and not any(f.quality for f in result.findings):
        remedy = "compare outputs of the claim's scale, and name it with --scale"
        result.findings.append(Finding("another scale", words, remedy))
