"""The command `iqabench profile`."""

import sys
from dataclasses import dataclass
from pathlib import Path

import click

from iqabench.cli.budget import budget_option
from iqabench.cli.convention_option import convention_option, tell_convention
from iqabench.cli.cost_table import print_costs
from iqabench.cli.executor_options import executor_options
from iqabench.cli.exit_status import SOME_FAILED
from iqabench.cli.lazy import lazy_imports
from iqabench.cli.messages import tell
from iqabench.cli.options import (
    bundle,
    device_option,
    examples,
    precision_option,
    scale_option,
    store_option,
    table_options,
    trust_option,
)
from iqabench.cli.progress import watching
from iqabench.cli.result import tell_failures, tell_notes
from iqabench.cli.submissions import profile_submissions
from iqabench.errors import UsageError
from iqabench.trust import is_trusting

with lazy_imports():
    from iqabench.models.core.convention import CallingConvention
    from iqabench.models.core.mode import Mode
    from iqabench.models.core.model import Precision
    from iqabench.probes import CostColumn, Size, cost_columns, sizes_of
    from iqabench.probes.timing import Sampling
    from iqabench.remote import open_store
    from iqabench.run.executors.placement import Placement
    from iqabench.run.profile import DEFAULT_PROBES, ProfileOptions, profile


@dataclass(frozen=True)
class ProfileConditions:
    """The conditions under which models are measured."""

    device: str
    precision: Precision
    batch: int
    threads: int | None
    compiled: bool
    channels_last: bool
    cuda_graph: bool
    sampling: Sampling
    wait: bool


@dataclass(frozen=True)
class CheckoutOptions:
    """A checkout of public submissions, and the way in which they are measured."""

    checkout: Path | None
    ids: tuple[int, ...]
    published: str | None
    stand_ins: tuple[Path, ...]
    timeout: float


condition_options = bundle(
    "conditions",
    ProfileConditions,
    device_option,
    precision_option,
    click.option(
        "--batch",
        type=click.IntRange(1),
        default=1,
        show_default=True,
        metavar="N",
        help="Number of images at a time.",
    ),
    click.option("--threads", type=click.IntRange(1), metavar="N", help="Threads on the CPU."),
    click.option("--compile", "compiled", is_flag=True, help="Run with torch.compile."),
    click.option("--channels-last", is_flag=True, help="Store channels innermost in memory."),
    click.option("--cuda-graph", is_flag=True, help="Run as one recorded CUDA graph."),
    budget_option,
    click.option("--wait", is_flag=True, help="Wait while another process measures on the device."),
)
checkout_options = bundle(
    "submissions",
    CheckoutOptions,
    click.option(
        "--submissions",
        "checkout",
        type=click.Path(path_type=Path, file_okay=False, exists=True),
        metavar="CHECKOUT",
        help="Instead of models: the public submissions of an efficiency challenge, from a checkout "
        "of the organisers' repository.",
    ),
    click.option(
        "--id",
        "ids",
        type=int,
        multiple=True,
        metavar="N",
        help="Only this submission; repeatable.",
    ),
    click.option(
        "--published",
        metavar="NAME|CSV",
        help="Show the figures that the organisers printed beside the measured ones, as in "
        "ntire2022_esr.",
    ),
    click.option(
        "--stand-in",
        "stand_ins",
        multiple=True,
        metavar="DIR",
        type=click.Path(path_type=Path, file_okay=False, exists=True),
        help="Folder with modules that CHECKOUT needs and this machine lacks, such as operators "
        "compiled for a GPU; repeatable.",
    ),
    click.option(
        "--timeout",
        type=click.FloatRange(1),
        default=600.0,
        show_default=True,
        metavar="SECONDS",
        help="Time limit for each submission.",
    ),
)


