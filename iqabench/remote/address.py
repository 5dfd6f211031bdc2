"""Addresses of stores: a folder, or a url such as s3://bucket/prefix."""

import re
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from iqabench.errors import UsageError
from iqabench.places import is_url

_BROKEN_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]+):/(?P<rest>[^/].*)$")  # not C:/a
_PASSWORD = re.compile(r"(?<=://)[^\s'\"]*:[^\s'\"]*@")
_USER = re.compile(r"(?<=://)[^\s/@'\"]*@")


def scheme_of(url: str) -> str:
    """Return the scheme of a url, as in s3."""
    return url.partition("://")[0].lower()


def local_folder(address: str | Path) -> Path | None:
    """Return the folder of an address on this machine; None for a url of another machine.

    Raises: UsageError for a url with one slash, as a path that was made of a url has.
    """
    if not is_url(address):
        if match := _BROKEN_URL.match(Path(address).as_posix()):
            url = f"{match['scheme']}://{match['rest']}"
            raise UsageError(
                f"{address} is no folder; a url is text with two slashes, as in {url}."
            )
        return Path(address)
    if scheme_of(address) in ("file", "local"):
        return Path(url2pathname(urlsplit(address).path))
    return None


def without_secrets(text: str) -> str:
    """Return a text whose urls have no user and no password."""
    return _USER.sub("***@", _PASSWORD.sub("***@", text))


def require_no_password(url: str) -> None:
    """Check that a url holds no password: commands are kept in histories, and shown by `ps`.

    Raises: UsageError when it holds one.
    """
    if _PASSWORD.search(url):
        raise UsageError(
            f"the address of the store, {without_secrets(url)}, holds a password. Leave it out: for s3:// "
            "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE."
        )
