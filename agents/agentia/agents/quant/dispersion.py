"""How far numbers spread: range, variance, standard deviation, quantiles."""

from fractions import Fraction

from agentia.agents.quant.averages import mean
from agentia.agents.quant.errors import Unanswerable
from agentia.agents.quant.figures import shown
from agentia.agents.quant.statistic import Figure, Numbers, in_order, listed, rational, root
from agentia.agents.quant.working import Working


def extent(numbers: Numbers, working: Working) -> Figure:
    """The range."""
    value = max(numbers) - min(numbers)
    working.step(f"Range: {shown(max(numbers))} - {shown(min(numbers))} = {shown(value)}")
    return rational("range", value)


def variance(numbers: Numbers, working: Working, *, population: bool) -> Figure:
    """The mean squared distance from the mean; of a sample divided by one less than its size."""
    size = len(numbers) - (not population)
    if size < 1:
        raise Unanswerable("The variance of a sample needs at least two numbers; of one whole population, say so.")
    middle = mean(numbers, working).value or Fraction(0)
    squares = sum(((number - middle) ** 2 for number in numbers), Fraction(0))
    working.step(
        f"Squared distances from the mean: {listed(tuple((number - middle) ** 2 for number in numbers), ' + ')}"
        f" = {shown(squares)}"
    )
    kind = "population" if population else "sample"
    working.step(f"Variance of the {kind}: {shown(squares)} ÷ {size:,} = {shown(squares / size)}")
    return rational(f"{kind} variance", squares / size)


def deviation(numbers: Numbers, working: Working, *, population: bool) -> Figure:
    """The standard deviation, exact when it is rational and a root with its decimal otherwise."""
    squared = variance(numbers, working, population=population).value or Fraction(0)
    kind = "population" if population else "sample"
    found = root(f"{kind} standard deviation", squared)
    working.step(
        f"Standard deviation: sqrt({shown(squared)}) = {found.text}"
        if found.value is not None
        else f"Standard deviation: {found.text}"
    )
    return found


def quantile(numbers: Numbers, share: Fraction, name: str, working: Working) -> Figure:
    """Linear interpolation between the sorted numbers, the first at 0 and the last at 1 (Hyndman and Fan's type 7)."""
    ordered = in_order(numbers, working)
    place = share * (len(ordered) - 1)
    below = place.numerator // place.denominator
    above = min(below + 1, len(ordered) - 1)
    value = ordered[below] + (place - below) * (ordered[above] - ordered[below])
    working.step(
        f"{name}: position {shown(share)} × {len(ordered) - 1} = {shown(place)} (from 0), which is {shown(value)}"
    )
    working.note("Quantiles are interpolated linearly, both ends included, as spreadsheets do.")
    return rational(name, value)
