"""The schema of the task store, one revision a file."""
