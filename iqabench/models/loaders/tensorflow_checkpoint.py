"""Weights in the checkpoints of TensorFlow 1, read without TensorFlow.

    net.ckpt.index                  a sorted table: name -> type, shape, shard, place, size, checksum
    net.ckpt.data-00000-of-00001    the numbers, one shard (or more: -of-00002)

The state of an optimiser lies in the same files and is not read.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from torch import Tensor

from iqabench.errors import WeightsError
from iqabench.models.loaders.protobuf import bytes_in, fields, number_in
from iqabench.models.loaders.sorted_table import MAGIC, masked_checksum, read_table
from iqabench.models.loaders.tensorflow_tensors import array_of, shape_in, tensor_of

_OPTIMISER = re.compile(
    r"(.*/(Adam|Adam_1|Momentum|RMSProp|RMSProp_1|Adagrad|Adadelta|Adadelta_1)|.*beta[12]_power|global_step)"
)
"""The names of numbers that belong to an optimiser, not to the network."""
_DATA = re.compile(r"(.+)\.data-\d{5}-of-\d{5}")


def is_index(path: Path) -> bool:
    """Return whether a file is the index of a checkpoint, told by its last bytes."""
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(file.tell() - len(MAGIC), 0))
        return file.read() == MAGIC


def index_beside(path: Path) -> Path | None:
    """Return the index that a name means: of a file of data, or of a checkpoint without suffix; or None.

    Raises: WeightsError when a file of data has no index beside it.
    """
    data = _DATA.fullmatch(path.name)
    index = path.with_name(f"{data[1] if data else path.name}.index")
    if index.is_file():
        return index
    if data and path.is_file():
        raise WeightsError(
            f"{path} is the data of a TensorFlow checkpoint, and its index {index.name} is missing: without "
            f"it nobody knows which numbers belong to which layer. Put {index.name} beside it."
        )
    return None


def data_beside(index: Path, name: str) -> list[Path]:
    """Return the files of data that lie beside an index, in their order.

    Raises: WeightsError when there is none.
    """
    stem = index.name.removesuffix(".index")
    files = sorted(index.parent.glob(f"{stem}.data-?????-of-?????"))
    if not files:
        raise WeightsError(
            f"{name} is the index of a TensorFlow checkpoint, and its data are missing. Put "
            f"{stem}.data-00000-of-00001 beside it."
        )
    return files


def read_checkpoint(index: Path, data: Sequence[Path], name: str) -> dict[str, Tensor]:
    """Read the weights of a checkpoint, with TensorFlow's names and order of dimensions.

    Raises: WeightsError when the index or the data are damaged, or do not belong together.
    """
    try:
        table = read_table(index.read_bytes())
        shards = number_in(fields(table.pop(b"", b"")), 1)
        if shards != len(data):
            raise ValueError(f"it speaks of {shards} files of data, and {len(data)} are here")
        contents = [path.read_bytes() for path in data]
        return dict(_tensors(table, contents))
    except (ValueError, IndexError, UnicodeDecodeError) as error:
        raise WeightsError(
            f"{name} is a damaged TensorFlow checkpoint, or its index and its data are of two checkpoints: "
            f"{error}. Fetch both files again."
        ) from error


def _tensors(table: dict[bytes, bytes], contents: Sequence[bytes]) -> Iterator[tuple[str, Tensor]]:
    for key, value in table.items():
        tensor = key.decode()
        if _OPTIMISER.fullmatch(tensor):
            continue
        try:
            yield tensor, _tensor(value, contents)
        except (ValueError, IndexError) as error:
            raise ValueError(f"in '{tensor}': {error}") from error


def _tensor(value: bytes, contents: Sequence[bytes]) -> Tensor:
    facts = fields(value)
    offset, size = number_in(facts, 4), number_in(facts, 5)
    content = contents[number_in(facts, 3)]
    if offset + size > len(content):
        raise ValueError(f"the data end after {len(content)} bytes, before byte {offset + size}")
    raw = content[offset : offset + size]
    if masked_checksum(raw) != int.from_bytes(bytes_in(facts, 6), "little"):
        raise ValueError("the data differ from their checksum")
    return tensor_of(array_of(raw, number_in(facts, 1), shape_in(fields(bytes_in(facts, 2)))))
