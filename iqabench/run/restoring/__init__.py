"""The restoring of cells: one model on one set, restored and scored sample by sample.

- `job.py`: the cell as it travels to a worker
- `session.py`: the cell on a worker, with its model loaded
- `ledger.py`: the cell on the driver, which chooses samples and stores results
- `result_files.py`: crops and outputs as the contents of files
"""
