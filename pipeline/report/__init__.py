"""A site in French that shows what an output holds: static files that open from disk."""
