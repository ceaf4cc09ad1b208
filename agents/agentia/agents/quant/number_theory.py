"""Primes, factors, divisors, common divisors and multiples, Fibonacci numbers, each with its working."""

from collections.abc import Callable
from fractions import Fraction
from math import gcd, lcm, prod
from types import ModuleType
from typing import Final

from agentia.agents.quant import integers, primes
from agentia.agents.quant.errors import TooLarge, Unanswerable
from agentia.agents.quant.figures import shown
from agentia.agents.quant.working import Answer, Working

Numbers = tuple[int, ...]
_MAX_PRIMES: Final = 100_000
_MAX_LISTED: Final = 1_000
_MAX_STEPS: Final = 30
_BEYOND: Final = "That reaches beyond the primes I list: the first 100,000, or those up to 5,000,000."


def _prime(numbers: Numbers, working: Working) -> Answer:
    return _primality(numbers[0], "prime", working)


def _composite(numbers: Numbers, working: Working) -> Answer:
    return _primality(numbers[0], "composite", working)


def _primality(number: int, wanted: str, working: Working) -> Answer:
    label = _shown(number)
    if number < 2:
        working.step("Primes, and numbers composed of them, are whole numbers from 2 up")
        return working.text(f"No, {label} is no {wanted} number.", "no", "no")
    factored = primes.factors(number) if number <= primes.QUICK else {}
    if sum(factored.values()) > 1:
        working.step(f"{label} = {_product(factored)}")
    elif factored:
        working.step(f"No prime up to sqrt({label}) divides {label}")
    elif number < primes.PROVEN:
        working.step("By the Miller-Rabin test with the first 13 primes")
    else:
        working.step("By the Baillie-PSW test, to which no exception is known")
    is_prime = primes.is_prime(number) if number < primes.PROVEN else _large().is_prime(number)
    truth = "yes" if is_prime == (wanted == "prime") else "no"
    kind = "prime" if is_prime else "composite"
    return working.text(f"{truth.title()}, {label} is a {kind} number.", truth, truth)


def _factors(numbers: Numbers, working: Working) -> Answer:
    number = numbers[0]
    factored = _factored(number)
    rest = abs(number)
    for prime in [prime for prime, exponent in factored.items() for _ in range(exponent)][:40]:
        if rest != prime:
            working.step(f"{_shown(rest)} ÷ {_shown(prime)} = {_shown(rest // prime)}")
        rest //= prime
    told = ("-" if number < 0 else "") + _product(factored)
    values = tuple(str(prime) for prime, exponent in factored.items() for _ in range(exponent))
    return working.text(f"{_shown(number)} = {told}.", told, told, None, None, values[:200])


def _divisors(numbers: Numbers, working: Working) -> Answer:
    factored = _factored(numbers[0])
    count = _count_divisors(numbers[0], factored, working)
    if count > _MAX_LISTED:
        return working.number(f"{_shown(numbers[0])} has", Fraction(count), "divisors", verb="")
    found = tuple(map(str, primes.divisors(factored)))
    told = ", ".join(found)
    return working.text(f"The {count} divisors of {_shown(numbers[0])} are {told}.", told, told, None, None, found)


def _divisor_count(numbers: Numbers, working: Working) -> Answer:
    count = _count_divisors(numbers[0], _factored(numbers[0]), working)
    return working.number(f"{_shown(numbers[0])} has", Fraction(count), "divisors", verb="")


def _count_divisors(number: int, factored: dict[int, int], working: Working) -> int:
    """The product of the exponents, each one higher."""
    working.step(f"{_shown(abs(number))} = {_product(factored)}")
    count = prod(exponent + 1 for exponent in factored.values())
    working.step(f"Divisors: {' × '.join(f'({exponent} + 1)' for exponent in factored.values()) or '1'} = {count:,}")
    return count


def _next(numbers: Numbers, working: Working) -> Answer:
    number, found = numbers[0], max(numbers[0] + 1, 2)
    if number < primes.PROVEN:
        while not primes.is_prime(found):
            found += 1
    else:
        found = _large().next_prime(number, back=False)
    working.step(f"No number strictly between {_shown(number)} and {_shown(found)} is prime")
    return working.number(f"The next prime after {_shown(number)}", Fraction(found))


def _previous(numbers: Numbers, working: Working) -> Answer:
    number, found = numbers[0], numbers[0] - 1
    if number <= 2:
        raise Unanswerable("There is no prime below 2.")
    if number < primes.PROVEN:
        while not primes.is_prime(found):
            found -= 1
    else:
        found = _large().next_prime(number, back=True)
    working.step(f"No number strictly between {_shown(found)} and {_shown(number)} is prime")
    return working.number(f"The largest prime below {_shown(number)}", Fraction(found))


