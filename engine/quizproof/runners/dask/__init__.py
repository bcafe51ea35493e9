"""Dask: a runner that spreads batches of runs over the workers of a Dask cluster.

`runner` is our side, `worker` what a cluster is asked to call, `batch` what travels between them.
"""
