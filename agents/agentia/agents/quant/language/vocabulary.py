"""The names an expression may use: functions, constants, letters, and operators written as words."""

import re
from typing import Final

from agentia.agents.quant.language.patterns import words

FUNCTIONS: Final = {
    "sqrt": (1, 1),
    "cbrt": (1, 1),
    "root": (2, 2),
    "abs": (1, 1),
    "sign": (1, 1),
    "exp": (1, 1),
    "ln": (1, 1),
    "log": (1, 2),
    "sin": (1, 1),
    "cos": (1, 1),
    "tan": (1, 1),
    "cot": (1, 1),
    "sec": (1, 1),
    "csc": (1, 1),
    "asin": (1, 1),
    "acos": (1, 1),
    "atan": (1, 1),
    "atan2": (2, 2),
    "sinh": (1, 1),
    "cosh": (1, 1),
    "tanh": (1, 1),
    "asinh": (1, 1),
    "acosh": (1, 1),
    "atanh": (1, 1),
    "floor": (1, 1),
    "ceil": (1, 1),
    "round": (1, 2),
    "gcd": (2, 50),
    "lcm": (2, 50),
    "min": (1, 500),
    "max": (1, 500),
    "factorial": (1, 1),
    "binomial": (2, 2),
    "permutations": (2, 2),
    "gamma": (1, 1),
    "hypot": (2, 2),
}
"""Each function with the least and the most arguments it takes."""

ALIASES: Final = {
    "squareroot": "sqrt",
    "cuberoot": "cbrt",
    "log10": "log_10",
    "log2": "log_2",
    "lg": "log_10",
    "ld": "log_2",
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "arcsinh": "asinh",
    "arccosh": "acosh",
    "arctanh": "atanh",
    "sine": "sin",
    "cosine": "cos",
    "tangent": "tan",
    "ceiling": "ceil",
    "fact": "factorial",
    "ncr": "binomial",
    "comb": "binomial",
    "npr": "permutations",
    "perm": "permutations",
    "hcf": "gcd",
    "gcf": "gcd",
    "minimum": "min",
    "maximum": "max",
    "sgn": "sign",
    "tg": "tan",
    "ctg": "cot",
}

CONSTANTS: Final = {
    "pi": "pi",
    "e": "e",
    "tau": "tau",
    "infinity": "infinity",
    "inf": "infinity",
    "oo": "infinity",
    "degree": "degree",
    "degrees": "degree",
    "deg": "degree",
    "i": "i",
}
CONSTANT_NAMES: Final = frozenset(CONSTANTS.values())

GREEK: Final = words(
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi rho sigma phi chi psi omega"
)

CURRENCY_SIGNS: Final = "€$£¥₹₽₩₺₴₪฿₫"
_CODES: Final = words("USD EUR GBP JPY CHF INR CNY CAD AUD NZD SEK NOK DKK PLN CZK HUF BRL MXN ZAR SGD HKD KRW TRY")
CURRENCIES: Final = {
    **dict.fromkeys(("euro", "euros"), "€"),
    **dict.fromkeys(("dollar", "dollars"), "$"),
    **dict.fromkeys(("rupee", "rupees"), "₹"),
    "yen": "¥",
    **{code: code for code in _CODES},
}
"""Words and codes for money, with the sign that stands for them in an answer."""

_OPERAND = r"(\d[\w.,]*|[A-Za-z]\b|\([^()]{1,200}\))"
_WORDS = [
    (rf"\blog(?:arithm)?(?: to)?(?: the)? base (\w+) of {_OPERAND}", r"log(\2; \1)"),
    (rf"\b(\d+)(?:st|nd|rd|th) root of {_OPERAND}", r"root(\2; \1)"),
    (r"\b(?:the )?(?:square root|sqrt) of\b", " sqrt "),
    (r"\b(?:the )?cube root of\b", " cbrt "),
    (r"\b(?:the )?(?:natural log(?:arithm)?) of\b", " ln "),
    (r"\b(?:the )?absolute value of\b", " abs "),
    (r"\b(?:the )?(sine|cosine|tangent|sin|cos|tan|ln|log|exp|factorial) of\b", r" \1 "),
    (r"\b(?:is )?(?:divided by|over)\b", " / "),
    (r"\b(?:multiplied by|times)\b", " * "),
    (r"\b(?:raised )?to the power(?: of)?\b|\braised to\b", " ^ "),
    (r"\bto the (\d+)(?:st|nd|rd|th)(?: power)?\b", r" ^ \1 "),
    (r"\bplus\b|\badded to\b", " + "),
    (r"\b(?:minus|negative)\b", " - "),
    (r"\bsquared\b", " ^2 "),
    (r"\bcubed\b", " ^3 "),
    (r"\bfactorial\b(?! *\(| *\w)", " ! "),
    (r"\b(?:percent|per cent|pct)\b", "%"),
    (r"\bmodulo\b", " mod "),
    (r"\b(?:is )?(?:less|smaller) than or equal to\b|\b(?:is )?at most\b", " <= "),
    (r"\b(?:is )?(?:greater|larger|bigger|more) than or equal to\b|\b(?:is )?at least\b", " >= "),
    (r"\b(?:is )?(?:less|smaller) than\b", " < "),
    (r"\b(?:is )?(?:greater|larger|bigger|more) than\b", " > "),
    (r"\b(?:is equal to|equals|equal to)\b", " = "),
]
_OPERATORS: Final = [(re.compile(pattern, re.IGNORECASE), symbol) for pattern, symbol in _WORDS]


def symbols_for_words(text: str) -> str:
    """The same expression with operators as symbols: "3 squared plus 4" becomes "3 ^2 + 4"."""
    for pattern, symbol in _OPERATORS:
        text = pattern.sub(symbol, text)
    return text


def function_named(name: str) -> str | None:
    """The function's one name, "log_10" for a logarithm to base 10; None when there is no such function."""
    lowered = name.lower()
    found = ALIASES.get(lowered, lowered)
    return found if found in FUNCTIONS or re.fullmatch(r"log_\d{1,3}", found) else None


def is_letter(name: str) -> bool:
    """Whether the name is one that mathematics uses for an unknown: x, x_1, θ, alpha."""
    stem = re.sub(r"_?\d+$", "", name)
    return len(stem) == 1 or stem in GREEK


def letters_of(name: str) -> tuple[str, ...]:
    """The unknowns multiplied in a name like xy or ax; empty when it is a word rather than a product."""
    if set(name) <= set("xyz") or (len(name) == 2 and name[1] in "xyz" and name not in {"by", "my"}):
        return tuple(name)
    return ()


def is_currency(unit: str) -> bool:
    """Whether the unit is money."""
    return unit in CURRENCY_SIGNS or unit in CURRENCIES.values()
