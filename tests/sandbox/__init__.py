"""Tests of the stand-in for Discord, with the real discord.py client."""
