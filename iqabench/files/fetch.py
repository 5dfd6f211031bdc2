"""Fetching: files come from the cache, else from a mirror, else from their url.

One failing file does not lose the others: every file that can be fetched is fetched, then one error names the
rest. An interrupted fetch keeps its partial files and goes on behind them the next time.
"""

import queue
import re
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from iqabench.errors import ChecksumError, FetchError, OfflineError
from iqabench.files.cache import blob, find, find_all, keep, keep_bytes, known_sha256, place
from iqabench.files.disk import disk_trouble, sha256_of
from iqabench.files.home import home, is_url, mirrors, offline
from iqabench.files.leftovers import remove_leftovers
from iqabench.files.progress import Bar
from iqabench.files.remote import RemoteFile
from iqabench.files.supplier import Supplier, current_supplier
from iqabench.files.transfer import Downloader, Stopped, discard, require_size
from iqabench.locks import locked
from iqabench.places import expanded
from iqabench.printable import first_names

_THREADS = 8
_PATIENCE_S = 2.0
"""Seconds that an interrupted fetch waits for its threads; their bytes are kept in any case."""

_LOGIN = re.compile(r"//[^/@\s]*@")
"""The name and password in the url of a mirror, which no message repeats."""

Result = Path | Exception


def fetch(
    files: Iterable[RemoteFile],
    *,
    progress: bool | None = None,
    owner: str = "NAME",
) -> dict[RemoteFile, Path]:
    """Fetch the files that the cache lacks, and return the place of each file in the cache.

    `progress`: whether to show a bar; None shows it only on a terminal. `owner`: the set or model
    that needs the files, for messages.

    Raises: ChecksumError when a cached file has changed since it came (`cache.remove_damaged` makes room for
        a new copy); OfflineError, ChecksumError or FetchError, after all others have been fetched: it names
        the files that could not be had, and why.
    """
    wanted = list(dict.fromkeys(files))
    remove_leftovers()
    paths = find_all(wanted, owner)
    missing = [file for file in wanted if file not in paths]
    if not missing:
        return paths
    sizes = [file.bytes for file in missing]
    total = None if None in sizes else sum(size or 0 for size in sizes)
    with Bar(owner, len(missing), total, shown=progress) as bar:
        downloader = Downloader(bar.advance)
        try:
            got = _in_parallel(missing, lambda file: bring(file, downloader), downloader, bar)
        finally:
            downloader.close()
    failed = {file: result for file, result in got.items() if isinstance(result, Exception)}
    if failed:
        raise _failure(failed, len(wanted), owner)
    return paths | {file: result for file, result in got.items() if isinstance(result, Path)}


def bring(file: RemoteFile, downloader: Downloader, besides: Sequence[str] = ()) -> Path:
    """Fetch one file from the first source that has it: mirrors, its url, then the places `besides`.

    Raises: OfflineError, ChecksumError or FetchError; Stopped.
    """
    part = home() / "partial" / f"{file.key}.part"
    # A worker asks the driver's server, which may fetch into the same cache: they must not share a lock.
    lock = part.with_suffix(".asked.lock" if current_supplier() else ".lock")
    try:
        with locked(lock, downloader.check, once=True):
            if path := find(file):  # another thread or process was faster
                return path
            return _from_sources(file, downloader, part, [*_sources(file), *besides])
    except OSError as error:
        raise FetchError(disk_trouble(error, file.name)) from error


def _sources(file: RemoteFile) -> list[str | Supplier]:
    """Return the mirrors of a file, and then the supplier of this process, or else the file's url."""
    sha256 = known_sha256(file)
    below = [str(blob(Path(), sha256))] if sha256 else []
    in_mirrors = [f"{mirror}/{b}" for mirror in mirrors() for b in below]
    last = current_supplier() or file.url
    return [*in_mirrors, *([last] if last else [])]


