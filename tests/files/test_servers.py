"""Servers that stall, refuse, lie or send something else."""

import gzip
import hashlib
import os
import time
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest

from iqabench.atomic import part_of
from iqabench.errors import ChecksumError, FetchError, UsageError
from iqabench.files.answers import wait_asked
from iqabench.files.fetch import fetch
from iqabench.files.limits import limits_of_environment

from .conftest import QUICK, Server

CONTENT = bytes(range(256)) * 40
DEAD = 4194999
"""A number that no process has."""


def test_a_server_that_stalls_is_given_up(server: Server) -> None:
    file = server.put("a.bin", CONTENT, stall_after=1000)
    with pytest.raises(
        FetchError, match=r"stalled: fewer than 100 bytes in 0\.3 s \(tried 2 times"
    ):
        fetch([file])


def test_a_server_that_drips_is_given_up(server: Server) -> None:
    file = server.put("a.bin", CONTENT, drip_s=0.02)
    with pytest.raises(FetchError, match="stalled"):
        fetch([file])
    assert len(server.requests) == QUICK.stalls


def test_the_end_of_a_small_file_is_no_stall(server: Server) -> None:
    file = server.put("a.bin", b"0123456789", drip_s=0.02)
    assert fetch([file])[file].read_bytes() == b"0123456789"


def test_a_host_that_only_stalls_is_not_asked_for_the_next_file(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("iqabench.files.fetch._THREADS", 1)
    files = [server.put(f"{n}.bin", CONTENT, stall_after=0) for n in range(5)]
    with pytest.raises(FetchError, match="stalled"):
        fetch(files)
    assert len(server.requests) == QUICK.stalls


def test_a_server_that_brings_a_little_each_time_is_given_up_in_the_end(server: Server) -> None:
    file = server.put("a.bin", CONTENT, cut_after=[10] * 99)
    with pytest.raises(FetchError, match=f"tried {QUICK.tries} times"):
        fetch([file])


def test_a_server_is_waited_for_as_it_asks(server: Server) -> None:
    file = server.put("a.bin", CONTENT, statuses=[429], headers={"Retry-After": "1"})
    assert fetch([file])[file].read_bytes() == CONTENT
    first, second = (request.at for request in server.requests)
    assert second - first >= 1


def test_a_server_that_asks_to_wait_too_long_is_told_of(server: Server) -> None:
    file = server.put("a.bin", CONTENT, statuses=[503] * 9, headers={"Retry-After": "3600"})
    with pytest.raises(FetchError, match=r"answered 503 .*asks to wait 3600 s; try again after"):
        fetch([file])
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("7", 7), (" 7 ", 7), ("", 0), ("soon", 0), ("-5", 0), ("1e9", 0), ("9" * 50, 999_999_999)],
)
def test_a_request_to_wait_is_a_number(text: str, seconds: float) -> None:
    assert wait_asked(text) == seconds


def test_a_request_to_wait_is_a_date() -> None:
    now = datetime(2026, 5, 1, 12, tzinfo=UTC)
    later = format_datetime(datetime(2026, 5, 1, 12, 2, tzinfo=UTC), usegmt=True)
    assert wait_asked(later, now) == 120
    assert wait_asked("Fri, 01 May 2026 12:02:00 -0000", now) == 120
    assert wait_asked("Wed, 01 Apr 2026 12:00:00 GMT", now) == 0


def test_a_wrong_rest_is_fetched_anew_in_the_same_call(server: Server) -> None:
    file = server.put("a.bin", CONTENT, cut_after=[2000], rest=CONTENT[::-1])
    assert fetch([file])[file].read_bytes() == CONTENT
    assert server.spans() == ["", "bytes=2000-", ""]


def test_a_server_with_wrong_rests_is_not_asked_for_one_again(server: Server) -> None:
    file = server.put("a.bin", CONTENT, cut_after=[2000, 9999, 2000], rest=CONTENT[::-1])
    assert fetch([file])[file].read_bytes() == CONTENT
    assert server.spans() == ["", "bytes=2000-", "", ""]


def test_a_rest_of_another_length_is_fetched_anew(server: Server) -> None:
    file = server.put("a.bin", CONTENT, cut_after=[2000], rest=CONTENT + b"more")
    assert fetch([file])[file].read_bytes() == CONTENT


