"""Where numbers lie: means of all kinds, the median, the mode, sums and extremes."""

from collections import Counter
from decimal import Context
from fractions import Fraction
from math import prod

from agentia.agents.quant import integers
from agentia.agents.quant.errors import Unanswerable
from agentia.agents.quant.figures import decimal, exact, shown
from agentia.agents.quant.statistic import Figure, Numbers, in_order, listed, rational
from agentia.agents.quant.working import Working


def mean(numbers: Numbers, working: Working) -> Figure:
    """The arithmetic mean."""
    total = sum(numbers, Fraction(0))
    working.step(f"Sum: {listed(numbers, ' + ')} = {shown(total)}")
    working.step(f"Mean: {shown(total)} ÷ {len(numbers):,} = {shown(total / len(numbers))}")
    return rational("mean", total / len(numbers))


def median(numbers: Numbers, working: Working) -> Figure:
    """The middle of the sorted numbers, or the mean of the two in the middle."""
    ordered = in_order(numbers, working)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        working.step(f"Median: number {middle + 1} of {len(ordered)} = {shown(ordered[middle])}")
        return rational("median", ordered[middle])
    value = (ordered[middle - 1] + ordered[middle]) / 2
    working.step(f"Median: ({shown(ordered[middle - 1])} + {shown(ordered[middle])}) ÷ 2 = {shown(value)}")
    return rational("median", value)


def mode(numbers: Numbers, working: Working) -> Figure:
    """The most frequent numbers; none when all are equally rare."""
    counts = Counter(numbers)
    most = max(counts.values())
    found = sorted(number for number, count in counts.items() if count == most)
    if most == 1 and len(numbers) > 1:
        working.step("Every number appears once, so there is no mode")
        return Figure("mode", "none", None, "")
    names = " and ".join(map(shown, found[:10]))
    working.step(f"Mode: {names} appear{'s' if len(found) == 1 else ''} {most:,} times")
    return rational("mode", found[0]) if len(found) == 1 else Figure("modes", names, None, "")


def total(numbers: Numbers, working: Working) -> Figure:
    """The sum."""
    value = sum(numbers, Fraction(0))
    working.step(f"Sum: {listed(numbers, ' + ')} = {shown(value)}")
    return rational("sum", value)


def count(numbers: Numbers, working: Working) -> Figure:
    """How many there are."""
    working.step(f"Count of {listed(numbers, ', ')}: {len(numbers):,}")
    return rational("count", Fraction(len(numbers)))


def smallest(numbers: Numbers, working: Working) -> Figure:
    """The minimum."""
    working.step(f"Smallest of {listed(numbers, ', ')}: {shown(min(numbers))}")
    return rational("minimum", min(numbers))


def largest(numbers: Numbers, working: Working) -> Figure:
    """The maximum."""
    working.step(f"Largest of {listed(numbers, ', ')}: {shown(max(numbers))}")
    return rational("maximum", max(numbers))


def product(numbers: Numbers, working: Working) -> Figure:
    """All multiplied."""
    value = prod(numbers, start=Fraction(1))
    working.step(f"Product: {listed(numbers, ' × ')} = {shown(value)}")
    return rational("product", value)


def geometric_mean(numbers: Numbers, working: Working) -> Figure:
    """The n-th root of the product."""
    if min(numbers) <= 0:
        raise Unanswerable("A geometric mean needs numbers above 0.")
    multiplied = product(numbers, working).value or Fraction(1)
    if (found := integers.root(multiplied, len(numbers))) is not None:
        return rational("geometric mean", found)
    context = Context(prec=30)
    logarithm = context.ln(context.divide(multiplied.numerator, multiplied.denominator))
    value = Fraction(context.exp(context.divide(logarithm, len(numbers))))
    return Figure("geometric mean", f"({exact(multiplied)})^(1/{len(numbers)})", None, decimal(value))


def harmonic_mean(numbers: Numbers, working: Working) -> Figure:
    """The count divided by the sum of reciprocals."""
    if min(numbers) <= 0:
        raise Unanswerable("A harmonic mean needs numbers above 0.")
    reciprocals = sum((1 / number for number in numbers), Fraction(0))
    working.step(f"Sum of reciprocals: {shown(reciprocals)}")
    return rational("harmonic mean", len(numbers) / reciprocals)


def weighted_mean(numbers: Numbers, weights: Numbers, working: Working) -> Figure:
    """The mean in which each number counts as often as its weight."""
    if len(weights) != len(numbers):
        raise Unanswerable(f"There are {len(numbers)} numbers but {len(weights)} weights.")
    if sum(weights) == 0:
        raise Unanswerable("The weights add up to 0, so there is no weighted mean.")
    products = sum((number * weight for number, weight in zip(numbers, weights, strict=True)), Fraction(0))
    working.step(
        f"Each number times its weight: {listed(tuple(map(Fraction.__mul__, numbers, weights)), ' + ')} ="
        f" {shown(products)}"
    )
    working.step(f"Weights: {listed(weights, ' + ')} = {shown(sum(weights, Fraction(0)))}")
    return rational("weighted mean", products / sum(weights))
