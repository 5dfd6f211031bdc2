"""The checks of a whole copy before it is adopted: sizes, depth, and checksums of other sets."""

from collections import Counter
from pathlib import Path

from iqabench.errors import FetchError
from iqabench.files.disk import sha256_of
from iqabench.sets.adoption.copies import Copy
from iqabench.sets.adoption.heads import Head, read_heads
from iqabench.sets.catalogue import entry, set_names
from iqabench.sets.facts import SetFacts
from iqabench.sets.layout_facts import VersionFacts
from iqabench.sets.manifest import read_manifest
from iqabench.tasks import scale_text, task_named

_PROBED = 16
"""The number of files that are compared with the checksums of other sets."""


def require_right_images(copy: Copy, facts: SetFacts) -> None:
    """Check sizes and depth of all images of a copy.

    Raises: FetchError, which names another version of the set where sizes or scales are those of one.
    """
    heads = read_heads(copy.files)
    troubles = [
        trouble
        for files in copy.samples.values()
        if (
            trouble := _trouble(
                {role: heads[path] for role, path in files.items()}, files, copy, facts
            )
        )
    ]
    if troubles:
        said = _version_sentence(_sizes_version(copy, heads, facts), facts)
        number = f" ({len(troubles)} of {len(copy.samples)} samples are wrong)"
        raise FetchError(f"{troubles[0]}{number}.{said} Nothing was adopted.")


def require_other_content(copy: Copy, facts: SetFacts) -> None:
    """Compare some files of a copy with the published checksums of other sets of its task.

    Raises: FetchError when they belong to another set.
    """
    paths = [files[copy.layout.lead] for files in copy.samples.values()]
    some = paths[:: max(1, len(paths) // _PROBED)][:_PROBED]
    known = _published(facts)
    if not known:
        return
    owners = Counter(known[sha256] for path in some if (sha256 := sha256_of(path)) in known)
    for owner, count in owners.most_common(1):
        title = entry(owner).facts.title
        raise FetchError(
            f"{copy.root} has files of another set: {count} of {len(some)} that were compared have checksums "
            f"of {title}. Type 'iqabench fetch {owner} --from {copy.root}' to take it. Nothing was adopted."
        )


def version_by_count(copy: Copy, facts: SetFacts) -> str:
    """Return a sentence on the version that has as many samples as a copy; empty where none has."""
    fitting = (each for each in facts.versions if each.samples == len(copy.samples))
    return _version_sentence(next(fitting, None), facts)


def _version_sentence(version: VersionFacts | None, facts: SetFacts) -> str:
    if version is None:
        return ""
    return f" This is {version.title}, whose figures are not those of {facts.title}."


def _trouble(heads: dict[str, Head], files: dict[str, Path], copy: Copy, facts: SetFacts) -> str:
    """Return in words what is wrong with the images of a sample; empty where nothing is."""
    meant = 8 if facts.depth == "uint8" else 16
    for role, head in heads.items():
        if head.bits != meant and facts.depth in ("uint8", "uint16", "srgb16"):
            return f"{files[role]} has {head.bits} bits a channel, expected {meant}"
    role = "target" if "target" in heads else copy.layout.lead
    whole, source = heads[role], heads.get("input")
    cut = _without_border(whole, source, facts.border) if role == "target" else whole
    if facts.image_sizes and cut.size not in facts.image_sizes:
        return f"{files[role]} is {whole.size}, expected {' or '.join(facts.image_sizes)}"
    if role != "target" or source is None or task_named(facts.task).sizes == "round trip":
        return ""
    scale = facts.scale(copy.level)
    fits = all(
        small * scale == large - large % scale.numerator
        for small, large in ((source.width, cut.width), (source.height, cut.height))
    )
    if fits:
        return ""
    size = "the same size" if scale == 1 else f"targets {scale_text(scale)} times as large"
    return f"{files['input']} is {source.size} and {files['target']} {whole.size}, expected {size}"


def _without_border(target: Head, source: Head | None, border: int) -> Head:
    inner = Head(target.width - 2 * border, target.height - 2 * border, target.bits)
    return inner if source is not None and source.size == inner.size else target


def _sizes_version(copy: Copy, heads: dict[Path, Head], facts: SetFacts) -> VersionFacts | None:
    """Return the version that has the sizes or the scale of most samples of a copy."""
    sizes, ratios = Counter[str](), Counter[float]()
    for files in copy.samples.values():
        last = heads[files.get("target", files[copy.layout.lead])]
        sizes[last.size] += 1
        if "input" in files:
            ratios[last.width / heads[files["input"]].width] += 1
    for version in facts.versions:
        if version.image_size in sizes or (version.scale is not None and version.scale in ratios):
            return version
    return None


def _published(facts: SetFacts) -> dict[str, str]:
    """Return the sets of the same task by the published checksums of their inputs."""
    known: dict[str, str] = {}
    for name in set_names():
        other = entry(name)
        if other.facts.task == facts.task and name != facts.name:
            for files in other.facts.files:
                lines = read_manifest(other.folder / "manifests" / files.manifest)
                known |= {line.sha256: name for line in lines if line.role == "input"}
    return known
