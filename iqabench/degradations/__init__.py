"""Degradations, one file each: the folder is scanned, so a new file is a new degradation.

    @degradation(title="Posterisation", strength="levels", unit_of_strength="grey levels",
                 usual=(64, 16, 4), source="...")
    def posterise(image: Image, *, levels: float) -> Image:
        ...

A degradation makes the input of a set from its target. It takes an image (H, W, C) in units of 0..255, uint8
or float, and keywords; it is a pure function, so that everybody who makes the input gets the same pixels. It
returns uint8 where it imitates an 8-bit operation on an 8-bit image, else float64, neither clipped nor
rounded. The strength may be an integer or a decimal (1.6); equal values give equal pixels. A strength that
it does not take is refused with a UsageError that says what is expected.
"""

from iqabench.degradations.core.degradation import Degradation, degradation, degradations

__all__ = ["Degradation", "degradation", "degradations"]
