"""Clips as folders of frames, and what lies beside them and is no clip: empty folders and video files."""

from collections.abc import Sequence
from pathlib import Path

from iqabench.images import image_files
from iqabench.order import natural_order
from iqabench.printable import first_names, printable

_VIDEOS = """
.mp4 .m4v .mov .avi .mkv .webm .mpg .mpeg .wmv .flv .y4m .yuv
"""
"""The endings of video files."""


def clip_folders(place: Path) -> list[Path]:
    """Return the folders in a folder that hold images, by name; hidden ones are left out."""
    return [folder for folder in _folders(place) if image_files(folder)]


def frames_in(folder: Path) -> list[Path]:
    """Return the images in the folder of a clip in natural order: frame_2 before frame_10."""
    return sorted(image_files(folder), key=lambda path: natural_order(path.name))


def videos_in_words(places: Sequence[Path]) -> str:
    """Return a sentence about the video files among these places, or directly in them; empty without any."""
    found = [path for place in places for path in ([place] if place.is_file() else _files(place))]
    videos = [path for path in found if _is_video(path)]
    if not videos:
        return ""
    names = first_names([str(path) for path in videos], 3)
    is_one = len(videos) == 1
    frames = printable(str(videos[0].with_suffix("")))
    return (
        f"{names} {'is a video, which is' if is_one else 'are videos, which are'} not read: write the frames "
        f"of {'it' if is_one else 'each'} into a folder, as in 'mkdir {frames} && ffmpeg -i "
        f"{printable(str(videos[0]))} {frames}/%04d.png'"
    )


def no_clips_in_words(place: Path) -> list[str]:
    """Return sentences about what lies beside or in the clips of a folder and is no frame."""
    clips = clip_folders(place)
    videos = videos_in_words([place])
    among = [str(path) for clip in clips for path in _files(clip) if _is_video(path)]
    empty = [str(folder) for folder in _folders(place) if folder not in clips] if clips else []
    told = [
        *(f"{printable(p)} is a video among frames and is not read: take it out" for p in among),
        *(f"{printable(p)} holds no frames: put them there, or delete it" for p in empty),
    ]
    return [videos, *told] if videos else told


def _is_video(path: Path) -> bool:
    return path.suffix.lower() in _VIDEOS.split()


def _folders(place: Path) -> list[Path]:
    return [p for p in sorted(place.iterdir()) if p.is_dir() and not p.name.startswith(".")]


def _files(place: Path) -> list[Path]:
    if not place.is_dir():
        return []
    return [p for p in sorted(place.iterdir()) if p.is_file() and not p.name.startswith(".")]
