import hashlib
from pathlib import Path

import pytest

from iqabench.errors import FetchError
from iqabench.files import RemoteFile
from iqabench.files.adopt import adopt
from iqabench.files.cache import blob, find


def known(name: str, content: bytes) -> RemoteFile:
    return RemoteFile(name, None, hashlib.sha256(content).hexdigest(), len(content))


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    folder = tmp_path / "shelf"
    (folder / "deep" / "deeper").mkdir(parents=True)
    (folder / "deep" / "deeper" / "renamed.dat").write_bytes(b"content of a")
    (folder / "b.png").write_bytes(b"CONTENT of b")
    (folder / "big.zip").write_bytes(b"an archive")
    return folder


def test_files_are_found_by_content_wherever_they_lie(shelf: Path, own_home: Path) -> None:
    a, b = known("set/a.png", b"content of a"), known("set/b.png", b"content of b")
    done = adopt(shelf, [a, b])
    assert done.adopted == {a: blob(own_home, a.sha256 or "")}
    assert find(a)
    assert done.missing == [b]
    assert done.other == {b: shelf / "b.png"}
    assert "1 file adopted, 0 were here, 1 still missing (1 has the right name" in str(done)
    assert adopt(shelf, [a]).present == done.adopted


def test_one_file_may_be_handed_over_by_its_path(shelf: Path) -> None:
    a, archive = known("set/a.png", b"content of a"), RemoteFile("big.zip", None, None, None)
    assert list(adopt(shelf / "deep/deeper/renamed.dat", [a, archive]).adopted) == [a]
    assert list(adopt(shelf / "big.zip", [a, archive]).adopted) == [archive]


def test_the_users_own_file_is_copied_not_shared(shelf: Path) -> None:
    a = known("set/a.png", b"content of a")
    adopt(shelf, [a])
    (shelf / "deep" / "deeper" / "renamed.dat").write_bytes(b"edited since")
    path = find(a)
    assert path
    assert path.read_bytes() == b"content of a"


def test_a_file_of_unknown_size_is_found_too(shelf: Path) -> None:
    sized = known("set/a.png", b"content of a")
    a = RemoteFile("set/a.png", None, sized.sha256, None)
    assert list(adopt(shelf, [a]).adopted) == [a]


def test_a_file_without_checksum_is_taken_by_name_and_pinned(
    shelf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = RemoteFile("set/big.zip", "https://example.org/big.zip", None, None)
    assert list(adopt(shelf, [archive]).adopted) == [archive]
    assert "Pinned" in capsys.readouterr().err
    assert find(archive)


def test_a_copy_that_was_taken_by_mistake_can_be_replaced(shelf: Path) -> None:
    archive = RemoteFile("set/big.zip", "https://example.org/big.zip", None, None)
    adopt(shelf, [archive])
    (shelf / "big.zip").write_bytes(b"the right archive")
    again = adopt(shelf, [archive])
    assert list(again.present) == [archive]
    assert "big.zip differs from the copy that was pinned, and --replace takes it" in str(again)
    assert list(adopt(shelf, [archive], replace=True).adopted) == [archive]
    path = find(archive)
    assert path
    assert path.read_bytes() == b"the right archive"
    assert "differs" not in str(adopt(shelf, [archive], replace=True))


def test_a_file_that_only_a_person_can_get_is_found_after_it_was_handed_over(shelf: Path) -> None:
    archive = RemoteFile("set/big.zip", None, None, None, page="https://example.org/page")
    assert find(archive) is None
    adopt(shelf, [archive])
    assert find(archive)
    assert find(RemoteFile("set/big.zip", None, None, None, page="https://example.org/2")) is None


def test_a_wrong_beginning_of_the_checksum_is_not_adopted(shelf: Path) -> None:
    archive = RemoteFile("big.zip", "https://example.org/big.zip", None, None, "00000000")
    done = adopt(shelf, [archive])
    assert done.missing == [archive]
    assert done.other == {archive: shelf / "big.zip"}


def test_no_such_folder(tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="does not exist; expected a folder"):
        adopt(tmp_path / "nowhere", [])
