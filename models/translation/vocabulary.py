"""The joint vocabulary of a translation model, saved so that AutoTokenizer opens it."""

from collections import Counter
from collections.abc import Iterable

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

SPECIAL = ("<pad>", "</s>", "<unk>", "<mask>")
PAD, EOS, MASK = 0, 1, 3
"""Their ids."""
WORDS = "source_words.txt"
"""The file of a checkpoint that lists the words of its training sources."""
HAN = r"\u3400-\u9fff\uf900-\ufaff"


def train(sentences: Iterable[str], size: int, min_frequency: int = 2) -> PreTrainedTokenizerFast:
    """Byte-pair encoding (Sennrich et al. 2016) of both languages together.

    Words begin with "▁"; punctuation and Chinese characters stand alone. A character that never occurs in `sentences`
    becomes <unk>. Every sentence ends with </s>.
    """
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.NFC(),
            normalizers.Replace(Regex(r"\s+"), "▁"),
            normalizers.Replace(Regex(rf"^(?=[^▁{HAN}])"), "▁"),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="never"),
            pre_tokenizers.Split(Regex(f"[{HAN}]"), "isolated"),
            pre_tokenizers.Punctuation("isolated"),
        ]
    )
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="first")
    trainer = trainers.BpeTrainer(
        vocab_size=size, min_frequency=min_frequency, special_tokens=list(SPECIAL), show_progress=False
    )
    tokenizer.train_from_iterator(sentences, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A </s>", special_tokens=[("</s>", tokenizer.token_to_id("</s>"))]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        eos_token="</s>",
        unk_token="<unk>",
        mask_token="<mask>",
        clean_up_tokenization_spaces=False,
    )


def words(sentences: Iterable[str]) -> list[str]:
    """The different words of the sentences in lower case, sorted: what a model has seen in training."""
    splitter = pre_tokenizers.BertPreTokenizer()
    counts = Counter(word.lower() for line in sentences for word, _ in splitter.pre_tokenize_str(line))
    return sorted(word for word in counts if any(character.isalnum() for character in word))
