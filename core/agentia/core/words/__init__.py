"""The words of a text as terms that can be compared; for searches by words."""
