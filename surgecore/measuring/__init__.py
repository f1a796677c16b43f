"""What are the law's ingredients? Gradients, curvature and updates measured at a checkpoint, with torch.

Imports `theory`, `sweeps`, `why`, `training` and torch. Nothing else in `surgecore` imports it.
"""
