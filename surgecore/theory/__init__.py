"""What do the laws say? Closed forms, noise models and their peaks, with no data in them.

Imports numpy, scipy and nothing else of `surgecore` but its argument checks. Every room may import it.
"""
