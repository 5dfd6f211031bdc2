"""The scoring of existing outputs: pairing, targets, candidates and columns over whole sets.

- `outputs.py`, `targets.py`, `sources.py`: the images, by the names of samples
- `candidates.py`, `job.py`, `session.py`, `ledger.py`: the columns of single images, on any machine
- `whole_set.py`, `features/`: the columns over whole sets
- `score.py`: folders and saved outputs, scored from beginning to end
"""
