"""What is too long for a model, and how a search may be stopped."""

import pytest

from models.errors import InputError
from models.search import Settings
from models.translation.beam_search import search
from models.translation.positions import refuse_long
from tests.models.translation.tiny import Tokenizer, marian, sentence


def test_what_is_longer_than_the_model_can_is_refused():
    model, ids = marian(0), sentence(0)
    refuse_long(model, ids, 40)
    with pytest.raises(InputError) as error:
        refuse_long(model, ids, 41)
    assert (error.value.code, error.value.details) == ("decoding.max_length", {"maximum": 40})
    with pytest.raises(InputError) as error:
        refuse_long(model, ids.repeat(1, 41), 40)
    assert error.value.code == "decoding.positions"


def test_progress_hears_of_every_step_and_may_stop_the_search(uncounted, beats):
    whole = search(marian(3, eos_bias=-9.0), Tokenizer(), sentence(0), Settings(max_length=6), "tiny", (), beats)
    assert beats.count == len(whole.steps) - 1 == 5
    beats.stop_at = 8
    with pytest.raises(TimeoutError):
        search(marian(3, eos_bias=-9.0), Tokenizer(), sentence(0), Settings(max_length=6), "tiny", (), beats)
    assert beats.count == 8
