"""Text as people type it, brought to the plain characters that the tokenizer knows."""

import re
import unicodedata

_REPLACEMENTS = str.maketrans(
    {
        "×": "*",
        "·": "*",
        "⋅": "*",
        "∙": "*",
        "✕": "*",
        "÷": "/",
        "∕": "/",
        "⁄": "/",
        "−": "-",
        "–": "-",
        "—": "-",
        "‐": "-",
        "‑": "-",
        "≤": "<=",
        "⩽": "<=",
        "≥": ">=",
        "⩾": ">=",
        "≠": "!=",
        "→": "->",
        "⟶": "->",
        "√": " sqrt ",
        "∛": " cbrt ",
        "π": "pi",
        "∞": " infinity ",
        "∫": " integral ",
        "∑": " sum ",
        "∏": " product ",
        "’": "'",
        "‘": "'",
        "ʼ": "'",
        "′": "'",
        "“": '"',
        "”": '"',
        "″": '"',
        "…": "...",
        "º": "°",
        "¿": " ",
        "¡": " ",
    }
)
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿˣ", "0123456789+-()nx")
_SUPERSCRIPT = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿˣ]+")
_VULGAR = re.compile(r"(\d?)([¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞↉])")


def plain(text: str) -> str:
    """The same text in plain characters: "12½ × x²" becomes "12 1/2 * x^(2)"."""
    text = _VULGAR.sub(_fraction, text)
    text = _SUPERSCRIPT.sub(_power, text).translate(_REPLACEMENTS)
    text = "".join(_plain_character(character) for character in text)
    return re.sub(r"[ \t]+", " ", text).strip()


def _fraction(match: re.Match[str]) -> str:
    numerator, denominator = unicodedata.normalize("NFKC", match[2]).split("⁄")
    return f"{match[1]} {numerator}/{denominator}" if match[1] else f"({numerator}/{denominator})"


def _power(match: re.Match[str]) -> str:
    exponent = match[0].translate(_SUPERSCRIPTS)
    return f"^{exponent}" if len(exponent) == 1 else f"^({exponent})"


def _plain_character(character: str) -> str:
    if character.isascii():
        return character if character.isprintable() or character == "\n" else " "
    category = unicodedata.category(character)
    if category == "Cf":  # zero-width and direction marks change how a question looks, not what it asks
        return ""
    if category in {"Zs", "Zl", "Zp", "Cc"}:
        return "\n" if category in {"Zl", "Zp"} else " "
    if category == "Nd":
        return str(unicodedata.decimal(character))
    return unicodedata.normalize("NFKC", character)
