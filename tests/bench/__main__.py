"""Runs every benchmark, or those named: `python -m tests.bench [NAME ...]`."""

import importlib
import sys

for name in sys.argv[1:] or ["bot", "engine", "store", "provenance", "load"]:
    print(f"\n== {name}")  # noqa: T201 - a benchmark prints
    importlib.import_module(f"tests.bench.{name}").main()
