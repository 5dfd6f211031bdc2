"""Models of one set share decoded samples, within a bound of memory."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from iqabench.errors import SetError
from iqabench.run import Options, evaluate, plan
from iqabench.run.sample_cache import SampleCache
from iqabench.sets import Recipe, SampleRef, load_set
from iqabench.store import Store


class Counted(SampleRef):
    """A sample that counts how often it is decoded."""

    loads: list[str] = []  # noqa: RUF012 - the class is frozen, and tests clear the list

    def load(self, domain="image"):  # type: ignore[no-untyped-def]
        self.loads.append(self.name)
        return super().load(domain)


def references() -> list[SampleRef]:
    Counted.loads.clear()
    return [Counted(r.name, r.recipe, r.files) for r in load_set("demo", 2)]


def test_a_sample_is_decoded_once_and_is_the_same() -> None:
    cache, samples = SampleCache(1 << 30), references()
    first = [cache.load("a", sample, "image") for sample in samples]
    again = [cache.load("a", sample, "image") for sample in samples]
    assert all(one is other for one, other in zip(first, again, strict=True))
    assert Counted.loads == [sample.name for sample in samples]
    for sample in samples:
        assert np.array_equal(cache.load("a", sample, "image").input, sample.load().input)


def test_other_sets_and_domains_are_other_samples() -> None:
    cache, sample = SampleCache(1 << 30), references()[0]
    colour, luma = cache.load("a", sample, "image"), cache.load("a", sample, "luma")
    assert colour.input.shape[2] == 3
    assert luma.input.shape[2] == 1
    assert cache.load("b", sample, "image") is not colour


def test_floats_are_not_shared() -> None:
    """The input of the luma domain has double precision; a network might write into it."""
    cache, sample = SampleCache(1 << 30), references()[0]
    assert cache.load("a", sample, "luma") is not cache.load("a", sample, "luma")


def test_what_does_not_fit_is_decoded_again_and_what_was_first_stays() -> None:
    samples = references()
    first = samples[0].load()
    cache = SampleCache(sum(part.nbytes for part in first.parts.values()))
    for _ in range(2):
        for sample in samples:
            cache.load("a", sample, "image")
    counts = {sample.name: Counted.loads.count(sample.name) for sample in samples}
    assert counts.pop(samples[0].name) == 2  # one of them to measure it
    assert set(counts.values()) == {2}


def test_errors_are_not_kept() -> None:
    broken = SampleRef("broken", Recipe(1), trouble="it has no input")
    cache = SampleCache(1 << 30)
    for _ in range(2):
        with pytest.raises(SetError, match="it has no input"):
            cache.load("a", broken, "image")


def test_threads_may_share_it() -> None:
    cache, samples = SampleCache(1 << 30), references()
    with ThreadPoolExecutor(8) as pool:
        loaded = list(pool.map(lambda sample: cache.load("a", sample, "image"), samples * 8))
    assert {sample.name for sample in loaded} == {sample.name for sample in samples}


def test_models_of_a_run_share_samples_and_one_model_keeps_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads: list[str] = []
    load = SampleRef.load

    def counted(self: SampleRef, domain: str = "image") -> object:
        loads.append(self.name)
        return load(self, domain)  # type: ignore[arg-type]

    monkeypatch.setattr(SampleRef, "load", counted)
    options = Options(device="cpu")
    evaluate(plan(["bicubic", "nearest"], ["demo"], ["psnr"], 2), Store(tmp_path / "a"), options)
    assert len(loads) == len(set(loads)) == 5

    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(SampleCache, "load", never)
    evaluate(plan(["bicubic"], ["demo"], ["psnr"], 2), Store(tmp_path / "b"), options)
