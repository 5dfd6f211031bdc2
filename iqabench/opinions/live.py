"""The LIVE image quality database, release 2: 29 references, five distortions.

Its 982 opinions stand in the order of its readme: jp2k, jpeg, wn, gblur, fastfading, and in each of them
img1.bmp, img2.bmp and so on. 203 of the images are copies of references, put among the others to see what
people say of them. By convention they are left out and 779 are left: a copy is no test of a metric.
"""

from collections.abc import Iterator
from typing import Any

from numpy.typing import NDArray

from iqabench.errors import SetError
from iqabench.opinions.core.folder import Folder
from iqabench.opinions.core.opinion import Opinion
from iqabench.opinions.core.registry import opinion_set
from iqabench.opinions.core.tables import number, read_mat

_FOLDERS = {"jp2k": 227, "jpeg": 233, "wn": 174, "gblur": 174, "fastfading": 174}


@opinion_set(
    title="LIVE, release 2",
    scale="DMOS, about 0 to 100",
    better="lower",
    size=779,
    has_references=True,
    site="https://live.ece.utexas.edu/research/quality/subjective.htm",
    source="Sheikh, Sabir, Bovik, IEEE Transactions on Image Processing 15(11), 2006",
    files=(
        ("dmos_realigned.mat", "dmos_new and orgs; or dmos.mat, with dmos and orgs"),
        ("refnames_all.mat", "refnames_all"),
        ("refimgs/", "the references"),
        ("jp2k/ jpeg/ wn/ gblur/ fastfading/", "img1.bmp ... and info.txt"),
    ),
)
def live(folder: Folder) -> Iterator[Opinion]:
    """Read the DMOS of the realignment experiment where its file exists, as its authors advise."""
    path = folder.file("dmos_realigned.mat", "dmos.mat")
    realigned = path.name.lower().startswith("dmos_realigned")
    dmos, copies = read_mat(path, "dmos_new" if realigned else "dmos", "orgs")
    (names,) = read_mat(folder.file("refnames_all.mat"), "refnames_all")
    _check(folder, dmos=dmos, orgs=copies, refnames_all=names)
    folder.notes.append(
        f"opinions are the {'realigned' if realigned else 'first, not the realigned,'} DMOS; "
        f"{int(copies.sum())} copies of references are left out, as is the convention."
    )
    references = folder.images("refimgs")
    at = -1
    for kind, count in _FOLDERS.items():
        distorted, levels = folder.images(kind), _levels(folder, kind)
        for image in range(1, count + 1):
            at += 1
            if copies[at]:
                continue
            file = f"img{image}.bmp"
            yield Opinion(
                name=f"{kind}/img{image}",
                distorted=distorted[file],
                reference=references[str(names[at])],
                value=number(str(dmos[at]), f"{path}, entry {at + 1}"),
                kind=kind,
                level=levels.get(file, ""),
            )


def _check(folder: Folder, **arrays: NDArray[Any]) -> None:
    count = sum(_FOLDERS.values())
    for name, values in arrays.items():
        if len(values) != count:
            raise SetError(
                f"{name} in {folder.path} has {len(values)} entries; expected {count}, one for each image "
                "of release 2, copies of references included."
            )


def _levels(folder: Folder, kind: str) -> dict[str, str]:
    """Return the bit rate or strength of each image from info.txt, where it can be read: it is optional."""
    try:
        lines = folder.file(f"{kind}/info.txt").read_text(errors="replace").splitlines()
    except (SetError, OSError):
        return {}
    parts = (line.split() for line in lines)
    return {words[1].lower(): words[2] for words in parts if len(words) == 3}
