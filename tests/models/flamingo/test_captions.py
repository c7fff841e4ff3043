"""Captions as rows: every target is the next token of its own caption, and its photo stays with it."""

import torch
from transformers import AutoTokenizer

from models.flamingo import captions
from models.flamingo.captions import END, IGNORED, IMAGE, MOST


def test_a_caption_comes_back_in_lower_case_without_its_full_stop(tokenizer, texts):
    said = captions.encode(tokenizer, texts)
    assert said.photo.tolist() == [0, 0, 1, 1] * 2
    read = [tokenizer.decode(ids, skip_special_tokens=True) for ids in said.ids]
    assert read[0] == "a dog runs" and read[3] == "a black cat on a mat"
    assert read[4] == "狗在跑" and read[7] == "垫子上的黑猫"
    assert [captions.plain(tokenizer, text) for some in texts["en"] for text in some] == read[:4]


def test_a_caption_stands_between_its_signs(tokenizer, texts):
    said = captions.encode(tokenizer, texts)
    for ids, sign in zip(said.ids, ["<en>"] * 4 + ["<zh>"] * 4, strict=True):
        tokens = tokenizer.convert_ids_to_tokens(ids)
        assert (tokens[0], tokens[1], tokens[-1]) == (IMAGE, sign, END)
        assert not {IMAGE, END, sign} & set(tokens[2:-1])


def test_a_long_caption_is_cut_and_ends(tokenizer):
    said = captions.encode(tokenizer, {"en": (("dog " * 100,),)})
    assert len(said.ids[0]) == MOST and said.ids[0][-1] == tokenizer.eos_token_id


def test_targets_are_what_comes_next_and_never_a_sign(tokenizer, texts):
    said = captions.encode(tokenizer, texts)
    rows = said.rows([[0, 7], [5, 2]])
    assert rows.photo.tolist() == [[0, 1], [0, 1]]
    for row, chosen in enumerate(([0, 7], [5, 2])):
        whole = torch.cat([said.ids[one] for one in chosen])
        assert torch.equal(rows.ids[row, : len(whole)], whole)
        counts = rows.target[row] != IGNORED
        assert torch.equal(rows.target[row, counts], rows.ids[row].roll(-1)[counts])
        expected = torch.cat([said.ids[one][2:] for one in chosen])
        assert torch.equal(rows.target[row, counts], expected)


def test_an_epoch_has_every_photo_once_with_captions_of_its_own(tokenizer):
    texts = {"en": tuple(tuple(f"{'dog ' * (1 + at % 5)}{n}" for n in range(4)) for at in range(10))}
    said = captions.encode(tokenizer, texts)
    torch.manual_seed(2)
    batches = list(said.batches(photos=4, captions=2, row=2))
    assert [len(rows.ids) for rows in batches] == [4, 4, 2]
    photos = torch.cat([rows.photo.flatten() for rows in batches])
    assert sorted(photos.tolist()) == [at for at in range(10) for _ in range(2)]
    for rows in batches:
        for ids, photo in zip(rows.ids, rows.photo, strict=True):
            first, second = (part.split(END)[0] for part in tokenizer.decode(ids).split(IMAGE)[1:])
            counted = [1 + number % 5 for number in photo.tolist()]
            assert [first.count("dog"), second.count("dog")] == counted


def test_the_same_captions_give_the_same_pieces():
    """Also where many characters are equally rare; one that stands once is unknown."""
    rare = [chr(0x4E00 + at) for at in range(300)]
    texts = ["".join(rare), *rare[:290], "a dog runs"]
    first, *others = (captions.make_tokenizer(texts, 400, 96) for _ in range(4))
    assert all(other.get_vocab() == first.get_vocab() for other in others)
    assert set(rare[:290]) <= set(first.get_vocab())
    assert first(rare[295]).input_ids[-1] == first.unk_token_id


def test_saved_the_tokenizer_reads_the_same(tokenizer, tmp_path):
    tokenizer.save_pretrained(tmp_path)
    other = AutoTokenizer.from_pretrained(tmp_path, local_files_only=True)
    text = "A black dog runs in the snow ."
    assert other(text).input_ids == tokenizer(text).input_ids
    assert captions.prompt(other, "zh") == captions.prompt(tokenizer, "zh")
