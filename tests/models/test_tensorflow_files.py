"""Checkpoints and frozen graphs of TensorFlow 1, written here byte by byte, and read without TensorFlow."""

from pathlib import Path

import numpy as np
import pytest
import torch

from iqabench.errors import WeightsError
from iqabench.models.core.catalogue import card_of
from iqabench.models.core.load import load_model
from iqabench.models.core.network import build
from iqabench.models.core.weights import read_state
from iqabench.models.loaders.protobuf import fields
from iqabench.models.loaders.sorted_table import MAGIC, masked_checksum
from iqabench.models.loaders.tensorflow_tensors import shuffle_order

KERNEL = np.arange(24, dtype="<f4").reshape(2, 3, 4)


def varint(number: int) -> bytes:
    return bytes([number]) if number < 128 else bytes([number & 127 | 128]) + varint(number >> 7)


def field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def shape(sides: tuple[int, ...]) -> bytes:
    return b"".join(field(2, field(1, side)) for side in sides)


def block(entries: list[tuple[bytes, bytes]]) -> bytes:
    """Return a block whose keys share what they can, as TensorFlow writes them."""
    body, last = b"", b""
    for key, value in entries:
        shared = next((n for n in range(len(key)) if key[n : n + 1] != last[n : n + 1]), len(key))
        body += (
            varint(shared) + varint(len(key) - shared) + varint(len(value)) + key[shared:] + value
        )
        last = key
    body += (0).to_bytes(4, "little") + (1).to_bytes(4, "little")
    return body + b"\0" + masked_checksum(body + b"\0").to_bytes(4, "little")


def write_checkpoint(folder: Path, arrays: dict[str, np.ndarray]) -> Path:
    """Write net.ckpt of these arrays; return the path of its index."""
    data, entries = b"", [(b"", field(1, 1))]
    for name, array in sorted(arrays.items()):
        raw = array.astype("<f4").tobytes()
        facts = (
            field(1, 1) + field(2, shape(array.shape)) + field(4, len(data)) + field(5, len(raw))
        )
        facts += varint(6 << 3 | 5) + masked_checksum(raw).to_bytes(4, "little")
        entries.append((name.encode(), facts))
        data += raw
    first = block(entries)
    handle = varint(0) + varint(len(first) - 5)
    second = block([(b"z", handle)])
    footer = varint(0) + varint(0) + varint(len(first)) + varint(len(second) - 5)
    index = folder / "net.ckpt.index"
    index.write_bytes(first + second + footer.ljust(40, b"\0") + MAGIC)
    (folder / "net.ckpt.data-00000-of-00001").write_bytes(data)
    return index


@pytest.fixture
def index(tmp_path: Path) -> Path:
    names = ["net/kernel", "net/kernel/Adam", "net/kernel/Adam_1", "beta1_power"]
    return write_checkpoint(tmp_path, dict.fromkeys(names, KERNEL))


def test_the_checksum_is_crc_32c() -> None:
    """The check value of CRC-32C is that of the digits from 1 to 9; masking turns and shifts it."""
    turned = (0xE3069283 >> 15 | 0xE3069283 << 17) + 0xA282EAD8
    assert masked_checksum(b"123456789") == turned & 0xFFFFFFFF


def test_weights_are_read_and_the_state_of_the_optimiser_is_not(index: Path) -> None:
    state = read_state(index)
    assert list(state) == ["net/kernel"]
    assert np.array_equal(state["net/kernel"].numpy(), KERNEL)


def test_data_without_their_index_say_what_is_missing(index: Path) -> None:
    index.unlink()
    with pytest.raises(WeightsError, match=r"its index net\.ckpt\.index is missing"):
        load_model(str(index.with_name("net.ckpt.data-00000-of-00001")))


def test_an_index_without_data_says_what_is_missing(index: Path) -> None:
    index.with_name("net.ckpt.data-00000-of-00001").unlink()
    with pytest.raises(WeightsError, match=r"its data are missing\. Put net\.ckpt\.data"):
        load_model(str(index))


@pytest.mark.parametrize("place", [3, 40, -60])
def test_a_damaged_index_is_refused(index: Path, place: int) -> None:
    content = bytearray(index.read_bytes())
    content[place] ^= 255
    index.write_bytes(content)
    with pytest.raises(WeightsError, match="damaged TensorFlow checkpoint"):
        read_state(index)


@pytest.mark.parametrize(("cut", "message"), [(1, "end after"), (0, "differ from their checksum")])
def test_damaged_data_are_refused(index: Path, cut: int, message: str) -> None:
    data = index.with_name("net.ckpt.data-00000-of-00001")
    content = data.read_bytes()[: 100 if cut else None]
    data.write_bytes(content if cut else bytes(len(content)))
    with pytest.raises(WeightsError, match=message):
        read_state(index)


def test_a_frozen_graph_gives_its_constants(tmp_path: Path) -> None:
    tensor = field(1, 1) + field(2, shape(KERNEL.shape)) + field(4, KERNEL.tobytes())
    attribute = field(1, b"value") + field(2, field(8, tensor))
    constant = field(1, b"f1") + field(2, b"Const") + field(5, attribute)
    path = tmp_path / "net.pb"
    path.write_bytes(field(1, field(1, b"in") + field(2, b"Placeholder")) + field(1, constant))
    assert np.array_equal(read_state(path)["f1"].numpy(), KERNEL)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(WeightsError, match="damaged graph of TensorFlow"):
        read_state(path)


def test_fields_of_unknown_types_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown type 3"):
        fields(b"\x0b")


def test_outputs_change_places_as_depth_to_space_needs() -> None:
    outputs = torch.arange(12)  # step 2, three channels: place (row, column), then channel
    assert shuffle_order(outputs, 2).tolist() == [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]


@pytest.mark.parametrize(
    ("name", "kernels"),
    [
        *(("lffn_s_x2", 173_472), ("lffn_s_x3", 184_992), ("lffn_s_x4", 182_688)),
        *(("lffn_x2", 1_522_080), ("lffn_x3", 1_533_600), ("lffn_x4", 1_531_296)),
    ],
)
def test_lffn_has_the_published_number_of_kernels(name: str, kernels: int) -> None:
    """The paper counts kernels only, in thousands: 173, 185, 183; 1522, 1534, 1531."""
    with torch.device("meta"):
        network = build(card_of(name))
    assert sum(p.numel() for p in network.parameters() if p.ndim > 1) == kernels
