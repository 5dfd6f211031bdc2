"""Whatever keeps a store elsewhere from being used is said in plain words, and no secret is printed."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from iqabench.cli.main import main
from iqabench.errors import StoreError, UsageError
from iqabench.remote import open_store
from iqabench.remote.address import without_secrets
from iqabench.remote.failures import is_passing, reason_of
from remote.conftest import PASSWORD
from remote.examples import files_of

NO_PUT = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:PutObject",
            "Resource": "arn:aws:s3:::BUCKET/*",
        }
    ],
}


def message_of(url: str) -> str:
    with pytest.raises(StoreError) as caught:
        open_store(url)
    assert PASSWORD not in str(caught.value)
    return str(caught.value)


@pytest.fixture
def checked_credentials(endpoint: str) -> Iterator[None]:
    """The server checks credentials while the test runs."""

    def after(actions: str) -> None:
        address, kind = f"{endpoint}/moto-api/reset-auth", {"Content-Type": "text/plain"}
        urlopen(Request(address, actions.encode(), kind)).close()

    after("0")
    yield
    after("inf")


def test_a_bucket_that_does_not_exist(s3: str) -> None:
    assert "there is no such bucket. Create it" in message_of("s3://no-such-bucket/a")


def test_credentials_that_are_refused(s3: str, checked_credentials: None) -> None:
    assert "its credentials were refused (InvalidAccessKeyId)" in message_of(s3)


def test_credentials_that_are_missing(s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "absent")
    monkeypatch.setenv("AWS_CONFIG_FILE", "absent")
    assert "there are no credentials for it. Set AWS_ACCESS_KEY_ID" in message_of(s3)


@pytest.mark.parametrize("user", ["", f"me:{PASSWORD}@"])
def test_an_endpoint_that_does_not_answer(
    s3: str, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{user}127.0.0.1:9")
    assert "its server does not answer (" in message_of(s3)


def test_no_right_to_write_is_told_before_the_first_image(s3: str) -> None:
    bucket = s3.split("/")[2]
    policy = json.dumps(NO_PUT).replace("BUCKET", bucket)
    files_of(s3)[0].call_s3("put_bucket_policy", Bucket=bucket, Policy=policy)
    store = open_store(s3)
    with pytest.raises(StoreError, match=r"access was refused \(403\).*right to write"):
        store.writer("run").open()
    assert not list((store.folder / "records").iterdir())


def test_the_command_line_tells_it_and_ends_with_1(
    s3: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["iqabench", "report", "--store", s3])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert f"the store {s3} holds no records." in capsys.readouterr().err


def test_a_scheme_without_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IQABENCH_OFFLINE")
    monkeypatch.setitem(sys.modules, "s3fs", None)
    monkeypatch.delitem(sys.modules["fsspec.registry"]._registry, "s3", raising=False)
    assert message_of("s3://bucket/a") == (
        "stores at s3:// need a package that is not installed: pip install 'iqabench[s3]'."
    )


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("nothing://bucket/a", "Protocol not known: nothing. Expected a folder, or a url"),
        ("s3://", "the address s3:// names no bucket; expected s3://bucket/prefix."),
    ],
)
def test_an_address_that_is_none(url: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IQABENCH_OFFLINE")
    assert message in message_of(url)


@pytest.mark.parametrize("address", [Path("s3://bucket/a"), "s3:/bucket/a"])
def test_a_url_with_one_slash_is_no_folder(address: str | Path) -> None:
    with pytest.raises(UsageError, match=r"two slashes, as in s3://bucket/a\."):
        open_store(address)


@pytest.mark.parametrize("secret", [PASSWORD, f"{PASSWORD}/{PASSWORD}", f"{PASSWORD}@{PASSWORD}"])
def test_a_password_in_the_address_is_refused_and_never_printed(
    secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("IQABENCH_OFFLINE")
    with pytest.raises(UsageError, match="holds a password") as caught:
        open_store(f"s3://id:{secret}@bucket/a")
    assert PASSWORD not in str(caught.value)
    assert (
        without_secrets("see ssh://me@host/a and s3://b/c") == "see ssh://***@host/a and s3://b/c"
    )


def test_a_copy_that_cannot_be_written_is_told(
    memory: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "home").touch()
    monkeypatch.setenv("IQABENCH_HOME", str(tmp_path / "home"))
    message = message_of(memory)
    assert f"the copy of {memory} on this machine cannot be written: Not a directory" in message
    assert "set IQABENCH_HOME" in message


def test_an_error_of_any_library_is_told_apart() -> None:
    class ClientError(Exception):
        """As botocore raises it."""

        def __init__(self, code: str) -> None:
            super().__init__(f"An error occurred ({code})")
            self.response = {"Error": {"Code": code}}

    assert is_passing(ClientError("SlowDown"))
    assert is_passing(TimeoutError())
    assert not is_passing(ClientError("AccessDenied"))
    assert not is_passing(OSError(28, "No space left on device"))
    assert reason_of(ClientError("XMinioStorageFull"), "write to it") == (
        "it is full (XMinioStorageFull). Make room."
    )
    assert reason_of(ClientError("Odd"), "write to it").startswith(
        "ClientError: An error occurred (Odd). Check the address"
    )
