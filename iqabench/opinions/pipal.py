"""PIPAL, the training part: 200 references, 116 distortions of each; other parts have no public opinions."""

import re
from collections.abc import Iterator

from iqabench.errors import SetError
from iqabench.opinions.core.folder import Folder
from iqabench.opinions.core.opinion import Opinion
from iqabench.opinions.core.registry import opinion_set
from iqabench.opinions.core.tables import number, read_lines

_NAME = re.compile(r"(A\d+)_(\d+)_(\d+)(\.\w+)", re.IGNORECASE)


@opinion_set(
    title="PIPAL",
    scale="Elo score",
    better="higher",
    size=23200,
    has_references=True,
    site="https://www.jasongt.com/projectpages/pipal.html",
    source="Gu et al., ECCV 2020",
    files=(
        ("Train_Label/", "A0001.txt ..., each with lines 'A0001_00_00.bmp,1520.0648'"),
        ("Train_Ref/", "A0001.bmp ..."),
        ("Train_Dist/", "A0001_00_00.bmp ...; or Distortion_1/ to Distortion_4/, as they come"),
    ),
)
def pipal(folder: Folder) -> Iterator[Opinion]:
    """Read the opinions; distorted images lie in Train_Dist*/, Dist*/ or Distortion_*/, at any depth."""
    distorted = folder.images_of_all("Train_Dist", "Dist")
    references = folder.images("Train_Ref", "Ref")
    labels = folder.folder("Train_Label", "Label")
    files = sorted(labels.rglob("*.txt"))
    if not files:
        raise SetError(f"{labels} holds no .txt files.\n{folder.facts.layout}")
    for path in files:
        for where, line in read_lines(path):
            name, _, elo = line.partition(",")
            parts = _NAME.fullmatch(name.strip())
            if not parts or not elo:
                raise SetError(
                    f"{where}: '{line}' is not 'NAME,ELO', such as 'A0001_00_00.bmp,1520.0648'."
                )
            scene, kind, level, suffix = parts.groups()
            yield Opinion(
                name=parts[0].removesuffix(suffix),
                distorted=distorted[parts[0]],
                reference=references[scene + suffix],
                value=number(elo.strip(), where),
                kind=kind,
                level=level,
            )
