"""From words to a plan: what a question asks of a table, made explicit before any SQL is written."""
