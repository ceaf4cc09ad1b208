"""Revisions of the registry, oldest first."""
