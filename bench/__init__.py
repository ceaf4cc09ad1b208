"""Benchmarks: each prints the machine, the versions, and ratios of things measured in one run."""
