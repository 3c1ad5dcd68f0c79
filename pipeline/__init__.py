"""From signed pacts to tables: read, segment, interpret, resolve, tabulate, store."""

__version__ = "0.8.0"
