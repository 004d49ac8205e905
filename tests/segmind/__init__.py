"""The Segmind client: pure reading as tables, and the real client against a scripted server."""
