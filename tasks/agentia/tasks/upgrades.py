"""Which versions of an agent may go on with each other's tasks: those with the same number before the first dot."""


def major(version: str) -> str:
    """What compatible versions have in common."""
    return version.partition(".")[0]


def compatible(one: str, other: str) -> bool:
    """Whether one version of an agent may go on with a task of the other."""
    return major(one) == major(other)
