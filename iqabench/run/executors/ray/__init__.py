"""The executor on a Ray cluster: its workers are actors that keep a model loaded.

- `cluster.py`: the cluster, which is started on this machine or joined
- `worker.py`: the worker; it knows nothing of Ray
- `crew.py`: the actors of a cluster: how many fit, their starting, their calls and their ending
- `staff.py`: the members that wait, work, start and are replaced
- `sweep.py`: the loop of the driver, which gives work to members and keeps their results
- `score_stage.py`: what some members restored and others score
- `executor.py`: all of it, as an executor
"""
