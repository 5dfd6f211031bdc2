"""A process that adds records to the store at a url, says so, and kills itself in mid-run."""

import os
import signal
import sys
import time

from store.example import record

from iqabench.remote import open_store

store = open_store(sys.argv[1])
crop = store.crops / "target.png"
crop.parent.mkdir()
writer = store.writer("dead")
for count in range(20):
    crop.write_bytes(b"x" * count)
    writer.add([record(f"{count:03}")], [crop])
    sys.stdout.write(f"{count:03}\n")
    sys.stdout.flush()
    time.sleep(0.05)
os.kill(os.getpid(), signal.SIGKILL)
