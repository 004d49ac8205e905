"""Stores as each released version wrote them, and what today's version makes of them."""
