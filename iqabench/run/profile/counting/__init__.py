"""Costs that are counted and not timed: one model at several sizes, on any machine.

- `job.py`: the model as it travels to a worker
- `session.py`: the model on a worker, where it is loaded and its operations are counted
- `ledger.py`: the model on the driver, which stores records
"""
