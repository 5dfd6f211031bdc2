"""LIVE in the Wild (the LIVE image quality challenge): photographs of mobile cameras.

The first seven images were shown to people to train them. By convention they are left out: 1162 are left.
"""

from collections.abc import Iterator

from iqabench.errors import SetError
from iqabench.opinions.core.folder import Folder
from iqabench.opinions.core.opinion import Opinion
from iqabench.opinions.core.registry import opinion_set
from iqabench.opinions.core.tables import number, read_mat

_TRAINING = 7


@opinion_set(
    title="LIVE in the Wild",
    scale="MOS, 0 to 100",
    better="higher",
    size=1162,
    has_references=False,
    site="https://live.ece.utexas.edu/research/ChallengeDB/index.html",
    source="Ghadiyaram, Bovik, IEEE Transactions on Image Processing 25(1), 2016",
    files=(
        ("Data/AllMOS_release.mat", "AllMOS_release"),
        ("Data/AllImages_release.mat", "AllImages_release, the names in the same order"),
        ("Images/", "the images; trainingImages/ in it is not needed"),
    ),
)
def live_itw(folder: Folder) -> Iterator[Opinion]:
    """Read the opinions, without the seven training images."""
    images = folder.images("Images")
    path = folder.file("Data/AllMOS_release.mat")
    (mos,) = read_mat(path, "AllMOS_release")
    (names,) = read_mat(folder.file("Data/AllImages_release.mat"), "AllImages_release")
    if len(mos) != len(names):
        raise SetError(
            f"{folder.path / 'Data'} has {len(mos)} opinions and {len(names)} names; expected as many."
        )
    folder.notes.append("the seven training images are left out, as is the convention.")
    for at in range(_TRAINING, len(mos)):
        name = str(names[at])
        value = number(str(mos[at]), f"{path}, entry {at + 1}")
        yield Opinion(name.rpartition(".")[0], images[name], None, value)
