"""From text as typed to expressions: wording, numbers, tokens, grammar."""
