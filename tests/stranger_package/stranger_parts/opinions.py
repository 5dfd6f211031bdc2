"""A set of opinions: a table with one opinion a line."""

from collections.abc import Iterator

from iqabench.opinions.core.folder import Folder
from iqabench.opinions.core.opinion import Opinion
from iqabench.opinions.core.registry import opinion_set
from iqabench.opinions.core.tables import read_table


@opinion_set(
    title="Opinions of a stranger",
    scale="MOS, 0 to 10",
    better="higher",
    size=6,
    has_references=True,
    site="https://example.org",
    source="a stranger",
    files=(("opinions.csv", "image,reference,mos"), ("images/", "the images")),
)
def stranger_views(folder: Folder) -> Iterator[Opinion]:
    """Yield the opinions in the order of the table."""
    images = folder.images("images")
    for row in read_table(folder.file("opinions.csv"), ("image", "reference", "mos")):
        name = row.text("image")
        yield Opinion(name, images[name], images[row.text("reference")], row.number("mos"))
