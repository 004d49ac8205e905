"""The local engine: swaps faces on the CPU behind the same HTTP contract as the API.

Importing this package, `child` or `command` loads neither numpy nor OpenCV: only workers do.
"""
