"""What `agentia doctor` looks at, one module a subject."""
