"""The explanation of a claim, from a folder of outputs and their targets."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from iqabench.errors import ImageError, UsageError
from iqabench.explain.brightness import MATCHES, Images, brightness_differs, matched
from iqabench.explain.claim import Claim
from iqabench.explain.damage import Finding, jpeg_error
from iqabench.explain.figures import ReadingFigures, gives
from iqabench.explain.folder import PairedFolder
from iqabench.explain.named import expressed_protocols, whole_protocols
from iqabench.explain.protocol_figures import whole_figures
from iqabench.explain.reading import Reading, usual_reading
from iqabench.explain.search import search
from iqabench.explain.similarity_ways import MATCHED, NOT_MATCHED
from iqabench.explain.survey import Survey, survey
from iqabench.explain.verdict import Answer, answer
from iqabench.images import Image
from iqabench.pairing import Pairing
from iqabench.protocols import protocol
from iqabench.run import UNWATCHED, Outputs, PairingOptions, Targets, Watch


@dataclass(frozen=True)
class Explanation:
    """All readings beside the claim, with what the files show."""

    claim: Claim
    answers: list[Answer]
    """All readings beside the claim, those that give it first."""
    findings: list[Finding]
    """The things that the files show, each with its evidence."""
    restored: float | None
    """PSNR in dB of the papers' reading once everything found is undone (for JPEG an estimate); else None."""
    inputs: dict[str, float]
    """Consistency in dB under each resize."""
    failures: list[str]
    """Pairs that could not be compared, with the reason."""
    pairing: Pairing
    name: str
    """The name of the folder of outputs."""
    usual: Reading
    """The reading of the papers that the claim is of."""
    set: str
    """The name of the set of the targets."""
    task: str
    """The task of that set."""


def explain(
    outputs: Path,
    targets: Targets,
    claim: Claim,
    watch: Watch = UNWATCHED,
    *,
    options: PairingOptions | None = None,
    home: str | None = None,
) -> Explanation:
    """Compute every reading of a folder of outputs, and compare it with the claim.

    `home` is the protocol of the papers that the claim is of; by default that of the targets.

    Raises: PairingError when no output has a target; ImageError when no pair can be compared; UsageError and
        UnknownNameError for a protocol that no claim can be of.
    """
    folder = PairedFolder(Outputs(outputs, targets, options or PairingOptions()), watch)
    usual = usual_reading(_home(targets.protocol, home))
    seen = survey(folder)
    figures: list[ReadingFigures] = []
    if seen.usable:
        images = partial(_images, folder, seen.usable)
        figures = _of_files(claim, images, folder.scale, usual, _folders(seen.usable))
    explained = any(f.reading == usual and gives(claim, f) for f in figures)
    repaired: list[ReadingFigures] = []
    if seen.is_repaired and seen.repairable and not explained:
        repaired = _repaired(claim, folder, seen, usual)
    if not figures and not repaired:
        raise ImageError(f"no pair can be compared. {next(iter(seen.failures.values()))}")
    answers = answer(claim, figures) + answer(_with_slack(claim, seen.findings), repaired)
    return Explanation(
        claim,
        sorted(answers, key=Answer.rank),
        seen.findings,
        _restored(folder, seen, figures[0] if figures else None, repaired),
        seen.inputs,
        _failures(seen, repaired),
        folder.outputs.pairing,
        outputs.name,
        usual,
        targets.subject.set,
        targets.subject.task,
    )


def _home(of_targets: str, asked: str | None) -> str:
    """Return the protocol of the papers: the one that is asked for, that of the targets, or rgb.

    Raises: UsageError for a protocol that images of 8 bits and their targets are not enough for;
        UnknownNameError for one that does not exist.
    """
    known = {*expressed_protocols(), *(one.name for one in whole_protocols())}
    if asked is None:
        return of_targets if of_targets in known else "rgb"
    if protocol(asked).name not in known:
        raise UsageError(
            f"a claim cannot be explained under protocol '{asked}': it compares something else than 8-bit "
            "outputs with their targets. Name another, such as sr-y, rgb or rain13k-y ('iqabench list "
            "protocols' shows them all)."
        )
    return asked


