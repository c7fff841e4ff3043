"""Folders of tiny encoder-decoders with tokenizers of their own kind, made here; nothing is downloaded."""

import io
import json
import warnings
from typing import Any

import sentencepiece
import transformers
from tokenizers import ByteLevelBPETokenizer

from tests.models.conftest import SENTENCES, TRANSLATIONS
from tests.models.translation.families import CONFIGS, tiny

TEXT = [*SENTENCES, *TRANSLATIONS]
FAMILIES = {
    "bart": "BartForConditionalGeneration",
    "mbart": "MBartForConditionalGeneration",
    "mbart50": "MBartForConditionalGeneration",
    "m2m100": "M2M100ForConditionalGeneration",
    "nllb": "M2M100ForConditionalGeneration",
    "pegasus": "PegasusForConditionalGeneration",
    "blenderbot_small": "BlenderbotSmallForConditionalGeneration",
    "t5": "T5ForConditionalGeneration",
    "mt5": "MT5ForConditionalGeneration",
    "byt5": "T5ForConditionalGeneration",
    "marian": "MarianMTModel",
    "fsmt": "FSMTForConditionalGeneration",
}
"""The kind of tokenizer, and the model beside it."""


def tokenizer(kind, folder) -> Any:
    """A tokenizer of this kind with a vocabulary of a few sentences; its files are made in `folder`."""
    known = sentence_pieces(folder)
    scored = [(piece, -float(place)) for place, piece in enumerate(known)]
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    vocabulary = {piece: place for place, piece in enumerate([*special, *known])}
    write(folder / "vocab.json", vocabulary)
    if kind in ("mbart", "mbart50", "pegasus", "t5", "mt5"):
        names = {"mbart": "MBart", "mbart50": "MBart50", "pegasus": "Pegasus", "t5": "T5", "mt5": "T5"}
        return getattr(transformers, f"{names[kind]}Tokenizer")(vocab=[*((one, 0.0) for one in special), *scored])
    if kind == "m2m100":
        return transformers.M2M100Tokenizer(str(folder / "vocab.json"), str(folder / "pieces.spm"))
    if kind == "nllb":
        return transformers.NllbTokenizer(vocab=vocabulary, merges=[])
    if kind == "byt5":
        return transformers.ByT5Tokenizer()
    if kind == "marian":
        languages = {**vocabulary, ">>deu<<": len(vocabulary), ">>fra<<": len(vocabulary) + 1}
        write(folder / "vocab.json", languages)
        spm = str(folder / "pieces.spm")
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Recommended: pip install sacremoses")
            return transformers.MarianTokenizer(spm, spm, str(folder / "vocab.json"))
    if kind == "fsmt":  # its own needs sacremoses
        return transformers.PreTrainedTokenizerFast(
            tokenizer_object=byte_level()._tokenizer, bos_token="<s>", pad_token="<pad>", eos_token="</s>"
        )
    if kind == "bart":
        state = json.loads(byte_level().to_str())["model"]
        merges: Any = [tuple(pair) for pair in state["merges"]]
        return transformers.BartTokenizer(vocab=state["vocab"], merges=merges)
    words = ["__null__", "__start__", "__end__", "__unk__", "a", "dog", "r@@", "uns", "."]
    write(folder / "vocab.json", {word: place for place, word in enumerate(words)})
    (folder / "merges.txt").write_text("#version: 0.2\nd o\ndo g</w>\nu n\nun s</w>\n")
    return transformers.BlenderbotSmallTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"))


def sentence_pieces(folder):
    """The pieces of a model that is trained on the sentences and written to pieces.spm."""
    writer = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(TEXT), model_writer=writer, vocab_size=60, hard_vocab_limit=False, minloglevel=2
    )
    (folder / "pieces.spm").write_bytes(writer.getvalue())
    model = sentencepiece.SentencePieceProcessor(model_proto=writer.getvalue())
    return [model.id_to_piece(place) for place in range(3, model.get_piece_size())]


def byte_level():
    """A tokenizer of bytes, as GPT-2's."""
    made = ByteLevelBPETokenizer()
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    made.train_from_iterator(TEXT, vocab_size=300, special_tokens=special, show_progress=False)
    return made


def write(path, content):
    path.write_text(json.dumps(content))


def folder_of(kind, folder, seed=0, rules=None, **changes):
    """A folder as save_pretrained() writes it; more embedding rows than there are tokens."""
    made, family = tokenizer(kind, folder), FAMILIES[kind]
    ends = {"pad_token_id": made.pad_token_id or 0, "eos_token_id": made.eos_token_id}
    sizes = {"vocab_size": 420, **ends, "decoder_start_token_id": made.pad_token_id or 0}
    if kind == "fsmt":
        sizes |= {"src_vocab_size": 420, "tgt_vocab_size": 420}
    if "init_std" in CONFIGS[family]:
        sizes |= {"bos_token_id": made.bos_token_id, "max_position_embeddings": 100}
    model = tiny(family, seed, **{**sizes, **changes})
    model.generation_config.update(**(rules or {}))
    for path in folder.iterdir():
        path.unlink()
    model.save_pretrained(folder)
    made.save_pretrained(folder)
    return folder
