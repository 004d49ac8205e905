"""Runs every benchmark, or those named: `python -m tests.bench [NAME ...]`."""

import importlib
import sys

ALL = ("bot", "engine", "store", "provenance", "servers", "sandbox", "monitoring", "startup", "load", "scale")

for name in sys.argv[1:] or ALL:
    print(f"\n== {name}")  # noqa: T201 - a benchmark prints
    importlib.import_module(f"tests.bench.{name}").main()
