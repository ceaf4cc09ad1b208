"""Carrying a plan out: an agent for each need, and an account of what came of it."""
