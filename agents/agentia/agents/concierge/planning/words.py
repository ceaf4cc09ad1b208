"""English words that tell how a request is built."""

import re

QUESTION = "what which how who whom whose where when why"
AUXILIARY = """
is are was were am be been do does did has have had can could will would shall should may might must
"""
PREPOSITION = """
of from to by for than with without in into on onto at about over between as per within during since under above
"""
DETERMINER = "a an the its their that this these those all each every my our"
OPERATOR = "plus minus times"
CONJUNCTION = "and or but then"

IMPERATIVE = """
add analyse analyze answer ask book build calculate chart check choose classify clean compare compute convert correct
count create cut decrease describe determine divide double draw email estimate evaluate explain export express extract
fetch fill filter find fix forecast format get give group halve identify increase list look lower make measure merge
multiply plot predict print proofread quadruple raise rank read recommend reduce remove rename render reply report
rephrase research rewrite round run save search send shorten show simplify solve sort split spell subtract suggest sum
summarise summarize take tell test transcribe translate triple turn update validate verify visualise visualize work
write
"""
ABOUT_CONTENT = """
chart classify clean correct describe draw email explain export extract filter format group list plot print proofread
render rephrase rewrite save send shorten show sort summarise summarize transcribe translate visualise visualize
"""  # verbs whose object is a whole result rather than a name or a number

FILES = """
attachment attachments csv data dataset document file files image pdf picture sheet spreadsheet table tables text
workbook
"""
TIMES = "month year week quarter day morning afternoon evening time decade"  # "this month" is the calendar's
RESULTS = "result results answer outcome"
NUMBERS = "result answer outcome number figure value amount total sum product difference quotient"

PERCENT = r"\d[\d.,]*\s*(?:%|percent\b|per\s?cent\b|pct\b)"
PART = (
    r"(?:(?:a|an|one)\s+)?(?:half|third|quarter|fifth|sixth|eighth|tenth|hundredth)"
    r"|(?:two|three|four|five|seven|\d+)[\s-](?:thirds|quarters|fifths|sixths|eighths|tenths)|\d+/\d+"
)
NUMBER_WORDS = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion trillion
dozen half third thirds quarter quarters
"""
MONEY = """
euro euros eur € dollar dollars usd $ pound pounds gbp £ yen jpy franc francs chf cny yuan inr rupees cad aud
"""
UNITS = """
metre metres meter meters km kilometre kilometres kilometer kilometers mile miles cm centimetres centimeters mm foot
feet inch inches yard yards kg kilogram kilograms gram grams tonne tonnes ton tons lb lbs ounce ounces oz litre litres
liter liters gallon gallons ml celsius fahrenheit kelvin °c °f kwh mwh joule joules watt watts hectare hectares acre
acres
"""
PERIODS = "second seconds minute minutes hour hours day days week weeks month months year years"


def alternatives(*words: str) -> str:
    """The words as a group of a regular expression, the longest first."""
    found = {word for some in words for word in some.split()}
    return f"(?:{'|'.join(sorted(map(re.escape, found), key=lambda word: (-len(word), word)))})"
