"""Learning-rate sweeps over batch sizes, trained here: workloads, batched optimizers, protocols, runner.

Importing this package does not import torch; building a workload does.
"""
