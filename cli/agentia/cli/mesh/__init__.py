"""The mesh on this machine: its processes, ports, folder and what is known of it."""
