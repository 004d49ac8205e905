"""The face-swap bot: the use case, its store, its clients, and the local stand-ins for both services."""
