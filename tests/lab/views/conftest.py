"""What a chart draws, read as numbers."""

import base64

import numpy as np
import pytest


@pytest.fixture
def numbers():
    """Reads x or y of a line as an array: a list, or the bytes that plotly makes of an array."""

    def read(drawn):
        if isinstance(drawn, dict):
            return np.frombuffer(base64.b64decode(drawn["bdata"]), drawn["dtype"])
        return np.array([np.nan if value is None else value for value in drawn])

    return read
