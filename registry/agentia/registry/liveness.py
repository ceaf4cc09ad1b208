"""How often instances report, and after which silence they count as gone."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Liveness:
    """In seconds: `heartbeat` between two reports, `forget` until a silent instance leaves the list."""

    heartbeat: float = 5.0
    missed: int = 3
    forget: float = 600.0

    def alive_since(self, now: float) -> float:
        """An instance heard of later than this is healthy."""
        return now - self.heartbeat * self.missed

    def listed_since(self, now: float) -> float:
        """An instance heard of later than this is listed."""
        return now - max(self.forget, self.heartbeat * self.missed)


USUAL = Liveness()
