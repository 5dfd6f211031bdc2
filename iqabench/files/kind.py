"""The kind of a file that came in place of another, by its first bytes, for messages."""

from pathlib import Path

_HEAD = 512


def kind_of(path: Path) -> str:
    """Return what a file is, when it is something that often comes in place of another; else nothing."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return ""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not head:
        return "empty"
    if text.startswith((b"<!doctype html", b"<html", b"<head")):
        return "a web page"
    if text.startswith(b"version https://git-lfs"):
        return "a git-lfs pointer: a few lines of text that stand for the file"
    if text.startswith(b"<?xml") and b"error" in text:
        return "an error message of the server"
    return ""
