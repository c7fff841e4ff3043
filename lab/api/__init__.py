"""What Python and agents may ask: every run of the records under a name, with named, typed arguments and JSON out."""
