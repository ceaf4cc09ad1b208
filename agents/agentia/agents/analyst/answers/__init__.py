"""From a plan to an answer: SQL, what came of it, words, and the artifacts that others work on with."""
