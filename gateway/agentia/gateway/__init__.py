"""The front door of the mesh: relays A2A of every dialect to the agents, and shows the registry for reading."""
