"""The candidates of one set on the driver: it chooses samples that lack a record, and stores records."""

from collections import Counter

from iqabench.errors import IqabenchError
from iqabench.run.executors.job import JobItem
from iqabench.run.scoring.context import ScoringContext
from iqabench.run.scoring.job import ScoringJob
from iqabench.run.scoring.session import CandidateScores, ScoredSample, ScoringOpening


class ScoringLedger:
    """The samples of one set, and the store for their records."""

    def __init__(self, job: ScoringJob, context: ScoringContext) -> None:
        self.job, self.context = job, context
        self.error: IqabenchError | None = None
        """The reason why the set could not be scored."""
        self.opening: ScoringOpening | None = None
        """The facts of the open candidates; None before they are open."""
        self._total: Counter[str] = Counter()
        """The number of images of each model."""
        self._done: Counter[str] = Counter()

    def begin(self, opening: ScoringOpening) -> list[JobItem]:
        """Return the samples that lack a record of any candidate; see `executors.job`."""
        self.opening = opening
        names, outcome = self.job.names, self.context.outcome
        items = self._items(opening)
        keys = [cell.key for candidate in opening.candidates for cell in candidate.cells]
        outcome.keys += keys
        outcome.limit(keys, names, self.job.of)
        if not keys:
            return []
        models = [candidate.model for candidate in opening.candidates]
        todo = Counter(
            models[c] for item in items for c, missing in enumerate(item.details) if missing
        )
        self._total = Counter({model: models.count(model) * len(names) for model in models})
        self._done = Counter({model: self._total[model] - todo[model] for model in models})
        outcome.skipped += self._done.total()
        for model in self._total:
            self._show(model)
        return items

    def agrees(self, opening: ScoringOpening) -> bool:
        """Return whether another worker gives its records the same keys."""
        return self.opening is not None and self.opening.keys == opening.keys

    def keep(self, result: ScoredSample) -> None:
        """Store the records of one sample; see `executors.job`."""
        assert self.opening is not None
        for scores in result.candidates:
            model = self.opening.candidates[scores.candidate].model
            self.context.writer.add(scores.records)
            errors = (record.error for record in scores.records)
            self.context.outcome.add(model, result.name, errors, is_missing=scores.is_missing)
            self._done[model] += 1
            self._show(model)

    def fail_item(self, item: JobItem, reason: str) -> None:
        """Store failed records of a sample; see `executors.job`."""
        assert self.opening is not None
        failed = []
        for index, missing in enumerate(item.details):
            candidate = self.opening.candidates[index]
            records = [
                candidate.maker.make_failed(candidate.columns[c], item.name, reason)
                for c in missing
            ]
            failed += [CandidateScores(index, records)] if records else []
        self.keep(ScoredSample(item.name, tuple(failed)))

    def fail(self, error: IqabenchError) -> None:
        """Note that the set, or the rest of it, could not be scored."""
        self.error = error

    def _items(self, opening: ScoringOpening) -> list[JobItem]:
        finished: set[tuple[str, str]] = set()
        for candidate in opening.candidates:
            finished |= self.context.finished(candidate, candidate.cells, opening.threads)
        keys = [[cell.key for cell in candidate.cells] for candidate in opening.candidates]
        items = []
        for name in self.job.names:
            details = tuple(
                tuple(c for c, key in enumerate(of_candidate) if (key, name) not in finished)
                for of_candidate in keys
            )
            if any(details):
                items.append(JobItem(name, details))
        return items

    def _show(self, model: str) -> None:
        where = f"{model} on {self.job.subject.set}"
        self.context.watch(where, self._done[model], self._total[model])
