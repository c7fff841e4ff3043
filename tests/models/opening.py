"""What a model that was opened says, and why one was not."""

import pytest
import torch

from models.checkpoint import open_model
from models.errors import InputError

FAMILIES = ("ViTForImageClassification", "DeiTForImageClassificationWithTeacher")


def logits(reference):
    model = open_model(str(reference), FAMILIES, "image").model
    with torch.inference_mode():
        return model(torch.linspace(-1, 1, 3 * 32 * 32).view(1, 3, 32, 32)).logits


def code(reference, families=FAMILIES):
    with pytest.raises(InputError) as caught:
        open_model(str(reference), families, "image")
    return caught.value.code
