"""Hide what must not be split or rewritten: quotations, parentheses, code, SQL and addresses."""

import re

HIDDEN = "\ufffc"
_HIDE = re.compile(
    r"""```.*?(?:```|\Z)
    | `[^`\n]*`
    | "[^"\n]*" | “[^”\n]*” | „[^“”\n]*[“”] | «[^»\n]*»
    | (?<![\w)])'[^'\n]*[^'\s]'(?!\w)
    | \bsql:.*?(?=\n[ \t]*\n|\Z)
    | https?://\S*[^\s.,;:!?)"]
    | \([^()]*\) | \[[^\[\]]*\] | \{[^{}]*\}""",
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)


def masked(text: str) -> str:
    """The text, as long as before, with one neutral character in place of each that is hidden."""
    return _HIDE.sub(lambda match: HIDDEN * len(match[0]), text)
