import numpy as np
import pytest

from lab.text import LANGUAGES, Text
from lab.views.fields import published
from models.traces import TheoryTrace


def test_the_claim_tells_what_published_cnns_can_see():
    theory = TheoryTrace(model=("vgg16", "resnet152"), side=224, size=np.array([212, 1451]))
    sentence = published.claim(theory, Text("en"))
    assert "the picture of 224 pixels into the padding: vgg16 212 · resnet152 1,451." in sentence


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_view_says_whose_strides_the_usual_table_has(language):
    sentence = Text(language)("fields.view.published.checks")
    assert all(word in sentence for word in ("483", "1507", "TF-Slim", "torchvision"))