def test_an_answer_that_is_a_part_only_is_gone_on_with(server: Server) -> None:
    file = replace(server.put("a.bin", CONTENT, only=4000), bytes=None)
    assert fetch([file])[file].read_bytes() == CONTENT
    assert server.spans() == ["", "bytes=4000-", "bytes=8000-"]


def test_a_server_that_promises_more_than_it_sends_is_tried_again(server: Server) -> None:
    file = server.put("a.bin", CONTENT[:5000], headers={"Content-Length": "5005"}, cut_after=[5000])
    assert fetch([file])[file].read_bytes() == CONTENT[:5000]


def test_a_server_that_packs_what_it_sends_is_understood(server: Server) -> None:
    packed = gzip.compress(CONTENT)
    file = server.put("a.bin", packed, headers={"Content-Encoding": "gzip"}, cut_after=[50])
    plain = replace(file, sha256=hashlib.sha256(CONTENT).hexdigest(), bytes=len(CONTENT))
    assert fetch([plain])[plain].read_bytes() == CONTENT
    assert server.spans() == ["", ""]


def test_a_packed_file_whose_format_is_declared_is_taken_as_it_is(server: Server) -> None:
    file = server.put("a.gz", gzip.compress(CONTENT), headers={"Content-Encoding": "gzip"})
    assert gzip.decompress(fetch([file])[file].read_bytes()) == CONTENT


def test_redirects_in_a_circle_are_given_up(server: Server) -> None:
    file = server.put("a.bin", CONTENT, statuses=[302] * 99)
    server.page(file).headers = {"Location": file.url or ""}
    with pytest.raises(FetchError, match=r"a\.bin cannot be followed"):
        fetch([file])


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"<!DOCTYPE html><title>Sign in", "a web page"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n",
            "a git-lfs pointer",
        ),
        (b"<?xml version='1.0'?><Error><Code>NoSuchKey", "an error message of the server"),
    ],
)
def test_what_comes_in_place_of_a_file_is_named(server: Server, content: bytes, kind: str) -> None:
    file = server.put("a.pth", CONTENT)
    server.page(file).content = content
    with pytest.raises(ChecksumError, match=f"; what came is {kind}"):
        fetch([file])
    unsized = replace(file, bytes=None)
    with pytest.raises(ChecksumError, match=f"{kind}.* is not shelf/a.pth"):
        fetch([unsized])
    unknown = replace(unsized, sha256=None)
    with pytest.raises(ChecksumError, match=f"brought {kind}.* instead of shelf/a.pth"):
        fetch([unknown])


@pytest.mark.parametrize("text", ["abc", "0", "-3", "nan", "inf"])
def test_a_wrong_limit_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IQABENCH_TIMEOUT", text)
    with pytest.raises(UsageError, match="expected a number of seconds"):
        limits_of_environment()


def test_the_user_chooses_how_long_silence_may_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IQABENCH_TIMEOUT", "3")
    limits = limits_of_environment()
    assert (limits.connect_s, limits.silence_s) == (3.0, 3.0)


def test_parts_of_dead_processes_are_removed_and_those_of_living_ones_stay(
    server: Server, own_home: Path
) -> None:
    file = server.put("a.bin", CONTENT)
    folder = own_home / "partial"
    folder.mkdir(parents=True)
    mine = part_of(folder / "a").name
    dead, living, reused = (
        folder / mine.replace(f"-{os.getpid()}-", f"-{process}-")
        for process in (DEAD, os.getppid(), os.getpid())
    )
    strange, abandoned = folder / f".c.000000-{DEAD}-7.part", folder / f".d.{DEAD}-7.part"
    for path in (dead, living, strange, abandoned, reused):
        path.write_bytes(b"x")
    for path in (abandoned, reused):
        os.utime(path, (0, time.time() - 5 * 86400))
    (folder / "other.part").write_bytes(b"half")
    fetch([file])
    left = {path.name for path in folder.iterdir() if not path.name.endswith(".lock")}
    assert left == {living.name, strange.name, "other.part"}


def test_a_download_that_nobody_goes_on_with_is_removed_after_a_month(
    server: Server, own_home: Path
) -> None:
    part = own_home / "partial" / "other.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"half")
    os.utime(part, (0, time.time() - 31 * 86400))
    fetch([server.put("a.bin", CONTENT)])
    assert not part.exists()