@click.command(
    "profile",
    epilog=examples(
        "iqabench profile --model rlfn_ntire --model span",
        "iqabench profile --model span --output-size 1280x720 --probe macs --probe latency_ms_p99",
        "iqabench profile --model pocket --input 64..1024",
        "iqabench profile --submissions NTIRE2022_ESR --trust --published ntire2022_esr",
        "iqabench profile --model efdn --probe macs@fvcore --probe macs@ntire2022 --operators",
    ),
)
@click.option(
    "--model",
    "models",
    multiple=True,
    metavar="NAME|FILE|...",
    help="Model, as 'run' takes it; repeatable: several are timed in turn and compared with the first.",
)
@click.option(
    "--input",
    "inputs",
    multiple=True,
    metavar="CxHxW|A..B",
    help="Size of the input, or a sweep of squares that doubles; repeatable.  [default: 256 "
    "squared]",
)
@click.option(
    "--output-size",
    "outputs",
    multiple=True,
    metavar="WxH",
    help="Size of the output instead, as in 1280x720; repeatable.",
)
@click.option(
    "--probe",
    "probes",
    multiple=True,
    metavar="PROBE[@CONVENTION]",
    help="Cost to measure; repeatable, or several separated by commas.  [default: "
    "params, macs, activations, conv_layers, latency_ms, memory_mib]",
)
@scale_option("the model's; 4 where it has several")
@condition_options
@convention_option
@executor_options
@checkout_options
@trust_option
@click.option("--operators", is_flag=True, help="Also print the operators behind macs and flops.")
@click.option(
    "--allow-random-weights",
    is_flag=True,
    help="Use random weights if a model's own cannot be had; every record is marked.",
)
@store_option
@table_options
def command(
    models: tuple[str, ...],
    inputs: tuple[str, ...],
    outputs: tuple[str, ...],
    probes: tuple[str, ...],
    scale: int | None,
    conditions: ProfileConditions,
    convention: CallingConvention,
    placement: Placement,
    submissions: CheckoutOptions,
    operators: bool,
    allow_random_weights: bool,
    store: str | Path,
    form: str | None,
) -> None:
    """Measure what models cost: parameters, operations, latency, memory, energy.

    Counts name their convention (macs@ntire2022 is not macs@fvcore: 'iqabench show probe macs'), and every
    column the size. Latency is sampled after a warm-up until the 95 % interval of its median is within 2 %,
    model after model in turn. The state of the machine goes into the record, and a noisy machine is reported.

    With --executor ray costs are counted on workers; times are measured here when the workers have ended.
    """
    placement.check(conditions.device)
    sizes = sizes_of(list(inputs), list(outputs), conditions.batch)
    if submissions.checkout is not None:
        _require_local(placement)
        sys.exit(_profile_checkout(submissions, cost_columns(probes), sizes[0], conditions, form))
    if not models:
        raise UsageError("name at least one --model; 'iqabench list models' shows them.")
    tell_convention(models, convention)
    columns = cost_columns(probes or DEFAULT_PROBES)
    asked_size = inputs or outputs or conditions.batch > 1
    options = _options_of(conditions, scale, convention, allow_random_weights=allow_random_weights)
    records = open_store(store)
    with watching("sizes") as watch:
        wanted_sizes = sizes if asked_size else None
        done = profile(models, columns, wanted_sizes, records, options, watch, placement)
    names = [column.name for column in columns]
    print_costs(records, done.keys, form, wanted=names, operators=operators)
    for warning in done.warnings:
        tell(f"warning: {warning}")
    tell_notes(done.notes)
    tell_failures(done.failures)
    sys.exit(SOME_FAILED if done.failures else 0)


def _options_of(
    conditions: ProfileConditions,
    scale: int | None,
    convention: CallingConvention,
    *,
    allow_random_weights: bool,
) -> ProfileOptions:
    """Return the options of the measurement."""
    return ProfileOptions(
        device=conditions.device,
        precision=conditions.precision,
        threads=conditions.threads,
        wait=conditions.wait,
        scale=scale,
        convention=convention,
        mode=Mode(conditions.compiled, conditions.channels_last, conditions.cuda_graph),
        sampling=conditions.sampling,
        allow_random_weights=allow_random_weights,
    )


def _require_local(placement: Placement) -> None:
    """Check that submissions are measured on this machine.

    Raises: UsageError for another executor.
    """
    if placement.executor != "local":
        raise UsageError(
            "--submissions measures each submission in a process of its own on this machine; leave "
            "--executor out."
        )


def _profile_checkout(
    submissions: CheckoutOptions,
    columns: list[CostColumn],
    size: Size,
    conditions: ProfileConditions,
    form: str | None,
) -> int:
    """Measure the submissions of a checkout, and return the status."""
    assert submissions.checkout is not None
    return profile_submissions(
        submissions.checkout,
        submissions.ids,
        columns,
        size,
        submissions.published,
        form,
        trust=is_trusting(),
        timeout_s=submissions.timeout,
        threads=conditions.threads,
        stand_ins=submissions.stand_ins,
    )
