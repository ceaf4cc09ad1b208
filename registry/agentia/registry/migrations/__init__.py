"""The schema of the registry, one revision a file."""
