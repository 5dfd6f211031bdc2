"""Every record once: the view finds what stands twice without sorting everything."""

import random
from pathlib import Path

from iqabench.store import Record, Store

from .conftest import column_of


def write(store: Store, run: str, records: list[Record]) -> None:
    with store.writer(run) as writer:
        writer.add(records)


def values(store: Store) -> dict[tuple[str, str], list[float]]:
    with store.connect() as connection:
        rows = connection.execute(
            "SELECT key, sample, value FROM records ORDER BY value"
        ).fetchall()
    found: dict[tuple[str, str], list[float]] = {}
    for key, sample, value in rows:
        found.setdefault((key, sample), []).append(value)
    return found


def time(at: int) -> str:
    return f"2026-01-02T03:04:{at:02d}.000Z"


def test_one_key_of_several_with_the_same_samples_is_doubled(tmp_path: Path) -> None:
    """Two keys have samples a and b; only one of them has a twice, and so not the same sum."""
    store = Store(tmp_path / "store")
    write(store, "one", [*column_of([1.0, 2.0]), *column_of([3.0, 4.0], model="other")])
    write(store, "two", column_of([5.0], time=time(9)))
    found = values(store)
    assert sorted(v for some in found.values() for v in some) == [2.0, 3.0, 4.0, 5.0]
    assert all(len(some) == 1 for some in found.values())


def test_as_many_records_but_other_samples(tmp_path: Path) -> None:
    """a, a and a, b are as many: a key must not be taken for one without doubles."""
    store = Store(tmp_path / "store")
    write(store, "one", [*column_of([1.0, 2.0]), *column_of([3.0], model="other")])
    write(store, "two", column_of([4.0], model="other", time=time(9)))
    assert sorted(v for some in values(store).values() for v in some) == [1.0, 2.0, 4.0]


def test_it_is_the_same_as_sorting_everything(tmp_path: Path) -> None:
    chance, store = random.Random(7), Store(tmp_path / "store")
    latest: dict[tuple[str, str, str], float] = {}
    for run in range(6):
        records: dict[tuple[str, str], Record] = {}
        for _ in range(30):
            model, sample = chance.choice("mno"), chance.choice("abcdef")
            (made,) = column_of([chance.random()], samples=sample, model=model, time=time(run))
            records[model, sample] = made
        for (model, sample), one in records.items():
            latest[model, sample, one.key] = float(one.value or 0)
        write(store, f"run-{run}", [*records.values()])
    assert values(store) == {(k, s): [v] for (_, s, k), v in latest.items()}


def test_a_journal_and_the_parquet_file_it_became(tmp_path: Path) -> None:
    """A reader may find both: a journal is read, and becomes Parquet before its file is looked for."""
    store = Store(tmp_path / "store")
    write(store, "one", column_of([1.0, 2.0]))
    journal = store.writer("two")
    journal.add(column_of([1.0, 2.0]))
    assert [len(some) for some in values(store).values()] == [1, 1]
    with journal:
        pass
    assert [len(some) for some in values(store).values()] == [1, 1]
