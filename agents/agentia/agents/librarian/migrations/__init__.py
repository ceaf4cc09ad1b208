"""Schema of what the librarian keeps, revision by revision; its version table stands beside that of the tasks."""
