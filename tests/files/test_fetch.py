import errno
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from files.partial import CONTENT, leave_partial, leftovers, part_of
from iqabench.errors import ChecksumError, FetchError, OfflineError
from iqabench.files import RemoteFile, transfer
from iqabench.files.cache import blob, remove_damaged
from iqabench.files.disk import write
from iqabench.files.fetch import fetch

from .conftest import Server


def test_a_file_comes_once_and_lies_under_its_hash(server: Server, own_home: Path) -> None:
    file = server.put("a.bin", CONTENT)
    assert fetch([file, file]) == {file: blob(own_home, file.sha256 or "")}
    assert fetch([file])[file].read_bytes() == CONTENT
    assert len(server.requests) == 1
    assert leftovers(own_home) == []


def test_a_partial_file_is_resumed(server: Server, own_home: Path) -> None:
    file = server.put("a.bin", CONTENT)
    leave_partial(own_home, file, CONTENT[:1000])
    assert fetch([file])[file].read_bytes() == CONTENT
    assert server.spans() == ["bytes=1000-"]


def test_a_complete_partial_file_needs_no_network(server: Server, own_home: Path) -> None:
    file = server.put("a.bin", CONTENT)
    leave_partial(own_home, file, CONTENT)
    assert fetch([file])[file].read_bytes() == CONTENT
    assert server.requests == []


def test_a_server_that_ignores_range_sends_it_all_again(server: Server, own_home: Path) -> None:
    file = server.put("a.bin", CONTENT, honours_range=False)
    leave_partial(own_home, file, b"x" * 1000)
    assert fetch([file])[file].read_bytes() == CONTENT


def test_a_range_that_cannot_be_served_starts_again(server: Server, own_home: Path) -> None:
    file = replace(server.put("a.bin", CONTENT), bytes=None)
    leave_partial(own_home, file, CONTENT + b"longer than the file")
    assert fetch([file])[file].read_bytes() == CONTENT
    assert server.spans() == [f"bytes={len(CONTENT) + 20}-", ""]


def test_damaged_old_bytes_are_fetched_anew(server: Server, own_home: Path) -> None:
    file = server.put("a.bin", CONTENT)
    leave_partial(own_home, file, b"x" * 1000)
    assert fetch([file])[file].read_bytes() == CONTENT
    assert server.spans() == ["bytes=1000-", ""]


def test_a_broken_connection_is_taken_up_where_it_broke(server: Server) -> None:
    cuts = [100_000, 200_000, 300_000, 50_000]  # more breaks than tries: each brought something
    file = server.put("a.bin", CONTENT, cut_after=cuts)
    assert fetch([file])[file].read_bytes() == CONTENT
    assert len(server.requests) == 5
    assert server.spans()[1] == "bytes=100000-"


def test_a_server_that_always_breaks_off_is_given_up(server: Server, own_home: Path) -> None:
    file = server.put("a.bin", CONTENT, cut_after=[1000] * 20, honours_range=False)
    with pytest.raises(FetchError, match=r"broke off.*tried 4 times"):
        fetch([file])
    assert part_of(own_home, file).read_bytes() == CONTENT[:1000]


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_passing_failure_is_tried_again(server: Server, status: int) -> None:
    file = server.put("a.bin", CONTENT, statuses=[status, status])
    assert fetch([file])[file].read_bytes() == CONTENT


def test_a_lasting_failure_is_given_up(server: Server) -> None:
    file = server.put("a.bin", CONTENT, statuses=[500] * 9)
    with pytest.raises(FetchError, match="answered 500"):
        fetch([file])
    assert len(server.requests) == 3


def test_what_is_not_there_is_not_asked_for_twice(server: Server) -> None:
    file = replace(server.put("a.bin", CONTENT), url=f"{server.url}/gone.bin")
    with pytest.raises(FetchError, match=r"gone\.bin answered 404"):
        fetch([file])
    assert len(server.requests) == 1


def test_altered_bytes_of_the_right_length_are_refused(server: Server, own_home: Path) -> None:
    file = server.put("a.bin", CONTENT)
    server.page(file).content = b"x" + CONTENT[1:]
    with pytest.raises(ChecksumError, match=r"is not shelf/a\.bin"):
        fetch([file])
    assert leftovers(own_home) == []
    assert not blob(own_home, file.sha256 or "").exists()


@pytest.mark.parametrize("content", [CONTENT[:-1], CONTENT + b"more"])
def test_another_length_is_refused(server: Server, own_home: Path, content: bytes) -> None:
    file = server.put("a.bin", CONTENT)
    server.page(file).content = content
    with pytest.raises(ChecksumError, match=f"instead of the {len(CONTENT)}"):
        fetch([file])
    assert leftovers(own_home) == []


def test_a_web_page_in_place_of_a_file_says_so(server: Server) -> None:
    file = server.put("a.bin", b"<html>sign in</html>", kind="text/html; charset=utf-8")
    with pytest.raises(FetchError, match=r"a web page instead of shelf/a\.bin"):
        fetch([file])


