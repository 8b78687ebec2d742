"""The simulated world: market graph, populations, compiled parameters."""