def _folders(samples: Sequence[str]) -> list[str]:
    """Return the folder of each sample, or nothing where all lie in one."""
    folders = [sample.rpartition("/")[0] for sample in samples]
    return folders if len(set(folders)) > 1 else []


def _of_files(
    claim: Claim, images: Images, scale: int, usual: Reading, folders: Sequence[str]
) -> list[ReadingFigures]:
    """Return the figures of outputs as they lie in the files, the papers' reading first."""
    whole = (
        [] if not usual.protocol else whole_figures([protocol(usual.home)], images, scale, usual)
    )
    figures = whole + search(claim, images, scale, usual, folders=folders)
    if gives(claim, figures[0]):
        return figures
    figures += _matched(claim, images, scale, figures[0])
    if not any(gives(claim, f) for f in figures):
        others = [p for p in whole_protocols() if p.name != usual.protocol]
        figures += whole_figures(others, images, scale, usual)
    return figures


def _images(folder: PairedFolder, samples: Sequence[str]) -> Iterator[tuple[Image, Image]]:
    for _, images, error in folder.load(samples, "readings"):
        assert images is not None, error
        yield images


def _matched(
    claim: Claim, images: Images, scale: int, plain: ReadingFigures
) -> list[ReadingFigures]:
    """Return the readings of outputs that were matched to the brightness of their targets.

    `plain` is the papers' reading of the outputs as they are: one column of a table may be of these.
    """
    if not brightness_differs(images):
        return []
    usual, found = plain.reading, []
    for way, kind in MATCHES.items():
        figures = search(claim, matched(images, kind), scale, usual, way)
        found += figures
        of_matched = next(f for f in figures if f.reading == replace(usual, files=way))
        if claim.ssim is not None and not usual.protocol:
            one = replace(of_matched.reading, ssim_of=NOT_MATCHED)
            other = replace(usual, ssim_of=MATCHED)
            found.append(ReadingFigures(one, of_matched.psnr, plain.ssim))
            found.append(ReadingFigures(other, plain.psnr, of_matched.ssim))
    return found


def _repaired(
    claim: Claim, folder: PairedFolder, seen: Survey, usual: Reading
) -> list[ReadingFigures]:
    """Return the readings of outputs with everything found undone."""

    def images() -> Iterator[tuple[Image, Image]]:
        for _, both, error in folder.load(seen.repairable, "readings", seen.source):
            assert both is not None, error
            yield seen.repair(*both)

    figures = search(_with_slack(claim, seen.findings), images, folder.scale, usual)
    if seen.repair.luma == "luma":  # it is of studio swing already
        figures = [f for f in figures if f.reading.grey == "as they are"]
        figures = [f._replace(reading=replace(f.reading, grey="expanded")) for f in figures]
    return [f._replace(reading=replace(f.reading, files="repaired")) for f in figures]


def _with_slack(claim: Claim, findings: Sequence[Finding]) -> Claim:
    """Return the claim with the uncertainty that undoing the findings adds."""
    slack = sum(f.slack for f in findings)
    return replace(
        claim,
        psnr_half=claim.psnr_half + slack,
        ssim_half=claim.ssim_half + slack / 10 if claim.ssim_half else 0.0,
    )


def _restored(
    folder: PairedFolder, seen: Survey, usual: ReadingFigures | None, repaired: list[ReadingFigures]
) -> float | None:
    """Return PSNR once everything found is undone; what JPEG costs is estimated."""
    usual = repaired[0] if repaired else usual
    quality = max((f.quality for f in seen.findings), default=0)
    if usual is None or not quality:
        return usual.psnr if usual and repaired else None
    gains = []
    for _, images, _ in folder.load(seen.usable, "loss by JPEG"):
        assert images is not None
        gains.append(jpeg_error(*images, quality, folder.scale))
    return usual.psnr + float(np.mean(gains))


def _failures(seen: Survey, repaired: list[ReadingFigures]) -> list[str]:
    well = set(seen.repairable) if repaired else set(seen.usable)
    return [f"{sample}: {error}" for sample, error in seen.failures.items() if sample not in well]
