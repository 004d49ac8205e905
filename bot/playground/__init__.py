"""`python -m bot sandbox`: the stand-in for Discord with its page, the engine, and the real bot between them.

The bot runs in a process of its own, so that it can be killed; what it calls the face-swap API is a server
here that passes calls on to the engine, and fails on demand.
"""
