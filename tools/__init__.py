"""What developers use and visitors do not: the browser of the tests, the benchmark, the generated tables."""
