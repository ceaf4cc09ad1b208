"""Primes and prime factors of numbers small enough for a moment's work, without any library."""

from collections.abc import Iterator
from itertools import islice
from math import isqrt
from typing import Final

PROVEN: Final = 3_317_044_064_679_887_385_961_981
"""Below this the Miller-Rabin test with the first 13 primes has no exceptions (Sorenson and Webster, 2015)."""
QUICK: Final = 10**10
"""Up to this size trial division takes some milliseconds."""
_WITNESSES: Final = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41)


def is_prime(number: int) -> bool:
    """Whether a number below PROVEN is prime."""
    if number < 2:
        return False
    if any(number % prime == 0 for prime in _WITNESSES):
        return number in _WITNESSES
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    return all(_passes(number, witness, odd, twos) for witness in _WITNESSES)


def _passes(number: int, witness: int, odd: int, twos: int) -> bool:
    power = pow(witness, odd, number)
    if power in (1, number - 1):
        return True
    for _ in range(twos - 1):
        power = power * power % number
        if power == number - 1:
            return True
    return False


def factors(number: int) -> dict[int, int]:
    """The prime factors of a number up to QUICK with their exponents."""
    found: dict[int, int] = {}
    divisor = 2
    while divisor <= isqrt(number):
        while number % divisor == 0:
            found[divisor] = found.get(divisor, 0) + 1
            number //= divisor
        divisor += 1 if divisor == 2 else 2
    if number > 1:
        found[number] = found.get(number, 0) + 1
    return found


def divisors(factored: dict[int, int]) -> list[int]:
    """All divisors of the number with these prime factors, in order."""
    found = [1]
    for prime, exponent in factored.items():
        found = [divisor * prime**power for divisor in found for power in range(exponent + 1)]
    return sorted(found)


def primes_from(start: int) -> Iterator[int]:
    """The primes from a number on."""
    number = max(start, 2)
    while True:
        if is_prime(number):
            yield number
        number += 1


def first(count: int) -> list[int]:
    """The first so many primes."""
    return list(islice(primes_from(2), count))


def below(most: int) -> list[int]:
    """All primes up to a number, by the sieve of Eratosthenes."""
    sieve = bytearray([1]) * (most + 1)
    sieve[:2] = b"\0" * min(2, most + 1)
    for number in range(2, isqrt(most) + 1):
        if sieve[number]:
            sieve[number * number :: number] = bytes(len(range(number * number, most + 1, number)))
    return [number for number, prime in enumerate(sieve) if prime]
