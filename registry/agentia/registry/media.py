"""Whether an agent takes a media type."""

from collections.abc import Iterable

UNSAID = frozenset({"", "application/octet-stream", "*/*"})  # types that say nothing about the content
SAME = {
    "application/csv": "text/csv",
    "application/parquet": "application/vnd.apache.parquet",
    "text/tsv": "text/tab-separated-values",
    "text/json": "application/json",
    "text/md": "text/markdown",
    "image/jpg": "image/jpeg",
}


def plain_type(media_type: str) -> str:
    """`Text/X-CSV; charset=utf-8` as `text/csv`: lower case, no parameters, no `x-`, one name of several."""
    family, _, kind = media_type.partition(";")[0].strip().lower().partition("/")
    name = f"{family}/{kind.removeprefix('x-')}" if kind else family
    return SAME.get(name, name)


def takes(modes: Iterable[str], wanted: str) -> float:
    """How well `modes` hold the type `wanted`: 1 by name, less by a wildcard, 0 not at all. Both are plain types."""
    family = wanted.partition("/")[0]
    fits = {wanted: 1.0, f"{family}/*": 0.6, "*/*": 0.3, "*": 0.3}
    return max((fits.get(mode, 0.0) for mode in modes), default=0.0)
