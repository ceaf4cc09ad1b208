"""Revisions of the task store, oldest first."""
