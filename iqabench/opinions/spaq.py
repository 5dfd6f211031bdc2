"""SPAQ: photographs of 66 smartphones."""

from collections.abc import Iterator

from iqabench.opinions.core.folder import Folder
from iqabench.opinions.core.opinion import Opinion
from iqabench.opinions.core.registry import opinion_set
from iqabench.opinions.core.tables import read_table

_SHEET = "MOS and Image attribute scores.xlsx"


@opinion_set(
    title="SPAQ",
    scale="MOS, 0 to 100",
    better="higher",
    size=11125,
    has_references=False,
    site="https://github.com/h4nwei/SPAQ",
    source="Fang, Zhu, Zeng, Ma, Wang, CVPR 2020",
    files=(
        (f"Annotations/{_SHEET}", "its columns Image name and MOS"),
        ("TestImage/", "00001.jpg to 11125.jpg, at their full size"),
    ),
)
def spaq(folder: Folder) -> Iterator[Opinion]:
    """Read the opinions; images keep their size, though papers often shrink them (shorter side 512)."""
    images = folder.images("TestImage", "Dataset/TestImage")
    path = folder.file(f"Annotations/{_SHEET}", f"TestAnnotations/{_SHEET}", _SHEET)
    for row in read_table(path, ("Image name", "MOS")):
        name = row.text("Image name")
        yield Opinion(name.rpartition(".")[0], images[name], None, row.number("MOS"))
