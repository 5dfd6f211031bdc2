"""Sizes as people type them."""

import pytest

from iqabench.errors import UsageError
from iqabench.probes import Size, sizes_of


def test_a_sweep_doubles_and_ends_where_it_was_told() -> None:
    assert [s.height for s in sizes_of(["64..1024"], [])] == [64, 128, 256, 512, 1024]
    assert [s.height for s in sizes_of(["100..500"], [])] == [100, 200, 400, 500]


def test_the_challenges_size_is_the_default() -> None:
    assert [s.name for s in sizes_of([], [])] == ["3x256x256"]
    assert [s.name for s in sizes_of([], ["1280x720"], batch=8)] == ["8xto1280x720"]


def test_an_output_size_is_divided_by_the_scale() -> None:
    size = sizes_of([], ["1280x720"])[0]
    assert size.input_shape(4) == (1, 3, 180, 320)
    assert size.input_shape(3, channels=1) == (1, 1, 240, 426)
    assert Size(3, 256, 255).input_shape(4) == (1, 3, 256, 255)


@pytest.mark.parametrize("text", ["256", "0x1x1", "3x256", "1024..64", "0..8", "-3x2x2", "axbxc"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="expected channels x height x width"):
        sizes_of([text], [])


@pytest.mark.parametrize("text", ["1280", "0x720", "3x256x256"])
def test_what_is_no_output_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="expected width x height"):
        sizes_of([], [text])
    with pytest.raises(UsageError, match="leaves no input"):
        Size(3, 2, 2, of_output=True).input_shape(4)
