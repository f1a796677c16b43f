"""What does the sweep show? Optima with their errors, the verdict, fitted laws, advice, next runs.

Imports `theory`; `sweep` and `catalogue` import `tables`. Results are facts: `words` says them.
"""
