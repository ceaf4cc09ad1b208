"""The words and signs for units: which there are, and which say something else than they seem to."""

import re
from typing import Final

from agentia.agents.quant.language.patterns import words

_KNOWN: Final = words(
    "metre meter centimetre centimeter millimetre millimeter kilometre kilometer micrometre micrometer nanometre "
    "nanometer micron angstrom inch inches foot feet yard mile furlong league fathom nauticalmile lightyear "
    "parsec hand chain rod acre hectare are barn litre liter millilitre milliliter centilitre centiliter "
    "decilitre deciliter gallon quart pint cup tablespoon teaspoon fluidounce barrel bushel cc gram gramme "
    "kilogram kilogramme milligram microgram tonne ton pound ounce stone grain carat slug second millisecond "
    "microsecond nanosecond minute hour day week fortnight month year decade century millennium sec min hr newton "
    "kilonewton dyne joule kilojoule megajoule calorie kilocalorie watt kilowatt megawatt gigawatt milliwatt "
    "horsepower btu watthour kilowatthour megawatthour electronvolt erg pascal kilopascal hectopascal megapascal "
    "bar millibar atmosphere torr psi hertz kilohertz megahertz gigahertz bit byte kilobyte megabyte gigabyte "
    "terabyte petabyte kibibyte mebibyte gibibyte tebibyte kilobit megabit gigabit volt millivolt kilovolt ampere "
    "amp milliamp ohm kilohm farad coulomb henry tesla gauss weber siemens celsius fahrenheit kelvin rankine "
    "radian degree arcminute arcsecond turn revolution gradian knot mole lumen lux candela becquerel sievert gray "
    "curie katal dioptre rpm mph kph kmh fps mpg pica dozen "
)
_SYMBOLS: Final = words(
    "km cm mm µm um nm dm dam mi ft yd in inch nmi ly au pc ha kg mg µg ug lb lbs oz ml mL cl dl dL hl gal qt pt "
    "tbsp tsp ms µs us ns min mins hr hrs sec secs kN kJ MJ kcal Cal cal kW MW GW mW Wh kWh MWh GWh eV keV MeV Pa "
    "kPa hPa MPa bar mbar atm psi mmHg torr hp Hz kHz MHz GHz kB KB MB GB TB PB KiB MiB GiB TiB Mb Gb kb kV mV mA "
    "°C °F °K degC degF m2 m3 cm2 cm3 km2 mm2 mm3 ft2 ft3 in2 in3 sqft sqm kn kt mph kph kmh rpm cc floz gb mb tb "
    "km² dB rad deg yr yrs mol mmol "
)
_SHORT: Final = words("m g s h d l L t K N J W V A C F B b c f k Å Ω")

MEANINGS: Final = {
    "nauticalmile": "nautical_mile",
    "lightyear": "light_year",
    "ly": "light_year",
    "fluidounce": "fluid_ounce",
    "floz": "fluid_ounce",
    "imperialgallon": "imperial_gallon",
    "imperialpint": "imperial_pint",
    "imperialquart": "imperial_quart",
    "imperialfluidounce": "imperial_fluid_ounce",
    "shortton": "short_ton",
    "longton": "long_ton",
    "metricton": "metric_ton",
    "watthour": "watt_hour",
    "kilowatthour": "kilowatt_hour",
    "megawatthour": "megawatt_hour",
    "electronvolt": "electron_volt",
    "Cal": "kilocalorie",
    "foodcalorie": "kilocalorie",
    "kmh": "kilometer_per_hour",
    "kph": "kilometer_per_hour",
    "sqft": "square_foot",
    "Mb": "megabit",
    "Gb": "gigabit",
    "kb": "kilobit",
    "Kb": "kilobit",
    "KB": "kilobyte",
    "gb": "gigabyte",
    "mb": "megabyte",
    "tb": "terabyte",
    "B": "byte",
    "b": "bit",
    "kn": "knot",
    "kt": "knot",
    "sqm": "square_meter",
    "um": "micrometer",
    "us": "microsecond",
    "ug": "microgram",
    "yr": "year",
    "yrs": "year",
    "A": "ampere",
    "L": "liter",
    "au": "astronomical_unit",
    "sec": "second",
    "secs": "second",
    "°K": "kelvin",
    "ha": "hectare",
    "are": "are",
    "t": "metric_ton",
    "atmosphere": "standard_atmosphere",
}
"""Words that Pint knows by another name, or for something that nobody means here (Mb as megabarn)."""

TEMPERATURES: Final = {
    **dict.fromkeys(("°C", "degC", "celsius", "centigrade", "c"), "degree_Celsius"),
    **dict.fromkeys(("°F", "degF", "fahrenheit", "f"), "degree_Fahrenheit"),
    **dict.fromkeys(("°K", "kelvin", "kelvins", "k"), "kelvin"),
    **dict.fromkeys(("°R", "degR", "rankine"), "degree_Rankine"),
}
_PHRASES: Final = [
    (re.compile(pattern, re.IGNORECASE), form)
    for pattern, form in [
        (r"\b(\d+)' ?(\d+(?:\.\d+)?)(?:\"|'')?", r"(\1 ft + \2 inch)"),
        (r"\bdegrees? (celsius|centigrade|fahrenheit|kelvin|rankine)\b", r"\1"),
        (r"\b(?:degrees?|deg) ([CFK])\b", r"°\1"),
        (r"\b(?:square|sq\.?) ([a-z]+)\b", r"\1^2"),
        (r"\b(?:cubic|cu\.?) ([a-z]+)\b", r"\1^3"),
        (
            r"\b(nautical|light|fluid|fl\.?|us|imperial|uk|british|short|long|metric|food|watt|kilowatt|megawatt"
            r"|electron)[ -]"
            r"(?=(?:fluid |fl\.? )?(?:miles?|years?|ounces?|oz|gallons?|pints?|quarts?|tons?|calories?|hours?"
            r"|volts?)\b)",
            r"\1|",
        ),
        (r"\b(?:us|US)\|(?:liquid )?", ""),
        (r"\b(?:uk|british)\|", "imperial"),
        (r"\bfl\.?\|oz\b|\bfluid\|oz\b|\bfl\.? oz\b", "fluidounce"),
        (r"\|", ""),
        (r"\bper\b", "/"),
        (r"(?<![\w)])an? (?=[a-z])", "1 "),
    ]
]
_COMPOUND = re.compile(r"(?<![\d.,/])\d[\d.,/]* ?[A-Za-zµ]+(?:(?:,? and |, | )\d[\d.,/]* ?[A-Za-zµ]+)+(?![\w^])")


def is_unit(word: str) -> bool:
    """Whether a word of more than a letter is surely a unit."""
    lowered = word.lower()
    plain = lowered.removesuffix("s")
    return (
        word in _SYMBOLS
        or lowered in _KNOWN
        or plain in _KNOWN
        or lowered.removesuffix("es") in _KNOWN
        or lowered in MEANINGS
    )


def may_be_unit(word: str) -> bool:
    """Whether a word is a unit or a letter that stands for one beside others."""
    return is_unit(word) or word in _SHORT


def prepared(text: str) -> str:
    """The text with units of several words in one, and "5 ft 7 in" as a sum."""
    for pattern, form in _PHRASES:
        text = pattern.sub(form, text)
    return _COMPOUND.sub(lambda match: f"({re.sub(r'(?:,? and |, | )(?=[0-9])', ' + ', match[0])})", text)
