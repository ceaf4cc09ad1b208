"""What the librarian can be asked: as data, and in plain words that are read as the same."""
