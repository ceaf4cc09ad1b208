"""What is kept, and where: facts, entries and documents in the database of the service."""
