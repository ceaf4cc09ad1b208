"""The index of Agent Cards."""
