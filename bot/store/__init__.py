"""Every SQL statement of the project; one function is one transaction, run off the event loop."""
