"""Money that grows at interest: compound and simple growth, instalments of a loan, the time to double."""

from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction

from agentia.agents.quant import integers
from agentia.agents.quant.errors import Unanswerable
from agentia.agents.quant.figures import cents, decimal, exact, portable, shown
from agentia.agents.quant.working import Answer, Working, unit_amount


@dataclass(frozen=True, slots=True)
class Loan:
    """Money at a yearly rate for some years, compounded `periods` times a year, 0 for simple interest."""

    principal: Fraction
    currency: str | None
    rate: Fraction
    years: Fraction
    periods: int


def grown(money: Loan, working: Working, *, interest: bool) -> Answer:
    """What an amount grows to, or only what it earns."""
    principal = money.principal
    start = unit_amount(principal, money.currency)
    if money.periods == 0:
        factor = 1 + money.rate * money.years
        working.step(f"1 + {shown(money.rate)} × {shown(money.years)} = {shown(factor)}")
    else:
        factor = _factor(money, working)
    amount = principal * factor
    working.step(f"{start} × {_short(factor)} ≈ {unit_amount(cents(amount), money.currency)}")
    earned = unit_amount(cents(amount - principal), money.currency)
    working.step(f"Interest: {unit_amount(cents(amount), money.currency)} - {start} = {earned}")
    grown = f"{start} at {shown(money.rate * 100)} % a year grow to {unit_amount(cents(amount), money.currency)}"
    sentence = f"{grown} in {shown(money.years)} years, of which {earned} are interest (rounded to hundredths)."
    return _told(money, sentence, amount - principal if interest else amount, working)


def _factor(money: Loan, working: Working) -> Fraction:
    """(1 + rate/periods)^(periods·years), for a part of a period to 40 digits."""
    step, count = 1 + money.rate / money.periods, money.periods * money.years
    working.step(
        f"Per period: {shown(money.rate * 100)} % ÷ {money.periods} = {_short(step * 100 - 100)} %; periods:"
        f" {shown(count)}"
    )
    if count.denominator == 1:
        integers.check_power(step, count.numerator)
        factor = step**count.numerator
    elif step > 0:
        context = Context(prec=40)
        factor = Fraction(context.power(_decimal(step, context), _decimal(count, context)))
        working.note("The term ends within a period; the growth of that part is worked out to 40 digits.")
    else:
        raise Unanswerable("A loss of everything in one period leaves nothing to grow for part of a period.")
    working.step(f"{_short(step)}^{shown(count)} ≈ {decimal(factor)}")
    return factor


def payment(money: Loan, working: Working) -> Answer:
    """What a loan costs a month when it is paid off in equal instalments."""
    principal = money.principal
    rate, count = money.rate / 12, -(-12 * money.years // 1)
    if count < 1:
        raise Unanswerable("A loan needs a term of a month or more to have a monthly payment.")
    integers.check_power(1 + rate, int(count))
    each = principal * rate / (1 - (1 + rate) ** -int(count)) if rate else principal / count
    working.step(f"Monthly rate: {shown(money.rate * 100)} % ÷ 12 = {_short(rate * 100)} %; payments: {count}")
    working.step(f"Payment = amount × rate ÷ (1 - (1 + rate)^-{count}) ≈ {unit_amount(cents(each), money.currency)}")
    total = cents(each) * count
    working.step(f"In all {count} × {unit_amount(cents(each), money.currency)} = {unit_amount(total, money.currency)}")
    loan = (
        f"A loan of {unit_amount(principal, money.currency)} at {shown(money.rate * 100)} % over"
        f" {shown(money.years)} years"
    )
    sentence = f"{loan} costs {unit_amount(cents(each), money.currency)} a month (rounded to hundredths)."
    return _told(money, sentence, each, working)


def doubling(rate: Fraction, times: int, working: Working) -> Answer:
    """How many years money needs to become so many times as much."""
    context = Context(prec=30)
    if not 0 < rate < 1000:
        raise Unanswerable("Money only grows at a rate above 0 %.")
    growth = context.ln(_decimal(1 + rate, context))
    years = Fraction(context.divide(context.ln(context.create_decimal(times)), growth))
    formula = f"ln({times})/ln({shown(1 + rate)})"
    working.step(f"(1 + {shown(rate)})^t = {times}, so t = {formula} ≈ {decimal(years)}")
    sentence = f"At {shown(rate * 100)} % a year, compounded yearly, it takes {formula} ≈ {decimal(years)} years."
    return working.text(sentence, formula, formula, decimal(years), "years")


def _told(money: Loan, sentence: str, value: Fraction, working: Working) -> Answer:
    return working.text(sentence, portable(value), exact(value), decimal(value), money.currency)


def _short(value: Fraction) -> str:
    text = shown(value)
    return text if len(text) <= 20 and "/" not in text else decimal(value)


def _decimal(value: Fraction, context: Context) -> Decimal:
    return context.divide(context.create_decimal(value.numerator), context.create_decimal(value.denominator))
