"""What numbers, dates, money, units and formulas look like in a text.

Every repetition is bounded: texts come from strangers, and the time to read one must stay linear in its length.
"""

import re

_GAP = r"\s{0,3}"
_NUMBER = r"\d{1,30}(?:[.,]\d{1,30}){0,6}"
_PLAIN_NUMBER = r"-?\d{1,30}(?:\.\d{1,30})?"
_PERCENT = rf"{_NUMBER}{_GAP}(?:%|percent\b|per\s{{1,3}}cent\b|pct\b)"
_DATE = r"\b\d{4}-\d{1,2}-\d{1,2}\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b"
_MONTH = r"january|february|april|june|july|august|september|october|november|december"  # march and may do other things
_CODE = r"(?:usd|eur|gbp|jpy|chf|cny|inr|cad|aud|nzd|sek|nok|dkk|pln|czk|huf|brl|mxn|zar|krw|try|btc|eth)\b"
# Units that mean nothing else stand alone; the others ("bar chart", "a cup") only count behind a number.
_UNIT = (
    r"(?:°\s?[cfk]\b|(?:km/h|m/s|mph|km|cm|mm|kg|mg|ml|kwh|celsius|fahrenheit|kelvin|mile|gallon|ounce|hectare|newton|"
    r"(?:nano|micro|milli|centi|kilo|mega|giga)(?:met(?:re|er)|gram|lit(?:re|er)|joule|watt|volt|hertz|byte|bit|pascal)|"
    r"lit(?:re|er)|gram|joule|watt|volt)s?(?!\w))"
)
_UNIT_NEAR_NUMBER = (
    r"(?:(?:dm|nm|lb|oz|cl|kw|mw|hz|khz|mhz|ghz|kb|mb|gb|tb|psi|bar|k?cal|kj|kn|met(?:re|er)|byte|bit|yard|ft|acre|pound|"
    r"stone|ton|tonne|pint|cup|degree|knot|radian)s?|feet|foot|inch(?:es)?|[mgclj])(?!\w)"
)
_OPERAND = rf"(?:(?<![\w.]){_NUMBER}[a-z]?|(?<!\w)[a-z]|[)!])"
_SPOKEN = r"\b(?:plus|minus|times|over|mod|(?:divided|multiplied)\s{1,3}by|to\s{1,3}the\s{1,3}power\s{1,3}of)\b"
_FRACTION = r"\b(?:half|(?:third|quarter|fifth|sixth|seventh|eighth|ninth|tenth|hundredth)s?)"

TOKEN = re.compile(
    rf"""(?P<date>{_DATE})
    |(?P<time>\b\d{{1,2}}:\d{{2}}(?::\d{{2}})?\b)
    |(?P<percent>(?<!\w){_PERCENT})
    |(?P<money>[$€£¥₹]{_GAP}{_NUMBER}|(?<!\w){_NUMBER}{_GAP}(?:[$€£¥₹]|{_CODE}))
    |(?P<quantity>(?<!\w){_NUMBER}{_GAP}(?:{_UNIT}|{_UNIT_NEAR_NUMBER}))
    |(?P<unit>(?<!\w){_UNIT})
    |(?P<number>(?<!\w){_NUMBER}(?!\w))
    |(?P<coin>\b{_CODE}|[$€£¥₹]|\b(?:dollars?|euros?|yen|francs?|rupees?|currenc(?:y|ies))\b)
    |(?P<season>\b(?:{_MONTH}|quarters?|q[1-4]|months?|years?|annual|monthly|yearly)\b)
    |(?P<parts>%|\bper\s{{1,3}}cent\b)
    |(?P<word>[^\W_]+(?:['’][^\W_]+)?)""",
    re.IGNORECASE | re.VERBOSE,
)
WORD = re.compile(r"[^\W\d_]+")
NO_FORMULA = re.compile(rf"{_DATE}|(?<!\w){_UNIT}", re.IGNORECASE)  # km/h divides nothing, 2024-02-01 subtracts nothing
FORMULA = re.compile(
    rf"{_OPERAND}{_GAP}(?:[-+*/^×÷−<>]|\*\*|{_SPOKEN}){_GAP}-?(?:{_NUMBER}|[a-z](?![a-z])|\()|{_FRACTION}\s{{1,3}}of\s{{1,3}}\d",
    re.IGNORECASE,
)
PART_OF = re.compile(rf"(?<!\w){_PERCENT}\s{{1,3}}off?\b", re.IGNORECASE)
EQUATION = re.compile(rf"(?:\w{{1,12}}|\)){_GAP}={_GAP}[-(]{{0,3}}\w{{1,12}}")
SERIES = re.compile(
    rf"(?<![\w.]){_PLAIN_NUMBER}(?:(?:{_GAP}[,;]{_GAP}|\s{{1,3}})(?:and\s)?{_PLAIN_NUMBER}(?!\w)){{2,999}}"
)
LONE_SIGN = re.compile(r"\s{0,3}([-+*/^×÷=])\s{0,3}")
