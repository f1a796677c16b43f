"""What is to be trained? Plans as TOML, checked with all problems at once, and what they will cost.

Imports `engine` and `workloads`.
"""
