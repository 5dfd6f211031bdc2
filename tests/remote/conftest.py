"""An object store on this machine, for all tests of a process, and homes as of several machines."""

import logging
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import fsspec
import pytest
from moto.server import ThreadedMotoServer

from iqabench.remote import open_store, sender
from iqabench.store import Store

PASSWORD = "never-printed"


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    """The address of an S3 server on this machine."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The url of an empty store in a bucket of its own; AWS's variables are set."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "id",
        "AWS_SECRET_ACCESS_KEY": PASSWORD,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("IQABENCH_OFFLINE")
    bucket = f"bucket-{uuid.uuid4().hex}"
    fsspec.filesystem("s3", skip_instance_cache=True).mkdir(bucket)
    return f"s3://{bucket}/prefix"


@pytest.fixture
def memory() -> str:
    """The url of an empty store in this process."""
    return f"memory://{uuid.uuid4().hex}/prefix"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Store]:
    """`machine(name, url)`: the store as it is opened on a machine of that name, with its own home."""

    def opened(name: str, url: str) -> Store:
        monkeypatch.setenv("IQABENCH_HOME", str(tmp_path / name))
        return open_store(url)

    return opened


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Records are sent without a pause between parts, and a store that fails is given up at once."""
    monkeypatch.setattr(sender, "_INTERVAL_S", 0.0)
    monkeypatch.setattr(sender, "PATIENCE_S", 0.0)
