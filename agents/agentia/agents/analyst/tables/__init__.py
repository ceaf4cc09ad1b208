"""From bytes to tables: recognising, reading, typing and loading what was sent."""
