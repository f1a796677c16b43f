"""How do many runs advance together? Stacked parameters, optimizers, draws and the loop.

Imports `workloads`.
"""
