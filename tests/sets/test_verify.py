import pytest

from iqabench.errors import UnknownNameError
from iqabench.files import home
from iqabench.sets import load_set
from iqabench.sets.verify import verify

from .conftest import Shelf, facts, picture


def test_missing_damaged_and_whole_files_are_told_apart(shelf: Shelf) -> None:
    places = [shelf.add(picture(8, 8, seed=i), "target", name) for i, name in enumerate("abc")]
    shelf.declare(facts(size="3"))
    assert {row.state for row in verify("mine")} == {"missing"}
    load_set("mine")
    a, b, _ = (home() / place.relative_to(shelf.mirror) for place in places)
    a.unlink()
    content = b.read_bytes()
    b.unlink()  # it may be a link to the mirror's own
    b.write_bytes(content[:-1] + b"x")
    rows = verify()
    assert [(row.set, row.file, row.state) for row in rows] == [
        ("mine", "mine/a_target_.png", "missing"),
        ("mine", "mine/b_target_.png", "damaged"),
        ("mine", "mine/c_target_.png", "ok"),
    ]
    assert rows[1].path == b


def test_an_archive_without_checksum_is_unpinned(shelf: Shelf) -> None:
    archive = "{role: input, member: '{sample}', url: 'https://example.org/in.zip'}"
    shelf.declare(facts(levels="[x2]", samples="1-1", files="", archives=f"[{archive}]"))
    assert [row.state for row in verify("mine")] == ["unpinned"]


def test_shipped_images_are_whole() -> None:
    rows = verify("demo")
    assert [row.state for row in rows] == ["ok"] * 5


def test_unknown() -> None:
    with pytest.raises(UnknownNameError):
        verify("nothing")
