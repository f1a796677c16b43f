"""What is the law made of? Gradients, curvature and updates measured at a checkpoint, with torch.

Imports `theory`, `sweeps`, `why`, `training` and torch. Nothing else in `surgecore` imports it.
"""
