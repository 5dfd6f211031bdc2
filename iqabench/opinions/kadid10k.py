"""KADID-10k: 81 references, 25 distortions, 5 levels."""

import re
from collections.abc import Iterator

from iqabench.opinions.core.folder import Folder
from iqabench.opinions.core.opinion import Opinion
from iqabench.opinions.core.registry import opinion_set
from iqabench.opinions.core.tables import read_table


@opinion_set(
    title="KADID-10k",
    scale="MOS, 1 to 5",
    better="higher",
    size=10125,
    has_references=True,
    site="https://database.mmsp-kn.de/kadid-10k-database.html",
    source="Lin, Hosu, Saupe, QoMEX 2019",
    files=(
        ("dmos.csv", "dist_img,ref_img,dmos,var"),
        ("images/", "references I01.png to I81.png and what was made of them, I01_01_01.png ..."),
    ),
)
def kadid10k(folder: Folder) -> Iterator[Opinion]:
    """Read the opinions; the column dmos is a MOS: 5 is "imperceptible", so higher is better."""
    images = folder.images("images")
    for row in read_table(folder.file("dmos.csv"), ("dist_img", "ref_img", "dmos")):
        name = row.text("dist_img")
        stem = name.rpartition(".")[0]
        parts = re.fullmatch(r"\w+_(\d+)_(\d+)", stem)
        yield Opinion(
            name=stem,
            distorted=images[name],
            reference=images[row.text("ref_img")],
            value=row.number("dmos"),
            kind=parts[1] if parts else "",
            level=parts[2] if parts else "",
        )
