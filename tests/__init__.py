"""The tests: pure parts as tables, the rest against real servers on loopback and the real database."""
