"""Speaking A2A to a mesh: sending, following, drawing and keeping what comes back."""
