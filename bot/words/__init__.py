"""Every word that people read, a module for each feature.

A text says what happened, whether anything was charged, and what to do next. Nothing that came from
outside is put into one. What members and moderators read is looked up in their language when it is said;
what the operator reads stays English.
"""
