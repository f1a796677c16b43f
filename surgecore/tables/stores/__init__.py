"""What does a tracker's own store say? One tracker a file, a registry in front, the same `Table` behind.

A store is read by its open format and never changed: nothing in it is executed, unpickled or imported, nothing is
sent, links are not followed, and every file, row and nesting has a limit. Imports numpy, pandas, PyYAML (its safe
loader) and of the other rooms nothing; `tables.opening` alone imports it.
"""
