"""`iqabench profile`."""

import sys
from pathlib import Path

import click

from iqabench.cli.budget import budget_option
from iqabench.cli.cost_table import print_costs
from iqabench.cli.lazy import lazy_imports
from iqabench.cli.options import (
    device_option,
    examples,
    precision_option,
    scale_option,
    store_option,
    table_options,
)
from iqabench.cli.progress import watching
from iqabench.cli.result import SOME_FAILED, tell_failures
from iqabench.cli.submissions import profile_submissions
from iqabench.errors import UsageError

with lazy_imports():
    from iqabench.models.core.mode import Mode
    from iqabench.models.core.model import Precision
    from iqabench.probes import cost_columns, sizes_of
    from iqabench.probes.timing import Sampling
    from iqabench.run.profile import DEFAULT_PROBES, ProfileOptions, profile
    from iqabench.store import Store


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
    help="As for 'run'; repeatable: several are timed in turn and compared with the first.",
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
    help="What to measure; repeatable, and commas part several.  [default: "
    "params, macs, activations, conv_layers, latency_ms, memory_mib]",
)
@scale_option("the model's; 4 where it has several")
@device_option
@precision_option
@click.option(
    "--batch",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    metavar="N",
    help="Images at a time.",
)
@click.option("--threads", type=click.IntRange(1), metavar="N", help="Threads on the CPU.")
@click.option("--compile", "compiled", is_flag=True, help="With torch.compile.")
@click.option("--channels-last", is_flag=True, help="With channels innermost in memory.")
@click.option("--cuda-graph", is_flag=True, help="As one recorded CUDA graph.")
@budget_option
@click.option("--wait", is_flag=True, help="Wait while another process measures on the device.")
@click.option(
    "--submissions",
    "checkout",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="CHECKOUT",
    help="Instead of models: the public submissions of an efficiency challenge, from a checkout of "
    "the organisers' repository.",
)
@click.option("--trust", is_flag=True, help="Allow that other people's code in CHECKOUT is run.")
@click.option(
    "--id", "ids", type=int, multiple=True, metavar="N", help="Only this submission; repeatable."
)
@click.option(
    "--published",
    metavar="NAME|CSV",
    help="Set what the organisers printed beside it, as in ntire2022_esr.",
)
@click.option(
    "--stand-in",
    "stand_ins",
    multiple=True,
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder with modules that CHECKOUT needs and this machine lacks, such as operators "
    "compiled for a GPU; repeatable.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(1),
    default=600.0,
    show_default=True,
    metavar="SECONDS",
    help="For each submission.",
)
@click.option("--operators", is_flag=True, help="Also print the operators behind macs and flops.")
@click.option(
    "--allow-random-weights",
    is_flag=True,
    help="Where weights cannot be had, use random ones; every record is marked.",
)
@store_option
@table_options
def command(
    models: tuple[str, ...],
    inputs: tuple[str, ...],
    outputs: tuple[str, ...],
    probes: tuple[str, ...],
    scale: int | None,
    device: str,
    precision: Precision,
    batch: int,
    threads: int | None,
    compiled: bool,
    channels_last: bool,
    cuda_graph: bool,
    sampling: Sampling,
    wait: bool,
    checkout: Path | None,
    trust: bool,
    ids: tuple[int, ...],
    published: str | None,
    stand_ins: tuple[Path, ...],
    timeout: float,
    operators: bool,
    allow_random_weights: bool,
    store: Path,
    form: str | None,
) -> None:
    """Measure what models cost: parameters, operations, latency, memory, energy.

    Counts name their convention (macs@ntire2022 is not macs@fvcore: 'iqabench show probe macs'), and every
    column the size. Latency is sampled after a warm-up until the 95 % interval of its median is within 2 %,
    model after model in turn; the state of the machine goes into the record, and a noisy one is told of.
    """
    if checkout is not None:
        size = sizes_of(list(inputs), list(outputs), batch)[0]
        wanted = cost_columns(probes)
        status = profile_submissions(
            checkout,
            ids,
            wanted,
            size,
            published,
            form,
            trust=trust,
            timeout_s=timeout,
            threads=threads,
            stand_ins=stand_ins,
        )
        sys.exit(status)
    if not models:
        raise UsageError("name at least one --model; 'iqabench list models' shows them.")
    columns = cost_columns(probes or DEFAULT_PROBES)
    sizes = sizes_of(list(inputs), list(outputs), batch) if inputs or outputs or batch > 1 else None
    options = ProfileOptions(
        device=device,
        precision=precision,
        threads=threads,
        wait=wait,
        scale=scale,
        mode=Mode(compiled, channels_last, cuda_graph),
        sampling=sampling,
        allow_random_weights=allow_random_weights,
    )
    records = Store(store)
    with watching() as watch:
        done = profile(models, columns, sizes, records, options, watch)
    names = [column.name for column in columns]
    print_costs(records, done.keys, form, wanted=names, operators=operators)
    for warning in done.warnings:
        click.echo(f"warning: {warning}", err=True)
    tell_failures(done.failures)
    sys.exit(SOME_FAILED if done.failures else 0)