def test_no_network_names_the_host_and_tries_it_for_one_file_only(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    monkeypatch.setattr("iqabench.files.fetch._THREADS", 1)
    files = [RemoteFile(f"{i}", f"http://127.0.0.1:{port}/{i}", f"{i:064}", 1) for i in range(3)]
    attempts = 0
    request = transfer.Downloader._request

    def counted(self: transfer.Downloader, *args: Any) -> None:
        nonlocal attempts
        attempts += 1
        request(self, *args)

    monkeypatch.setattr(transfer.Downloader, "_request", counted)
    with pytest.raises(FetchError, match=f":{port} cannot be reached") as caught:
        fetch(files, owner="shelf")
    assert "iqabench fetch shelf --from FOLDER" in str(caught.value)
    assert "0, 1, 2: " in str(caught.value)  # one reason, said once
    assert str(caught.value).count("tried 3 times") == 1
    assert attempts == 3


def test_one_failing_file_does_not_lose_the_others(server: Server, own_home: Path) -> None:
    good = [server.put(f"{i}.bin", bytes([i]) * 100) for i in range(20)]
    bad = RemoteFile("shelf/gone.bin", f"{server.url}/gone.bin", "1" * 64, 5)
    with pytest.raises(FetchError, match=r"1 of 21 files.*the other 20 are in the cache") as caught:
        fetch([bad, *good])
    assert "shelf/gone.bin: " in str(caught.value)
    assert all(blob(own_home, file.sha256 or "").exists() for file in good)


def test_many_failures_are_counted_not_listed(server: Server) -> None:
    files = [RemoteFile(f"{i}", f"{server.url}/{i}", f"{i:064}", 5) for i in range(30)]
    same = [RemoteFile(f"s{i}", f"{server.url}/same", f"{i:063}a", 5) for i in range(9)]
    with pytest.raises(FetchError) as caught:
        fetch([*same, *files])
    said = str(caught.value)
    assert "s0, s1, s2, s3 and 5 more: " in said
    assert "... and 21 more reasons" in said
    assert len(said.splitlines()) == 13


def test_files_come_several_at_a_time(server: Server) -> None:
    files = [server.put(f"{i}.bin", bytes([i]), delay_s=0.2) for i in range(16)]
    started = time.monotonic()
    assert len(fetch(files)) == 16
    assert time.monotonic() - started < 16 * 0.2 / 2
    assert 4 <= server.most_busy <= 8


def test_offline_names_the_files_and_asks_nobody(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, away = server.put("a.bin", CONTENT), server.put("b.bin", b"b")
    fetch([here])
    monkeypatch.setenv("IQABENCH_OFFLINE", "1")
    assert here in fetch([here])
    with pytest.raises(OfflineError, match=r"shelf/b\.bin: IQABENCH_OFFLINE") as caught:
        fetch([here, away], owner="shelf")
    assert "unset IQABENCH_OFFLINE; hand over" in str(caught.value)
    assert len(server.requests) == 1


def test_a_full_disk_says_so_and_keeps_what_came(
    server: Server, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = server.put("a.bin", CONTENT)
    room = 500_000

    def little_room(to: BinaryIO, data: bytes) -> None:
        if to.tell() + len(data) > room:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(to, data)

    monkeypatch.setattr(transfer, "write", little_room)
    with pytest.raises(FetchError, match=r"the disk is full: .*IQABENCH_HOME"):
        fetch([file])
    kept = part_of(own_home, file).read_bytes()
    assert kept
    assert kept == CONTENT[: len(kept)]
    room = 10_000_000
    assert fetch([file])[file].read_bytes() == CONTENT
    assert server.spans() == ["", f"bytes={len(kept)}-"]


def test_a_cache_that_cannot_be_written_says_so(
    server: Server, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = server.put("a.bin", CONTENT)

    def closed(_self: Path, *_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", closed)
    with pytest.raises(FetchError, match="Set IQABENCH_HOME to a folder that you may write to"):
        fetch([file])


def test_an_interrupt_ends_at_once_and_keeps_the_partial_file(
    server: Server, own_home: Path
) -> None:
    file = server.put("a.bin", CONTENT, stall_after=300_000)
    # A shell starts what runs in its background with interrupts ignored; Python then leaves them so.
    heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    code = f"{heard}; from iqabench.files.fetch import *; fetch([{file!r}])"
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True)
    part = part_of(own_home, file)
    while process.poll() is None and (not part.exists() or part.stat().st_size < 300_000):
        time.sleep(0.01)
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert "KeyboardInterrupt" in said
    assert time.monotonic() - started < 10
    assert part.read_bytes() == CONTENT[:300_000]
    server.page(file).stall_after = None
    assert fetch([file])[file].read_bytes() == CONTENT
    assert server.spans() == ["", "bytes=300000-"]


def test_two_fetches_of_one_file_at_once_transfer_it_once(server: Server) -> None:
    file = server.put("a.bin", CONTENT, delay_s=0.1)
    threads = [threading.Thread(target=fetch, args=([file],)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.requests) == 1


def test_a_changed_file_in_the_cache_is_refused_until_it_is_replaced(server: Server) -> None:
    file = server.put("a.bin", CONTENT)
    path = fetch([file])[file]
    path.write_bytes(b"x" + CONTENT[1:])
    with pytest.raises(ChecksumError, match=r"a\.bin .*'iqabench fetch shelf' to replace"):
        fetch([file], owner="shelf")
    assert remove_damaged([file]) == [file]
    assert fetch([file])[file].read_bytes() == CONTENT
    assert remove_damaged([file]) == []


def test_a_file_cut_short_in_the_cache_counts_as_absent(server: Server) -> None:
    file = server.put("a.bin", CONTENT)
    fetch([file])[file].write_bytes(b"x")
    assert fetch([file])[file].read_bytes() == CONTENT


def test_the_bar_is_shown_when_asked_for(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    fetch([server.put("a.bin", CONTENT)], progress=True, owner="shelf")
    shown = capsys.readouterr()
    assert "shelf" in shown.err
    assert "1/1 files" in shown.err
    assert shown.out == ""
    fetch([server.put("b.bin", b"b")])
    assert capsys.readouterr().err == ""
