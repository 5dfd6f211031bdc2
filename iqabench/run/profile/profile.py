"""The measurement of models with a record of each cost, as `iqabench profile` does it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch

from iqabench.errors import IqabenchError
from iqabench.models.core.model import Model
from iqabench.probes import CostColumn, Size
from iqabench.run.environment import new_run, resolve_device
from iqabench.run.executors.placement import LOCAL, Placement
from iqabench.run.outcome import Failure
from iqabench.run.plan import Cell, Options
from iqabench.run.profile.counting.ledger import count_on_workers
from iqabench.run.profile.counting.session import load_for_profile
from iqabench.run.profile.measure import Round, measure, rounds_of
from iqabench.run.profile.options import Profile, ProfileOptions
from iqabench.run.profile.records import CostMaker
from iqabench.run.progress import UNWATCHED, Watch
from iqabench.store import Store
from iqabench.tasks import Ratio


def profile(
    names: Sequence[str],
    columns: Sequence[CostColumn],
    sizes: Sequence[Size] | None,
    store: Store,
    options: ProfileOptions,
    watch: Watch = UNWATCHED,
    placement: Placement = LOCAL,
) -> Profile:
    """Measure models and keep a record of each cost; without sizes, at 256 pixels squared.

    A model that cannot be loaded costs only its own rows, unless no other is left. `placement` says where
    costs are counted; times are measured in this process, one after the other.

    Raises: IqabenchError when nothing could be measured at all; BusyError; StoreError; TrustError for code
        that would run on workers without consent; ExecutorError when there are no workers.
    """
    if placement.executor != "local":
        return _profile_with_workers(names, columns, sizes, store, options, watch, placement)
    done = Profile()
    device = resolve_device(options.device)
    models = _load_all(names, device, options, done)
    called = {id(model): name for name, model in models.items()}
    with _threads(options.threads), store.writer(new_run()) as writer:
        maker = CostMaker(device, options.mode.name, writer.run)
        rounds = rounds_of([*models.values()], sizes)
        for size, some in rounds:
            for model in some:
                keys = [maker.key(model, size, column) for column in columns]
                done.by_name.setdefault(called[id(model)], []).extend(keys)
        if not options.again:
            rounds = _unfinished(rounds, columns, maker, store)
        for measured, more in measure(rounds, columns, device, options, done, watch):
            writer.add([maker.make(one, more) for one in measured])
            done.tell(measured)
    return done


def _profile_with_workers(
    names: Sequence[str],
    columns: Sequence[CostColumn],
    sizes: Sequence[Size] | None,
    store: Store,
    options: ProfileOptions,
    watch: Watch,
    placement: Placement,
) -> Profile:
    """Count on workers, and measure times here when they have ended, so that nothing disturbs them."""
    counted = [column for column in columns if not column.probe.timed]
    timed = [column for column in columns if column.probe.timed]
    placement.check(options.device)
    with _threads(options.threads):
        done = count_on_workers(names, counted, sizes, store, options, watch, placement)
    if timed:
        failed = {failure.where for failure in done.failures}
        loadable = [name for name in names if name not in failed]
        done.join(profile(loadable, timed, sizes, store, options, watch))
    return done


def profile_cells(
    cells: Sequence[Cell],
    columns: Sequence[CostColumn],
    sizes: Sequence[Size] | None,
    store: Store,
    options: Options,
    watch: Watch = UNWATCHED,
) -> Profile:
    """Measure the models of a run in the run's precision and on its device. Costs that have a record already
    are measured again only if that is forced.

    Raises: as `profile`.
    """
    done = Profile()
    by_scale: dict[Ratio, dict[str, None]] = {}
    for cell in cells if columns else ():
        name = cell.card.name if cell.card else cell.model
        by_scale.setdefault(cell.set.scale, {})[name] = None
    for scale, names in by_scale.items():
        how = ProfileOptions(
            device=options.device,
            precision=options.precision,
            scale=scale,
            convention=options.convention,
            again=options.force,
            allow_random_weights=options.allow_random_weights,
        )
        done.join(profile(list(names), columns, sizes, store, how, watch))
    return done


def _load_all(
    names: Sequence[str], device: str, options: ProfileOptions, done: Profile
) -> dict[str, Model]:
    """Load the models; those that cannot be loaded become failures.

    Raises: IqabenchError when none can.
    """
    models: dict[str, Model] = {}
    errors: list[IqabenchError] = []
    for name in dict.fromkeys(names):
        try:
            models[name] = load_for_profile(name, device, options)
            done.notes += models[name].notes
        except IqabenchError as error:
            errors.append(error)
            done.failures.append(Failure(str(error), name))
    if not models:
        raise errors[0]
    return models


def _unfinished(
    rounds: Sequence[Round], columns: Sequence[CostColumn], maker: CostMaker, store: Store
) -> list[Round]:
    """Select what lacks a record: a model is measured again at a size if any of its columns has none."""
    unfinished = []
    for size, some in rounds:
        wanted = {id(m): [maker.key(m, size, c) for c in columns] for m in some}
        existing = {key for key, _ in store.finished(k for keys in wanted.values() for k in keys)}
        unfinished.append((size, [m for m in some if not existing.issuperset(wanted[id(m)])]))
    return [(size, some) for size, some in unfinished if some]


@contextmanager
def _threads(count: int | None) -> Iterator[None]:
    """Set the number of torch's threads within the block."""
    before = torch.get_num_threads()
    if count is not None:
        torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
