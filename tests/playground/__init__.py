"""The sandbox as people run it: its API, its console, and the bot as a process of its own."""
