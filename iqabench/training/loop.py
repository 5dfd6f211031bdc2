"""The training loop of all networks here: Adam, a cosine schedule, checkpoints that are never half-written.

    training = Training(UnitRangeNetwork(network, card.range), MeanAbsolute(), Plan(steps=4000), work)
    training.run(learned, held)

A step depends only on the seed and on its number, so a training that was stopped and continued ends with
exactly the weights of one that was not.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

import torch
from torch import Tensor, nn

from iqabench.atomic import replacing
from iqabench.errors import CompressError
from iqabench.training.checkpoint import Checkpoint, read_checkpoint
from iqabench.training.losses import Loss
from iqabench.training.patches import Patches, batch
from iqabench.training.plan import Plan
from iqabench.training.progress import TrainingStatus, watching
from iqabench.training.validation import validate


class Training:
    """A network, its optimizer and the step they have reached, kept in the folder `work`.

    `module` maps 0..1 to 0..1 (see `UnitRangeNetwork`) and is trained in place. `facts` identify the training
    (photographs, teacher, loss): a training with other facts does not continue from its checkpoint.

    Raises: UsageError when the checkpoint in `work` is of another plan or of other facts, CompressError when
        it is of another network or cannot be read.
    """

    def __init__(
        self,
        module: nn.Module,
        loss: Loss,
        plan: Plan,
        work: Path,
        device: str = "cpu",
        *,
        facts: Mapping[str, str | int | float] | None = None,
    ) -> None:
        self.module, self.loss, self.plan = module.to(device), loss, plan
        self.device = torch.device(device)
        self.checkpoint = work / "checkpoint.pt"
        self.facts = dict(facts or {})
        self.step, self.seconds = 0, 0.0
        self._parts = {"module": self.module}
        if isinstance(loss, nn.Module):
            self._parts["loss"] = loss.to(device)
        learned = [p for m in self._parts.values() for p in m.parameters() if p.requires_grad]
        if not learned:
            raise CompressError(
                "this network has nothing to learn: no parameter asks for a gradient."
            )
        self.optimizer = torch.optim.Adam(learned, betas=(0.9, 0.99))
        if self.checkpoint.exists():
            self._restore(read_checkpoint(self.checkpoint, self.device))

    def advance(self, patches: Patches) -> float:
        """Take one step and return the loss before it.

        Raises: CompressError when the loss is not finite; the last checkpoint does not change.
        """
        self.optimizer.param_groups[0]["lr"] = self.plan.rate_at(self.step)
        pair = batch(patches, self.plan.batch, self.plan.seed, self.step)
        inputs, targets = (t.to(self.device) for t in pair)
        self.module.train()
        loss = self._loss(inputs, targets)
        if not loss.isfinite():
            raise self._diverged(f"the loss is {loss.item()}")
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch has no annotation here
        self.optimizer.step()
        self.step += 1
        return loss.item()

    def run(
        self, learned: Patches, held: Patches, after: Callable[[], None] = lambda: None
    ) -> None:
        """Take the remaining steps, report the progress on standard error, and leave the module ready to run.

        `after` is called when a checkpoint has been written. Ctrl-C stops the training.

        Raises: CompressError when the training diverges; the last checkpoint stays.
        """
        losses: list[float] = []
        with watching(self.plan.steps, self.step) as watch:
            while self.step < self.plan.steps:
                start = time.monotonic()
                losses.append(self.advance(learned))
                self.seconds += time.monotonic() - start
                saving = self.step % self.plan.save_every == 0 or self.step == self.plan.steps
                if saving:
                    self.save()
                    after()
                    mean = sum(losses) / len(losses)
                    losses.clear()
                    quality = validate(self.module, held)
                    watch(TrainingStatus(self.step, mean, quality, self.seconds))
                else:
                    watch(TrainingStatus(self.step))
        self.module.eval()

    def save(self) -> None:
        """Write a checkpoint from which the training can continue; the file is never half-written.

        Raises: CompressError for weights that are not finite; they are not written.
        """
        for name, value in self.module.state_dict().items():
            if value.is_floating_point() and not value.isfinite().all():
                raise self._diverged(f"{name} is no longer finite")
        saved = Checkpoint(
            plan=asdict(self.plan),
            facts=self.facts,
            step=self.step,
            seconds=self.seconds,
            states={name: part.state_dict() for name, part in self._parts.items()},
            optimizer=self.optimizer.state_dict(),
        )
        self.checkpoint.parent.mkdir(parents=True, exist_ok=True)
        with replacing(self.checkpoint) as part:
            torch.save(vars(saved), part)

    def _loss(self, inputs: Tensor, targets: Tensor) -> Tensor:
        place = [self.device] if self.device.type == "cuda" else []
        coarse = self.plan.is_coarse(self.step)
        with (
            torch.random.fork_rng(
                place
            ),  # random numbers of the network belong to the step as well
            torch.autocast(self.device.type, torch.bfloat16, enabled=coarse),
        ):
            torch.manual_seed(self.plan.seed * 1_000_003 + self.step)
            return self.loss(self.module, inputs, targets)

    def _restore(self, saved: Checkpoint) -> None:
        saved.check(self.plan, self.facts, self._parts, self.checkpoint)
        for name, part in self._parts.items():
            part.load_state_dict(saved.states[name])
        self.optimizer.load_state_dict(saved.optimizer)
        self.step, self.seconds = saved.step, saved.seconds

    def _diverged(self, reason: str) -> CompressError:
        state = (
            f"the checkpoint {self.checkpoint} is of an earlier step and good"
            if self.checkpoint.exists()
            else "no checkpoint had been written"
        )
        return CompressError(
            f"the training diverged at step {self.step}: {reason}; {state}. Take a lower --rate than "
            f"{self.plan.rate:g}, in another --work folder."
        )