def _from_sources(
    file: RemoteFile, downloader: Downloader, part: Path, sources: Sequence[str | Supplier]
) -> Path:
    troubles: list[FetchError] = []
    for source in sources:
        try:
            if not isinstance(source, str):
                kept = keep_bytes(source(file), file)
                downloader.count(file, kept.stat().st_size)
                return kept
            if not is_url(source):
                path = expanded(source)
                if path.is_file():
                    kept = keep(path, file)
                    downloader.count(file, kept.stat().st_size)
                    return kept
            elif offline():
                troubles.append(OfflineError("IQABENCH_OFFLINE forbids the network"))
            else:
                return _from_url(file, downloader, part, source)
        except FetchError as error:
            troubles.append(error)
    if not troubles:
        troubles = [FetchError("no mirror has it, and it has no url")]
    reasons = _LOGIN.sub("//", "; ".join(dict.fromkeys(str(t).rstrip(".") for t in troubles)))
    raise _kind(troubles)(f"{reasons}. Get it by hand from {file.page}" if file.page else reasons)


def _from_url(file: RemoteFile, downloader: Downloader, part: Path, url: str) -> Path:
    """Download a file and put it into its place.

    A file that was joined from several answers, or from bytes of an earlier call, and has the wrong checksum
    is downloaded once more, in one piece: the older bytes may be the bad ones.
    """
    for joins in (True, False):
        joined = downloader.download(url, file, part, resume=joins)
        try:
            require_size(part, file, url)
            kept = place(part, file, sha256_of(part), url)
        except ChecksumError:
            discard(part)
            if not (joined and joins):
                raise
        else:
            discard(part)  # what was noted beside it
            return kept
    raise AssertionError("the second download returns or raises")


def _in_parallel(
    files: list[RemoteFile],
    work: Callable[[RemoteFile], Path],
    downloader: Downloader,
    bar: Bar,
) -> dict[RemoteFile, Result]:
    """Return the result for each file. An interrupt stops all threads and goes on to the caller.

    Daemon threads and not a pool: a pool's threads are waited for at exit, and one that sits in a
    dead connection would hold up an interrupted user for half a minute.
    """
    todo: queue.SimpleQueue[RemoteFile | None] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[RemoteFile, Result]] = queue.SimpleQueue()

    def serve() -> None:
        while (file := todo.get()) is not None:
            try:
                done.put((file, work(file)))
            except Stopped:
                return
            except Exception as error:  # noqa: BLE001 - the caller tells bugs from failures
                done.put((file, error))

    threads = [
        threading.Thread(target=serve, daemon=True) for _ in range(min(_THREADS, len(files)))
    ]
    for item in [*files, *[None] * len(threads)]:
        todo.put(item)
    for thread in threads:
        thread.start()
    got: dict[RemoteFile, Result] = {}
    try:
        while len(got) < len(files):
            file, result = done.get()
            got[file] = result
            bar.file_done()
    except BaseException:
        downloader.stop.set()
        for thread in threads:
            thread.join(_PATIENCE_S / len(threads))
        raise
    return {file: got[file] for file in files}


def _failure(failed: dict[RemoteFile, Exception], wanted: int, owner: str) -> Exception:
    """Return one error for all files that could not be fetched; a bug among them goes first, as it is."""
    for error in failed.values():
        if not isinstance(error, FetchError):
            return error
    kind = _kind(failed.values())
    others = wanted - len(failed)
    verb = "is" if others == 1 else "are"
    rest = f"; the other {others} {verb} in the cache" if others else ""
    lines = [f"{len(failed)} of {wanted} files of {owner} could not be fetched{rest}."]
    reasons: dict[str, list[str]] = {}
    for file, error in failed.items():
        reasons.setdefault(str(error), []).append(file.name)
    lines += [
        f"  {first_names(names, 4)}: {reason}" for reason, names in list(reasons.items())[:10]
    ]
    if len(reasons) > 10:
        lines.append(f"  ... and {len(reasons) - 10} more reasons")
    again = "unset IQABENCH_OFFLINE" if kind is OfflineError else "try again later"
    lines.append(
        f"What you can do: {again}; hand over files that you have with "
        f"'iqabench fetch {owner} --from FOLDER'; or set IQABENCH_MIRROR to a folder or url "
        "that holds them."
    )
    return kind("\n".join(lines))


def _kind(troubles: Iterable[Exception]) -> type[FetchError]:
    """Return the kind of error that says most: a wrong file is worse than an absent one."""
    kinds = {type(trouble) for trouble in troubles}
    if ChecksumError in kinds:
        return ChecksumError
    return OfflineError if kinds == {OfflineError} else FetchError
