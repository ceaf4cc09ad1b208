"""How many files and sockets a process may have open."""

import resource


def allow_files() -> int:
    """As many as the system lets us; how many that are."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard
