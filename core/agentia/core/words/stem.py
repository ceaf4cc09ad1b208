"""Bring an English word to the form under which its relatives are found."""

from functools import lru_cache

IRREGULAR = {
    "analyse": "analys", "analyses": "analys", "analysis": "analys", "analyst": "analys", "analyze": "analys",
    "best": "good", "better": "good", "bought": "buy", "comparison": "compar", "conversion": "convert", "drawn": "draw",
    "drew": "draw", "fallen": "fall", "fell": "fall", "feet": "foot", "flew": "fly", "grew": "grow", "grown": "grow",
    "growth": "grow", "highest": "high", "lowest": "low", "news": "news", "paid": "pay", "percentage": "percent",
    "rise": "ris", "risen": "ris", "rose": "ris", "sale": "sell", "sold": "sell", "spent": "spend",
    "summary": "summaris",
    "taken": "take", "took": "take", "wrote": "writ", "written": "writ",
}  # fmt: skip
SUFFIXES = (  # tried in this order: ending, what takes its place, letters that must stay before it
    ("isation", "is", 3), ("ization", "is", 3), ("ising", "is", 3), ("izing", "is", 3), ("ised", "is", 3),
    ("ized", "is", 3), ("ise", "is", 3), ("ize", "is", 3), ("ation", "at", 3), ("ating", "at", 3), ("ative", "at", 3),
    ("ated", "at", 3), ("ator", "at", 3), ("ate", "at", 3), ("ction", "ct", 2), ("ment", "", 4), ("ness", "", 4),
    ("ing", "", 3), ("est", "", 4), ("ion", "", 4), ("ed", "", 3), ("er", "", 4), ("ly", "", 4), ("al", "", 5),
)  # fmt: skip
BRITISH = (("metre", "meter"), ("litre", "liter"), ("colour", "color"))


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """`word` in lower case without its ending: an index key, not always a word."""
    single = _singular(IRREGULAR.get(word, word))
    single = IRREGULAR.get(single, single)
    for british, american in BRITISH:
        single = single.replace(british, american)
    return _tidy(_without_suffix(single))


def _singular(word: str) -> str:
    if len(word) <= 3 or not word.endswith("s") or word.endswith(("ss", "us", "is", "ews")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("sses", "xes", "ches", "shes", "zes")) else word[:-1]


def _without_suffix(word: str) -> str:
    for ending, replacement, least in SUFFIXES:
        kept = word.removesuffix(ending)
        if kept != word and len(kept) >= least and any(letter in "aeiouy" for letter in kept) and kept[-1] != "e":
            return _undoubled(kept) if not replacement else kept + replacement
    return word


def _undoubled(word: str) -> str:
    """`runn` (of running) as `run`, `sell` as it is."""
    return word[:-1] if word[-1] == word[-2] and word[-1] not in "lsz" else word


def _tidy(word: str) -> str:
    if len(word) > 3 and word.endswith("e"):
        return word[:-1]
    return word[:-1] + "i" if len(word) > 2 and word.endswith("y") and word[-2] not in "aeiou" else word
