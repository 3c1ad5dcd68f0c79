"""One reader per format. Each takes bytes and gives a `Reading`; what a line means is judged elsewhere."""
