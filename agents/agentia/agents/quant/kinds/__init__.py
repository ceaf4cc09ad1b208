"""The kinds of questions, one module each: `read` goes from words to a request, `answer` from that to the working."""
