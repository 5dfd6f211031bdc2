"""KonIQ-10k: photographs from the web."""

from collections.abc import Iterator

from iqabench.opinions.core.folder import Folder
from iqabench.opinions.core.opinion import Opinion
from iqabench.opinions.core.registry import opinion_set
from iqabench.opinions.core.tables import read_table


@opinion_set(
    title="KonIQ-10k",
    scale="MOS of z-scores, 0 to 100",
    better="higher",
    size=10073,
    has_references=False,
    site="https://database.mmsp-kn.de/koniq-10k-database.html",
    source="Hosu, Lin, Sziranyi, Saupe, IEEE Transactions on Image Processing 29, 2020",
    files=(
        ("koniq10k_scores_and_distributions.csv", "image_name,c1,...,c_total,MOS,SD,MOS_zscore"),
        ("1024x768/", "the images; or 512x384/, the smaller ones"),
    ),
)
def koniq10k(folder: Folder) -> Iterator[Opinion]:
    """Read MOS_zscore, from which the scale of each person is taken out; MOS is the plain mean."""
    images = folder.images("1024x768", "512x384")
    size = folder.folder("1024x768", "512x384").name
    folder.notes.append(f"images are those of {size}; opinions are MOS_zscore.")
    path = folder.file("koniq10k_scores_and_distributions.csv", "koniq10k_scores.csv")
    for row in read_table(path, ("image_name", "MOS_zscore")):
        name = row.text("image_name")
        yield Opinion(name.rpartition(".")[0], images[name], None, row.number("MOS_zscore"))
