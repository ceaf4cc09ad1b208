"""The durable task engine behind every agent."""
