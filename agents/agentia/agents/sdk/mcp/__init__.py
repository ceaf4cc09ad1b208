"""The MCP servers of agents: one connection a process, bounded, restarted, and shared by all tasks."""
