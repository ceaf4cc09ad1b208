"""How much the librarian keeps for an owner, and reads of a request."""

from typing import Final

FACT: Final = 2_000
"""Characters of a fact."""
FACTS: Final = 10_000
"""Facts of an owner, in all contexts."""
NEED: Final = 2_000
"""Characters of what somebody looks for."""
NAME: Final = 200
"""Characters of the name of an entry, a document or a collection."""
VALUE: Final = 100_000
"""Characters of an entry, as JSON."""
ENTRIES: Final = 1_000
"""Entries of a context."""
WORKSPACES: Final = 20_000_000
"""Characters of all versions in all workspaces of an owner, as JSON."""
VERSIONS: Final = 50
"""Versions of an entry that are kept."""
DOCUMENT: Final = 500_000
"""Characters of a document."""
DOCUMENTS: Final = 1_000
"""Documents of an owner, in all collections."""
LIBRARY: Final = 20_000_000
"""Characters of all documents of an owner."""
PIECE: Final = 700
"""Characters of a piece of a document, about."""
READING: Final = 60.0
"""Seconds in which the pieces of a document are read for what they mean; those beyond are found by their words."""
FOUND: Final = 50
"""Results of one search, at most."""
EARLIER: Final = 50
"""Facts without a vector of today's model that one search gives one to."""
