"""Ids of tasks and contexts: UUIDs of version 7 (RFC 9562, section 5.7), so that new rows stand beside each other."""

import os
import time


def new_id() -> str:
    """A UUIDv7 in its usual spelling: milliseconds since 1970, then 74 random bits."""
    number = int.from_bytes(os.urandom(10), "big") | time.time_ns() // 1_000_000 << 80
    number = number & ~(0xF << 76) | 0x7 << 76
    number = number & ~(0x3 << 62) | 0x2 << 62
    digits = f"{number:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def first_id(seconds: float) -> str:
    """What no id is below that was made at this time (unix seconds) or later."""
    digits = f"{max(0, int(seconds * 1000)):012x}"
    return f"{digits[:8]}-{digits[8:]}"
