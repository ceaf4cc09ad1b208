"""For authors of agents: loading their file, and writing their first one."""
