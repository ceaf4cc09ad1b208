"""An expression written back as text: how it was understood."""

from agentia.agents.quant.language.expression import (
    Call,
    Chain,
    Expression,
    Factorial,
    Money,
    Name,
    Negation,
    Number,
    Percent,
    Power,
    Relation,
    walk,
)

_SIGNS = {"*": "×", "<=": "≤", ">=": "≥", "!=": "≠"}


def written(expression: Expression) -> str:
    """The expression in usual signs, parentheses only where they are needed."""
    match expression:
        case Number(_, text):
            return text
        case Name(name):
            return {"pi": "π", "infinity": "∞"}.get(name, name)
        case Money(amount, sign):
            return money(_tight(amount), sign)
        case Negation(operand):
            return f"-{_tight(operand)}"
        case Percent(operand):
            return f"{_tight(operand)} %"
        case Factorial(operand):
            return f"{_tight(operand)}!"
        case Power(base, exponent):
            return f"{_tight(base)}^{_tight(exponent)}"
        case Chain(first, rest):
            before = (first, *(part for _, part in rest))
            links = (_link(sign, part, left) for (sign, part), left in zip(rest, before, strict=False))
            return _operand(first, rest[0][0], leading=True) + "".join(links)
        case Relation(first, rest):
            return written(first) + "".join(f" {_SIGNS.get(sign, sign)} {written(part)}" for sign, part in rest)
        case Call("abs", (argument,)):
            return f"|{written(argument)}|"
        case Call(function, arguments):
            return f"{function}({', '.join(written(argument) for argument in arguments)})"


def money(amount: str, sign: str) -> str:
    """An amount with its currency: "$5", "€ 1,200", "1,200 CHF"."""
    if sign.isalpha():
        return f"{amount} {sign}"
    return f"{sign}{amount}" if sign in "$£¥" else f"{sign} {amount}"


def _link(sign: str, part: Expression, before: Expression) -> str:
    stem = part.base if isinstance(part, Power) else part
    if part == Name("degree"):
        return "°"
    if sign == "/":
        return f"/{written(part) if isinstance(part, Power) else _tight(part)}"
    if sign == "*" and any(isinstance(inner, Name) for inner in walk(part)):
        close = isinstance(before, Number) and isinstance(stem, Name) and len(stem.name) == 1
        return f"{'' if close else '·'}{_operand(part, sign)}"
    return f" {_SIGNS.get(sign, sign)} {_operand(part, sign)}"


def _operand(part: Expression, sign: str, *, leading: bool = False) -> str:
    loose = isinstance(part, Chain) and (sign not in "+-" or (part.rest[0][0] in "+-" and not leading))
    signed = isinstance(part, Negation) and not leading
    return f"({written(part)})" if loose or signed or isinstance(part, Relation) else written(part)


def _tight(part: Expression) -> str:
    loose = isinstance(part, Chain | Negation | Power | Percent | Relation) or (
        isinstance(part, Number) and " " in part.text
    )
    return f"({written(part)})" if loose else written(part)
