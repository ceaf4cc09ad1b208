"""The `agentia` command: a mesh on this machine, tasks for it, and its cards, from the shell."""
