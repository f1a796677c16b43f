"""Which assumption fails? Ingredients measured at a checkpoint, and measured optima beside predictions.

Imports `theory` and `sweeps`. Facts only: `words` says them.
"""
