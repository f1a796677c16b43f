"""How are sweeps made? Plans of training runs, computed many at a time with torch.

Imports `theory`, `sweeps` and torch. Nothing else in `surgecore` imports it, and the front door does not.
"""
