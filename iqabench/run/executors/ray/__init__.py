"""The executor on a Ray cluster: its workers are actors that keep a model loaded.

- `cluster.py`: the cluster, which is started on this machine or joined
- `worker.py`: the worker; it knows nothing of Ray
- `crew.py`: the actors of a cluster: how many fit, and their starting and ending
- `executor.py`: the loop of the driver, which gives work to actors and keeps their results
"""
