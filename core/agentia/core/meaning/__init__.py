"""What texts mean, as vectors that can be stored and compared; without the extra `semantic` searches go by words."""

from agentia.core.meaning.model import Meaning, Vector, installed
from agentia.core.meaning.ranking import Passage, Ranked, nearness, rank

__all__ = ["Meaning", "Passage", "Ranked", "Vector", "installed", "nearness", "rank"]
