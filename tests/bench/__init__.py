"""What is claimed about speed, measured: `make bench`. Never part of a test."""
