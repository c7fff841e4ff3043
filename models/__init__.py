"""What is computed: one package for each family of models and each claim."""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
"""Before torch is imported: its threads sleep while they wait for each other. By default they spin, and when the
server's other threads or another program need the same cores, a run takes ten times as long."""
