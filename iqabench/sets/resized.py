"""Samples that are resized before use, for protocols that say so."""

from iqabench.errors import SetError
from iqabench.images import resized
from iqabench.samples import Sample, stack_frames


def resized_sample(sample: Sample) -> Sample:
    """Return the sample with input and target resized alike.

    Raises: SetError when their sizes differ, and for samples with other parts; ImageError when they are not
        of 8 bits.
    """
    others = sorted(sample.parts.keys() - {"input", "target"})
    if others:
        raise SetError(
            f"'{sample.name}' has a part '{others[0]}', and only inputs and targets are resized before use. "
            "Name a protocol that does not resize, as in psnr@y."
        )
    sizes = {part.shape[1:3] for part in sample.parts.values()}
    if len(sizes) > 1:
        raise SetError(
            f"the input of '{sample.name}' has another size than its target, and resizing before use is "
            "defined for images of one size. Name a protocol that does not resize, as in psnr@y."
        )
    parts = {
        role: stack_frames([resized(frame) for frame in part], f"the {role} of '{sample.name}'")
        for role, part in sample.parts.items()
    }
    return Sample(sample.name, parts)
