"""Small copies of the sets of opinions, in the layouts in which their authors hand them out.

Every set has four scenes, and of each three images that are worse and worse; the opinion of an image is its
level, so that every metric that sees noise agrees with it.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import scipy.io

from iqabench.images import write_image
from opinions.workbook import xlsx

SCENES, LEVELS = 4, 3
SIZE = (24, 32, 3)


def pixels(scene: int, level: int = 0) -> np.ndarray:
    random = np.random.default_rng(scene)
    clean = random.integers(60, 190, (6, 8, 3)).repeat(4, 0).repeat(4, 1).astype(float)
    noise = random.normal(0, 1, SIZE) * (8 * level + scene * (level > 0))
    return np.clip(np.rint(clean + noise), 0, 255).astype(np.uint8)


def image(path: Path, scene: int, level: int = 0) -> None:
    """Write the image of a scene and level, in the format of the suffix, in any case."""
    path.parent.mkdir(parents=True, exist_ok=True)
    small = path.with_suffix(path.suffix.lower())
    write_image(small, pixels(scene, level))
    small.rename(path)


def opinion(scene: int, level: int) -> float:
    """Return an opinion that is better for less noise, and never the same for two images."""
    return 6.0 - level + 0.01 * scene


def tid2013(folder: Path) -> Path:
    lines = []
    for scene in range(1, SCENES + 1):
        # As handed out: capitals here and there, and the 25th scene in small letters.
        image(
            folder / "reference_images" / ("i04.bmp" if scene == 4 else f"I{scene:02}.BMP"), scene
        )
        for level in range(1, LEVELS + 1):
            name = f"{'I' if level == 1 else 'i'}{scene:02}_08_{level}.bmp"
            image(
                folder / "distorted_images" / (name.lower() if scene == 2 else name), scene, level
            )
            lines.append(f"{opinion(scene, level):.5f} {name}")
    (folder / "mos_with_names.txt").write_text("\r\n".join(lines) + "\r\n")
    return folder


def kadid10k(folder: Path) -> Path:
    lines = ["dist_img,ref_img,dmos,var"]
    for scene in range(1, SCENES + 1):
        image(folder / "images" / f"I{scene:02}.png", scene)
        for level in range(1, LEVELS + 1):
            name = f"I{scene:02}_11_{level:02}.png"
            image(folder / "images" / name, scene, level)
            lines.append(f"{name},I{scene:02}.png,{opinion(scene, level):.2f},0.5")
    (folder / "dmos.csv").write_text("\n".join(lines) + "\n")
    return folder


def pipal(
    folder: Path, distorted: Sequence[str] = ("Distortion_1", "Distortion_2/Distortion_2")
) -> Path:
    for scene in range(1, SCENES + 1):
        image(folder / "Train_Ref" / f"A000{scene}.bmp", scene)
        lines = []
        for level in range(1, LEVELS + 1):
            name = f"A000{scene}_02_{level:02}.bmp"
            image(folder / distorted[scene % len(distorted)] / name, scene, level)
            lines.append(f"{name},{1000 + 100 * opinion(scene, level):.4f}")
        labels = folder / "Train_Label" / f"A000{scene}.txt"
        labels.parent.mkdir(exist_ok=True)
        labels.write_text("\n".join(lines))
    return folder


LIVE = {"jp2k": 227, "jpeg": 233, "wn": 174, "gblur": 174, "fastfading": 174}


def live(folder: Path, *, realigned: bool = True) -> Path:
    """Write the 982 entries that the set must have; nearly all are copies of references, without images."""
    dmos, copies = np.full(982, 50.0), np.ones(982, np.uint8)
    names = ["none.bmp"] * 982
    starts = np.cumsum([0, *LIVE.values()])
    for scene in range(1, SCENES + 1):
        image(folder / "refimgs" / f"scene{scene}.bmp", scene)
        for level in range(1, LEVELS + 1):
            kind = list(LIVE)[scene]
            at = int(starts[scene]) + 10 * level
            dmos[at], copies[at] = 100 - 10 * opinion(scene, level), 0
            names[at] = f"scene{scene}.bmp"
            image(folder / kind / f"img{10 * level + 1}.bmp", scene, level)
            with (folder / kind / "info.txt").open("a") as file:
                file.write(f"scene{scene}.bmp img{10 * level + 1}.bmp {level / 10}\n")
    (folder / "jp2k").mkdir()
    value, file_name = ("dmos_new", "dmos_realigned") if realigned else ("dmos", "dmos")
    scipy.io.savemat(folder / f"{file_name}.mat", {value: dmos[None], "orgs": copies[None]})
    cells = np.array([np.array([name]) for name in names] + [None], object)[:-1][None]
    scipy.io.savemat(folder / "refnames_all.mat", {"refnames_all": cells})
    return folder


CSIQ = (("noise", "awgn/{}.AWGN.{}.png"), ("jpeg 2000", "jpeg2000/{}.jpeg2000.{}.png"))
CSIQ_SCENES = ("1600", "woman")


def csiq(folder: Path, *, form: str = "xlsx") -> Path:
    head = ["", "image", "dst_idx", "dst_type", "dst_lev", "dmos_std", "dmos"]
    table: list[list[object]] = [["CSIQ"], [], list(head)]
    for scene, name in enumerate(CSIQ_SCENES, 1):
        image(folder / "src_imgs" / f"{name}.png", scene)
        for kind, pattern in CSIQ:
            for level in range(1, LEVELS + 1):
                image(folder / "dst_imgs" / pattern.format(name, level), scene, level)
                cell: object = 1600 if name == "1600" else name
                dmos = 1 - opinion(scene, level) / 10 + len(kind) / 1000
                table.append(["", cell, 1, kind, level, 0.01, dmos])
    if form == "xlsx":
        xlsx(folder / "csiq.DMOS.xlsx", {"other": [["nothing"]], "all_by_image": table})
    else:
        apart, point = (",", ".") if form == "csv" else (";", ",")
        lines = [apart.join(str(c).replace(".", point) for c in row[1:]) for row in table[2:]]
        (folder / "csiq.DMOS.csv").write_text("\n".join(lines), encoding="utf-8-sig")
    return folder


def koniq10k(folder: Path, size: str = "1024x768") -> Path:
    lines = ["image_name,c1,c2,c3,c4,c5,c_total,MOS,SD,MOS_zscore"]
    for number, scene, level in _alone():
        image(folder / size / f"{number}.png", scene, level)
        lines.append(f"{number}.png,0,1,2,3,4,10,3.1,0.5,{10 * opinion(scene, level):.4f}")
    (folder / "koniq10k_scores_and_distributions.csv").write_text("\n".join(lines))
    return folder


def spaq(folder: Path) -> Path:
    table: list[list[object]] = [["Image name", "MOS", "Brightness"]]
    for number, scene, level in _alone():
        image(folder / "TestImage" / f"{number:05}.png", scene, level)
        table.append([f"{number:05}.png", 10 * opinion(scene, level), 50])
    (folder / "Annotations").mkdir()
    xlsx(folder / "Annotations" / "MOS and Image attribute scores.xlsx", {"Sheet1": table})
    return folder


def live_itw(folder: Path) -> Path:
    names, mos = [f"t{i}.bmp" for i in range(1, 8)], [50.0] * 7
    for number, scene, level in _alone():
        image(folder / "Images" / f"{number}.bmp", scene, level)
        names.append(f"{number}.bmp")
        mos.append(10 * opinion(scene, level))
    (folder / "Data").mkdir()
    cells = np.array([np.array([name]) for name in names] + [None], object)[:-1][:, None]
    scipy.io.savemat(folder / "Data" / "AllImages_release.mat", {"AllImages_release": cells})
    scipy.io.savemat(folder / "Data" / "AllMOS_release.mat", {"AllMOS_release": np.array([mos])})
    return folder


HANDED: dict[str, Callable[[Path], Path]] = {
    "tid2013": tid2013,
    "kadid10k": kadid10k,
    "pipal": pipal,
    "live": live,
    "csiq": csiq,
    "koniq10k": koniq10k,
    "spaq": spaq,
    "live_itw": live_itw,
}


def _alone() -> Iterable[tuple[int, int, int]]:
    pairs = [(s, v) for s in range(1, SCENES + 1) for v in range(1, LEVELS + 1)]
    return [(number, scene, level) for number, (scene, level) in enumerate(pairs, 101)]
