"""The face-swap bot: the use case, its store, its clients, and the local stand-ins for both services."""

__version__ = "0.1.0"
"""The version of `pyproject.toml`."""
