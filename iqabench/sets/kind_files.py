"""The files of a folder of one kind of task: the parts of each sample by role.

Parts lie in a subfolder for each role, or a file of arrays (.mat, .h5, .npz) holds all parts of one sample or
of several.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from iqabench.errors import ImageError, SetError
from iqabench.images import ARRAY_SUFFIXES, ReadOptions, array_shapes, image_files
from iqabench.order import natural_order
from iqabench.pairing import NamesError, pair_names
from iqabench.sets.folder_pairs import FolderSamples, Frames, samples_of_roles
from iqabench.sets.place import Place
from iqabench.tasks import Task, in_order, role_names

_LEAST_AXES_OF_SEVERAL = 4
"""The number of axes from which the first one counts samples: (N, C, H, W)."""


def files_of_kind(folder: Path, task: Task, reading: ReadOptions) -> FolderSamples:
    """Return the parts of the samples of a folder for a task.

    Raises: SetError when there are none, when two subfolders stand for one role, and when names of files
        cannot be paired.
    """
    places = _folders(folder, task)
    sources = task.layout.sources_in(folder)
    if not places and not sources and task.layout.input is not None and image_files(folder):
        files: dict[str, Frames] = {
            path.stem: (Place(path, str(path), reading=reading),) for path in image_files(folder)
        }
        return FolderSamples({"target": files})
    if not places and not sources:
        return FolderSamples(_parts_in_arrays(folder, task))
    parts = {role: _parts(place, role, task, reading) for role, place in places.items()}
    if sources:
        if "input" in parts:
            raise SetError(
                f"{folder} has the subfolder 'input' beside {_in_words(sources)}; expected one or the other."
            )
        parts["input"] = _parts_of_sources(folder, sources, task, reading)
    return samples_of_roles(folder, parts)


def array_task(folder: Path) -> Task | None:
    """Return the task whose arrays the first file of arrays in a folder holds; None without one."""
    for path in array_files(folder)[:1]:
        try:
            shapes = array_shapes(path)
        except ImageError:
            return None
        for task in in_order():
            names = task.layout.arrays
            if names and all(_name_in(shapes, names.get(role, ())) for role in task.takes):
                return task
    return None


def array_files(folder: Path) -> list[Path]:
    """Return the files of arrays directly in a folder, in natural order; hidden files are left out."""
    files = [
        path
        for path in folder.iterdir()
        if path.suffix.lower() in ARRAY_SUFFIXES and path.is_file() and path.name[0] != "."
    ]
    return sorted(files, key=lambda path: natural_order(path.name))


def _folders(folder: Path, task: Task) -> dict[str, Path]:
    """Return the subfolder of each role that a folder has."""
    places = {}
    for role in role_names():
        named = task.layout.folders_of(role, folder)
        if len(named) > 1:
            raise SetError(
                f"{folder} has the subfolders {_in_words(named)} for one part, the {role}; expected "
                "one of them."
            )
        if named:
            places[role] = named[0]
    return places


def _parts(folder: Path, role: str, task: Task, reading: ReadOptions) -> dict[str, Frames]:
    """Return the parts in a folder by name: single files, and subfolders of frames."""
    layout = task.layout
    parts: dict[str, Frames] = {}
    for path in [*_files(folder, task), *_clips(folder, task)]:
        name = path.name if path.is_dir() else path.stem
        if name in parts:
            raise SetError(
                f"two files in {folder} are called '{name}': {parts[name][0].path} and {path}. Rename one of "
                "them."
            )
        place = Place(
            path, str(path), reading=reading, axes=layout.axes, is_mask=_is_data_mask(role, task)
        )
        files = sorted(_files(path, task), key=natural_order) if path.is_dir() else [path]
        parts[name] = tuple(replace(place, path=file, name=str(file)) for file in files)
    if not parts:
        endings = "images or arrays (.mat, .h5, .npy, .npz)" if layout.holds_data else "images"
        raise SetError(
            f"there are no files in {folder}; expected {endings}, or subfolders of frames."
        )
    return parts


def _files(folder: Path, task: Task) -> list[Path]:
    arrays = array_files(folder) if task.layout.holds_data else []
    return [*image_files(folder), *arrays]


def _clips(folder: Path, task: Task) -> list[Path]:
    """Return the subfolders that hold frames."""
    places = [p for p in sorted(folder.iterdir()) if p.is_dir() and not p.name.startswith(".")]
    return [place for place in places if _files(place, task)]


def _is_data_mask(role: str, task: Task) -> bool:
    """Return whether a role is a mask among data of sensors, whose files may hold it in any numbers."""
    return role == "mask" and task.layout.holds_data


def _parts_of_sources(
    folder: Path, sources: tuple[Path, ...], task: Task, reading: ReadOptions
) -> dict[str, Frames]:
    """Return inputs whose frames are the files of one name in each folder of sources."""
    first, *others = (_parts(source, "input", task, reading) for source in sources)
    inputs = first
    for source, parts in zip(sources[1:], others, strict=True):
        try:
            are_single = len(parts) == len(first) == 1
            pairs = (
                dict(zip(first, parts, strict=True))
                if are_single
                else pair_names(parts, first).pairs
            )
        except NamesError as error:
            raise SetError(
                f"{folder}: the files of {source.name} and {sources[0].name} have names that do not belong "
                "together; give both the same name."
            ) from error
        inputs = {
            name: (*frames, *parts[pairs[name]]) for name, frames in inputs.items() if name in pairs
        }
        lost = sorted(set(first) - set(pairs))
        if lost:
            raise SetError(
                f"{folder}: '{lost[0]}' lies in {sources[0].name} and not in {source.name}; expected the "
                "sources of every scene."
            )
    return inputs


def _parts_in_arrays(folder: Path, task: Task) -> dict[str, dict[str, Frames]]:
    """Return the parts of samples in files that hold all parts of one, or of several.

    Raises: SetError when no file has arrays of the names that the task knows.
    """
    parts: dict[str, dict[str, Frames]] = {}
    told = ""
    for path in array_files(folder):
        shapes = array_shapes(path)
        for role, names in task.layout.arrays.items():
            name = _name_in(shapes, names)
            if name:
                for sample, variable in _samples_in(path.stem, name, shapes[name]):
                    place = Place(path, str(path), variable=variable, axes=task.layout.axes)
                    place = replace(place, is_mask=_is_data_mask(role, task))
                    parts.setdefault(role, {})[sample] = (place,)
        told = (
            told
            or f" {path.name} holds {', '.join(filter(None, shapes)) or 'no array with a name'}."
        )
    if not parts:
        raise SetError(f"{folder} is no set for {task.phrase}.{told} {expected_in_words(task)}")
    return parts


def _samples_in(stem: str, name: str, shape: tuple[int, ...]) -> Iterator[tuple[str, str]]:
    """Yield the names of the samples in one array, each with the words that choose it."""
    if len(shape) < _LEAST_AXES_OF_SEVERAL:
        yield stem, name
        return
    for number in range(shape[0]):
        yield f"{stem}_{number:04d}", f"{name}#{number}"


def _name_in(shapes: Mapping[str, object], names: tuple[str, ...]) -> str:
    return next((name for name in names if name in shapes), "")


def expected_in_words(task: Task) -> str:
    """Return a sentence about the subfolders and arrays that a folder of a task has."""
    layout = task.layout
    roles = list(dict.fromkeys((*task.takes, *task.gives.values())))
    named = ["/".join((role, *layout.other_names.get(role, ()))) for role in roles]
    pairs = [" and ".join(names) for names in layout.sources]
    more = f", or {', or '.join(pairs)} in the place of input" if pairs else ""
    text = f"Expected the subfolders {', '.join(named)}{more}"
    if layout.arrays:
        arrays = [f"{role} ({', '.join(names)})" for role, names in layout.arrays.items()]
        text += f", or files of arrays with names of these: {'; '.join(arrays)}"
    return f"{text}. docs/folders.md shows the layout of every kind."


def _in_words(places: tuple[Path, ...] | list[Path]) -> str:
    return " and ".join(f"'{place.name}'" for place in places)
