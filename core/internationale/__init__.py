"""Internationale: sections of a workers' International that write, translate and act together, each on its own machine."""

__version__ = "0.1.0"
