"""The reading of files from their content, as tests of formats ask for it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from images.files import Pixels
from iqabench.images import ReadOptions, read_image, read_part, remarks_on


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Pixels]:
    def write_and_read(content: bytes, part: bool = False, **options: Any) -> Pixels:
        path = tmp_path / "a.image"
        path.write_bytes(content)
        reading = ReadOptions(**options)
        return read_part(path, "", reading)[0] if part else read_image(path, "", reading)

    return write_and_read


@pytest.fixture
def remark(tmp_path: Path) -> Callable[[bytes], str]:
    def write_and_remark(content: bytes) -> str:
        (tmp_path / "a.image").write_bytes(content)
        return " ".join(remarks_on([tmp_path / "a.image"]))

    return write_and_remark
