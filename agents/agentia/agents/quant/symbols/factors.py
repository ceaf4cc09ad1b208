"""Primes and prime factors of numbers too large for trial division."""

import sympy
from sympy.ntheory import factorint, isprime


def is_prime(number: int) -> bool:
    """Whether a number is prime; beyond 2^64 by the Baillie-PSW test, to which no exception is known."""
    return bool(isprime(number))


def factors(number: int) -> dict[int, int]:
    """The prime factors with their exponents."""
    return {int(prime): int(exponent) for prime, exponent in sorted(factorint(number).items())}


def next_prime(number: int, *, back: bool) -> int:
    """The nearest prime above, or below."""
    return int(sympy.prevprime(number) if back else sympy.nextprime(number))
