"""CSIQ: 30 references, six distortions, four or five levels."""

from collections.abc import Iterator

from iqabench.errors import SetError
from iqabench.opinions.core.folder import Folder
from iqabench.opinions.core.opinion import Opinion
from iqabench.opinions.core.registry import opinion_set
from iqabench.opinions.core.tables import read_table

_IN_NAMES = {
    "noise": "AWGN",
    "awgn": "AWGN",
    "blur": "BLUR",
    "contrast": "contrast",
    "fnoise": "fnoise",
    "jpeg": "JPEG",
    "jpeg 2000": "jpeg2000",
    "jpeg2000": "jpeg2000",
}
"""The word of a distortion in the names of the images, by its word in the sheet."""


@opinion_set(
    title="CSIQ",
    scale="DMOS, 0 to 1",
    better="lower",
    size=866,
    has_references=True,
    site="https://s2.smu.edu/~eclarson/csiq.html",
    source="Larson, Chandler, Journal of Electronic Imaging 19(1), 2010",
    files=(
        ("csiq.DMOS.xlsx", "its sheet all_by_image; or that sheet as csiq.DMOS.csv"),
        ("src_imgs/", "1600.png ..."),
        ("dst_imgs/", "awgn/1600.AWGN.1.png ..., in a folder for each distortion or in one"),
    ),
)
def csiq(folder: Folder) -> Iterator[Opinion]:
    """Read the opinions from the sheet all_by_image, below the line of column names."""
    distorted = folder.images("dst_imgs", "dst_imgs_all")
    references = folder.images("src_imgs")
    path = folder.file("csiq.DMOS.xlsx", "csiq.DMOS.csv")
    for row in read_table(path, ("image", "dst_type", "dst_lev", "dmos"), sheet="all_by_image"):
        distortion = row.text("dst_type").lower()
        if distortion not in _IN_NAMES:
            raise SetError(
                f"{row.where}: '{distortion}' is no distortion of CSIQ; expected one of "
                f"{', '.join(_IN_NAMES)}."
            )
        scene, level = _whole(row.text("image")), _whole(row.text("dst_lev"))
        name = f"{scene}.{_IN_NAMES[distortion]}.{level}"
        yield Opinion(
            name=name,
            distorted=distorted[f"{name}.png"],
            reference=references[f"{scene}.png"],
            value=row.number("dmos"),
            kind=_IN_NAMES[distortion].lower(),
            level=level,
        )


def _whole(text: str) -> str:
    """Return a name without .0: a spreadsheet takes the reference 1600 for a number and may write 1600.0."""
    return text.removesuffix(".0")
