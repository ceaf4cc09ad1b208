"""The rules of the card linter, a module a part of the card, each with a `check` that yields findings."""
