"""TID2013: 25 references, 24 distortions, 5 levels."""

import re
from collections.abc import Iterator

from iqabench.errors import SetError
from iqabench.opinions.core.folder import Folder
from iqabench.opinions.core.opinion import Opinion
from iqabench.opinions.core.registry import opinion_set
from iqabench.opinions.core.tables import number, read_lines

_NAME = re.compile(r"(i\d+)_(\d+)_(\d+)(\.\w+)", re.IGNORECASE)


@opinion_set(
    title="TID2013",
    scale="MOS, 0 to 9",
    better="higher",
    size=3000,
    has_references=True,
    site="https://www.ponomarenko.info/tid2013.htm",
    source="Ponomarenko et al., Signal Processing: Image Communication 30, 2015",
    files=(
        ("mos_with_names.txt", "a line 'MOS NAME' for each image"),
        ("distorted_images/", "i01_01_1.bmp to i25_24_5.bmp"),
        ("reference_images/", "I01.BMP to I25.BMP"),
    ),
)
def tid2013(folder: Folder) -> Iterator[Opinion]:
    """Read the opinions; names mix upper and lower case (I01_01_1.bmp beside i01_01_2.bmp, i25.bmp)."""
    distorted, references = folder.images("distorted_images"), folder.images("reference_images")
    for where, line in read_lines(folder.file("mos_with_names.txt")):
        mos, *name = line.split()
        parts = _NAME.fullmatch(" ".join(name))
        if not parts:
            raise SetError(f"{where}: '{line}' is not 'MOS NAME', such as '5.51429 i01_01_1.bmp'.")
        scene, kind, level, suffix = parts.groups()
        yield Opinion(
            name=parts[0].removesuffix(suffix).lower(),
            distorted=distorted[parts[0]],
            reference=references[scene + suffix],
            value=number(mos, where),
            kind=kind,
            level=level,
        )
