"""The face-swap bot: the use case, its store, its clients, and the local stand-ins for both services."""

__version__ = "0.2.0"
"""The version of `pyproject.toml`."""
