"""How much is read and how large numbers may grow, before anything is computed."""

from typing import Final

MAX_TEXT: Final = 20_000
"""Characters of one task's text."""
MAX_QUESTION: Final = 4_000
"""Characters of one question: lists of numbers make long ones."""
MAX_QUESTIONS: Final = 20
MAX_TOKENS: Final = 3_000
MAX_DEPTH: Final = 80
"""Levels of parentheses, signs and powers inside one another."""
MAX_LITERAL: Final = 1_000
"""Digits of one number as written, its exponent written out."""
MAX_BITS: Final = 400_000
"""Size of an exact result: about 120,000 decimal digits."""
QUICK_BITS: Final = 8_192
"""Results up to this size are worked out at once, larger ones in a worker."""
MAX_NUMBERS: Final = 100_000
"""Numbers in one list."""
QUICK_NUMBERS: Final = 2_000
ANSWER_SECONDS: Final = 10.0
"""Time one question may take in a worker before that is killed."""
LOAD_SECONDS: Final = 60.0
"""Time a worker may take to load a library, once."""
MAX_SHOWN: Final = 60
"""Digits of a whole number written out in a sentence; longer ones are abbreviated."""
MAX_EXACT: Final = 4_000
"""Characters of an exact result in result.json; longer ones are abbreviated there too."""
