import json

from lab.text import Text
from lab.views.blocks import sizes
from tests.widgets.blocks_traces import architectures


def test_the_payload_is_plain_and_the_claim_has_a_row_for_each():
    meta, arrays = sizes.payload(architectures(), Text("en"))
    assert not arrays
    base, decoder = json.loads(json.dumps(meta))["architectures"]
    assert base["parameters"][0] == 18944000 and decoder["multiply_adds"] == 145824153600
    said = sizes.claim(architectures(), Text("en"))
    assert "| Transformer&#45;base | 63.1 M | 18.9 M | 18.9 M | 25.2 M | 1.33 | 4.11 G |" in said
