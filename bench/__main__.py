"""`python -m bench [NAME…]`: run the named benchmarks, or all; the exit code says whether every target was met."""

import sys
from importlib import import_module
from typing import Final

NAMES: Final = (
    "send_message", "databases", "growth", "journal", "takeover", "paused", "followers", "stream", "up", "clone",
    "adapter", "together", "capacity", "meaning", "containers",
)  # fmt: skip


def main(names: list[str]) -> bool:
    """Run them one after the other."""
    if unknown := set(names) - set(NAMES):
        raise SystemExit(f"There is no benchmark {', '.join(sorted(unknown))}; there are: {', '.join(NAMES)}")
    met = [import_module(f"bench.{name}").main() for name in names or NAMES]
    return all(met)


if __name__ == "__main__":
    sys.exit(not main(sys.argv[1:]))
