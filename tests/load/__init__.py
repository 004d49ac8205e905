"""Load: many members of many servers at once, on loopback, bounded in count and in time."""
