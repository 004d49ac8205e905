"""The whole bot against the sandbox: what members type, see and pay, and what a restart leaves."""
