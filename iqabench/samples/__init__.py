"""Samples: named parts, each a clip of frames; a plain image is a clip of one frame.

    Sample("baby", {"input": part_of(small), "target": part_of(large)})

A part has a role (input, target, mask, reference ...) that tasks name, and pixels (T, H, W, C) in uint8,
uint16, float32 or complex64 (float64 while nothing is rounded yet) with any number of bands. No torch.
"""

from iqabench.samples.compositing import composite, composite_part
from iqabench.samples.part import Parts, frame_of, image_of, part_of, same_size, stack_frames
from iqabench.samples.sample import Sample

__all__ = [
    "Parts",
    "Sample",
    "composite",
    "composite_part",
    "frame_of",
    "image_of",
    "part_of",
    "same_size",
    "stack_frames",
]