def _nth(numbers: Numbers, working: Working) -> Answer:
    found = _first_primes(numbers[0])
    if not found:
        raise Unanswerable("The first prime is number 1.")
    working.step(f"By the sieve of Eratosthenes, prime number {numbers[0]:,} is {found[-1]:,}")
    return working.number(f"Prime number {numbers[0]:,}", Fraction(found[-1]))


def _first(numbers: Numbers, working: Working) -> Answer:
    return _listed(_first_primes(numbers[0]), f"the first {numbers[0]:,}", working)


def _between(numbers: Numbers, working: Working) -> Answer:
    return _listed(*_span(numbers), working)


def _prime_count(numbers: Numbers, working: Working) -> Answer:
    found, span = _span(numbers)
    working.step(f"By the sieve of Eratosthenes there are {len(found):,} primes {span}")
    return working.number(f"The count of primes {span}", Fraction(len(found)))


def _first_primes(count: int) -> list[int]:
    if count > _MAX_PRIMES:
        raise TooLarge(_BEYOND)
    return primes.below(2_000_000 if count > 1000 else 8_000)[: max(count, 0)]


def _span(numbers: Numbers) -> tuple[list[int], str]:
    """The primes up to the last number, from the first on when there are two."""
    if numbers[-1] > 50 * _MAX_PRIMES:
        raise TooLarge(_BEYOND)
    low = numbers[0] if len(numbers) > 1 else 2
    span = f"from {numbers[0]:,} to {numbers[-1]:,}" if len(numbers) > 1 else f"up to {numbers[0]:,}"
    return [prime for prime in primes.below(max(numbers[-1], 1)) if prime >= low], span


def _listed(found: list[int], span: str, working: Working) -> Answer:
    working.step(f"By the sieve of Eratosthenes: {len(found):,} primes, {span}")
    if len(found) > _MAX_LISTED:
        raise TooLarge(f"That are {len(found):,} primes; I list up to {_MAX_LISTED:,}. Ask how many, or for fewer.")
    told = ", ".join(map(str, found)) or "none"
    return working.text(f"The primes, {span}, are {told}.", told, told, None, None, tuple(map(str, found)))


def _gcd(numbers: Numbers, working: Working) -> Answer:
    total = numbers[0]
    for number in numbers[1:]:
        _euclid(total, number, working)
        total = gcd(total, number)
    return working.number(f"The greatest common divisor of {_joined(numbers)}", Fraction(total))


def _lcm(numbers: Numbers, working: Working) -> Answer:
    integers.lcm(*numbers)
    total = numbers[0]
    for number in numbers[1:]:
        if (divisor := gcd(total, number)) == 0:
            raise Unanswerable("Zero has no multiples but itself, so there is no least common multiple.")
        multiple = lcm(total, number)
        working.step(f"{_shown(total)} × {_shown(number)} ÷ gcd {_shown(divisor)} = {_shown(multiple)}")
        total = multiple
    return working.number(f"The least common multiple of {_joined(numbers)}", Fraction(total))


def _euclid(left: int, right: int, working: Working) -> None:
    """Divide with remainder until nothing remains."""
    for _ in range(_MAX_STEPS):
        if right == 0:
            return
        working.step(f"{_shown(left)} = {_shown(left // right)} × {_shown(right)} + {_shown(left % right)}")
        left, right = right, left % right


def _fibonacci(numbers: Numbers, working: Working) -> Answer:
    index = numbers[0]
    if index > 200_000:
        raise TooLarge("I work out Fibonacci numbers up to number 200,000.")
    here, following = 0, 1
    for bit in bin(index)[2:]:
        here, following = here * (2 * following - here), here * here + following * following
        if bit == "1":
            here, following = following, here + following
    working.step("F(0) = 0, F(1) = 1, and each further one is the sum of the two before it")
    return working.number(f"Fibonacci number {index:,}", Fraction(here))


def _factored(number: int) -> dict[int, int]:
    if number == 0:
        raise Unanswerable("Zero has no prime factors: every number divides it.")
    return primes.factors(abs(number)) if abs(number) <= primes.QUICK else _large().factors(abs(number))


def _product(factored: dict[int, int]) -> str:
    return (
        " × ".join(f"{prime}^{exponent}" if exponent > 1 else str(prime) for prime, exponent in factored.items()) or "1"
    )


def _large() -> ModuleType:
    from agentia.agents.quant.symbols import factors

    return factors


def _joined(numbers: Numbers) -> str:
    return " and ".join(map(_shown, numbers))


def _shown(number: int) -> str:
    return shown(Fraction(number))


ANSWERS: Final[dict[str, Callable[[Numbers, Working], Answer]]] = {
    "prime": _prime,
    "composite": _composite,
    "factors": _factors,
    "divisors": _divisors,
    "divisor count": _divisor_count,
    "next": _next,
    "previous": _previous,
    "nth": _nth,
    "first": _first,
    "between": _between,
    "prime count": _prime_count,
    "gcd": _gcd,
    "lcm": _lcm,
    "fibonacci": _fibonacci,
}
"""How each form of question is answered."""
