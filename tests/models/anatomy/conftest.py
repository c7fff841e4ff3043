import pytest
import torch

from models.anatomy.teacher_forcing import know
from models.checkpoint import open_model
from models.translation.bundled import AUTOREGRESSIVE
from tests.models.anatomy.by_hand import SENTENCE, Decoder


@pytest.fixture(scope="session")
def translator():
    return open_model("marian-multi30k", AUTOREGRESSIVE, "text")


@pytest.fixture(scope="session")
def known(translator):
    return know(SENTENCE, "de", translator)


@pytest.fixture(scope="session")
def by_hand(translator, known):
    """The log probabilities (position, V) and the attention from the weights alone, for what is read and masks."""
    config = translator.model.config
    decoder = Decoder(translator.model, config.decoder_layers, config.decoder_attention_heads)

    def log_prob(read=None, causal=True, seen=None, states=None):
        read = known.reading.read[0] if read is None else torch.as_tensor(read)
        own = torch.ones(len(read), len(read), dtype=torch.bool)
        seen = torch.ones(known.reading.ids.shape[1], dtype=torch.bool) if seen is None else seen
        with torch.inference_mode():
            return decoder.log_prob(
                known.states[0] if states is None else states, read, own.tril() if causal else own, seen
            )

    return log_prob
