"""Executors, one module each: they decide where jobs run.

- `job.py`: jobs, sessions and ledgers, the interface between commands and executors
- `local.py`: this process
- `ray/`: actors on this machine or on a cluster
"""
