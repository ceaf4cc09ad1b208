"""Which currency an expression comes out in."""

from agentia.agents.quant.errors import Unanswerable
from agentia.agents.quant.language.expression import Chain, Expression, Money, Power, children


def currency_of(expression: Expression) -> str | None:
    """The sign of the result; None when money cancels out or never came in.

    Raises Unanswerable when two currencies meet: no exchange rates are known here.
    """
    sign, power = _dimension(expression)
    return sign if power == 1 else None


def _dimension(expression: Expression) -> tuple[str | None, int]:
    """The currency and its power, as € times € would be (€, 2)."""
    match expression:
        case Money(_, sign):
            return sign, 1
        case Power():
            return None, 0
        case Chain(first, rest) if rest[0][0] in "+-":
            found = [_dimension(part) for part in (first, *(part for _, part in rest))]
            return _one_sign(*(sign for sign, _ in found)), max(power for _, power in found)
        case Chain(first, rest):
            known, power = _dimension(first)
            for operator, part in rest:
                other, more = _dimension(part)
                known = _one_sign(known, other)
                power += -more if operator == "/" else 0 if operator == "mod" else more
            return known, power
    found = [_dimension(part) for part in children(expression)]
    return _one_sign(*(sign for sign, _ in found)), max((power for _, power in found), default=0)


def _one_sign(*signs: str | None) -> str | None:
    known = sorted({sign for sign in signs if sign})
    if len(known) > 1:
        raise Unanswerable(
            f"The question mixes {' and '.join(known)}, and I know no exchange rates: give both amounts in one "
            f"currency."
        )
    return known[0] if known else None
