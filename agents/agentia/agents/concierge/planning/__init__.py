"""From the words of a request to a plan: pure functions over text."""
