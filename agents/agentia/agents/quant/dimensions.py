"""The names of physical dimensions: what a unit measures, in a word."""

from collections.abc import Mapping
from typing import Any, Final

_NAMES: Final = {
    "": "a plain number",
    "length^1": "length",
    "length^2": "area",
    "length^3": "volume",
    "mass^1": "mass",
    "time^1": "time",
    "time^-1": "frequency",
    "temperature^1": "temperature",
    "current^1": "electric current",
    "substance^1": "amount of substance",
    "luminosity^1": "light",
    "length^1 time^-1": "speed",
    "length^1 time^-2": "acceleration",
    "length^1 mass^1 time^-2": "force",
    "length^2 mass^1 time^-2": "energy",
    "length^2 mass^1 time^-3": "power",
    "length^-1 mass^1 time^-2": "pressure",
    "length^-3 mass^1": "density",
    "length^3 time^-1": "flow",
    "length^1 mass^1 time^-1": "momentum",
    "current^1 time^1": "electric charge",
    "current^-1 length^2 mass^1 time^-3": "voltage",
    "current^-2 length^2 mass^1 time^-3": "electric resistance",
    "mass^1 time^-1": "mass flow",
    "length^-2": "fuel economy",
    "length^-1": "inverse length",
}


def described(dimensionality: Mapping[str, Any]) -> str:
    """ "speed" for length per time; a product of powers where there is no word for it."""
    powers = sorted((name.strip("[]"), power) for name, power in dimensionality.items() if power)
    key = " ".join(f"{name}^{power}" for name, power in powers)
    return _NAMES.get(key) or " × ".join(name if power == 1 else f"{name}^{power}" for name, power in powers)
