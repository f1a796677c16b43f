"""How is a plan carried out? Chunks, executors, journal, jobs, and where each number comes from.

Imports `plans`, `engine` and `workloads`.
"""
