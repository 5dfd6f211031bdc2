"""The crop of an image to sides that are multiples of a number, as networks with several resolutions need."""

from iqabench.images.read import Image


def crop_to_multiple(image: Image, multiple: int, *, centred: bool = True) -> Image:
    """Return the image with sides that are the largest multiples of a number.

    Shapes: (H, W, C) to (H - H mod n, W - W mod n, C): the part about the centre, with the smaller half of
        the rest left out at the top and at the left, or the part at the upper left corner.
    """
    for axis in (0, 1):
        rest = image.shape[axis] % multiple
        first = rest // 2 if centred else 0
        kept = slice(first, first + image.shape[axis] - rest)
        image = image[kept] if axis == 0 else image[:, kept]
    return image
