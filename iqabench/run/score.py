"""Scoring images that exist already: a folder of outputs against a folder of targets or a set."""

from pathlib import Path

from iqabench.metrics import Column, column
from iqabench.models.card import Card
from iqabench.run.environment import new_run, resolve_device
from iqabench.run.evaluate import Outcome, Watch
from iqabench.run.pairing import Pairing
from iqabench.run.plan import DEFAULT_METRICS
from iqabench.run.records import RecordMaker, score
from iqabench.run.targets import Both, Outputs, Targets
from iqabench.store import Record, Store


def score_folder(
    outputs: Path, targets: Targets, store: Store, wanted: list[str], name: str = "",
    device: str = "auto", watch: Watch = lambda *_: None,
) -> tuple[Outcome, Pairing]:  # fmt: skip
    """Score a folder of outputs; every pair is a record. Targets without an output are failures.

    Raises: PairingError when nothing pairs; ImageError for a folder that is absent or empty.
    """
    found = Outputs(outputs, targets)
    columns = [column(c, targets.protocol) for c in dict.fromkeys(wanted or DEFAULT_METRICS)]
    card = Card(id=name or outputs.resolve().name, family="outputs", title=f"outputs in {outputs}",
                scale=targets.subject.scale, loader="file", channels="any")  # fmt: skip
    outcome = Outcome()
    where = resolve_device(device)
    with store.writer(new_run()) as writer:
        maker = RecordMaker(targets.subject, card, found.digest, writer.run, device=where)
        outcome.keys = [maker.key(c) for c in columns]
        for at, both in enumerate(found.pairs()):
            records = _score_one(maker, columns, both, where)
            writer.add(records)
            outcome.done += 1
            outcome.failures += [f"{both.sample}: {r.error}" for r in records if r.error][:1]
            watch(f"{card.id} against {targets.subject.set}", at + 1, len(targets.names))
    return outcome, found.pairing


def _score_one(maker: RecordMaker, columns: list[Column], both: Both, device: str) -> list[Record]:
    if both.output is None or both.target is None:
        return [maker.failed(c, both.sample, both.error) for c in columns]
    found = score(columns, both.output, both.target, maker.subject.scale, device)
    return [maker.make(c, both.sample, v, None) for c, v in zip(columns, found, strict=True)]
