"""What does this file say? Bytes of any table to checked trials, with every problem and its row.

Imports numpy, pandas and no other room. Only `sweeps.sweep`, `words`, the command line and the app import it.
"""
