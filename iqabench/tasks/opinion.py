"""Agreement with opinions: metrics, not models, are ranked by how well they agree with people."""

from iqabench.tasks.core.task import Task, register

OPINION = register(
    Task(
        name="opinion",
        title="Agreement with people",
        order=100,
        summary="A metric scores images that people have judged.",
        ranks="metrics",
        aliases=("iqa",),
    )
)
