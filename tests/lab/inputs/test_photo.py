import os
import re
import shutil
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
import tifffile
from gradio.utils import get_upload_folder
from PIL import Image

from lab.inputs.photo import EXAMPLES, NO_PHOTO, OWN, ExamplePhoto, ExamplePhotos, Photo, example, open_photo
from models.errors import InputError


def saved(picture, path, **settings):
    picture.save(path, **settings)
    return path


@pytest.mark.parametrize(
    ("mode", "name"),
    [
        ("CMYK", "a.jpg"),
        ("L", "a.png"),
        ("P", "a.png"),
        ("RGBA", "a.png"),
        ("LA", "a.png"),
        ("1", "a.png"),
        ("P", "a.gif"),
    ],
)
def test_every_mode_becomes_rgb(mode, name, tmp_path):
    picture = open_photo(saved(Image.new("RGB", (40, 30), "white").convert(mode), tmp_path / name))
    assert (picture.mode, picture.size) == ("RGB", (40, 30))
    assert np.asarray(picture).min() > 240


def test_sixteen_bit_keeps_its_range(tmp_path):
    values = np.linspace(0, 65535, 1600).reshape(40, 40).astype(np.uint16)
    picture = np.asarray(open_photo(saved(Image.fromarray(values), tmp_path / "a.png")))
    assert abs(picture.mean() - 127) < 2


def test_sixteen_bit_that_is_transparent_becomes_white(tmp_path):
    values = np.full((40, 40), 300, np.uint16)
    values[:20] = 700
    path = saved(Image.fromarray(values), tmp_path / "a.png", transparency=700)
    assert [open_photo(path).getpixel((5, row)) for row in (5, 35)] == [(255, 255, 255), (1, 1, 1)]


def test_decimal_greys_go_from_black_at_0_to_white_at_1(tmp_path):
    ramp = np.linspace(0, 1, 1600, dtype=np.float32).reshape(40, 40)
    for factor, mean in {1: 127.5, 0.2: 25.5}.items():
        picture = open_photo(saved(Image.fromarray(ramp * np.float32(factor)), tmp_path / "a.tif"))
        assert abs(np.asarray(picture).mean() - mean) < 0.5


@pytest.mark.parametrize(
    ("values", "code"),
    [
        (np.linspace(0, 255, 1600, dtype=np.float32), "photo.decimals"),
        (np.linspace(-1, 1, 1600, dtype=np.float32), "photo.decimals"),
        (np.full(1600, np.nan, np.float32), "photo.no_numbers"),
        (np.full(1600, np.inf, np.float32), "photo.no_numbers"),
        (np.arange(1600, dtype=np.int32), "photo.whole_numbers"),
        (np.arange(1600, dtype=np.int32) * 1_000_000, "photo.whole_numbers"),
    ],
)
def test_greys_without_a_known_range_are_refused(values, code, tmp_path):
    with pytest.raises(InputError) as caught:
        open_photo(saved(Image.fromarray(values.reshape(40, 40)), tmp_path / "a.tif"))
    assert caught.value.code == code


NO_TIFF_HEADER = b"Exif\0\0\0\x08\0\x02\x01\x12\0\x03"


@pytest.mark.parametrize(
    "optional",
    [
        {"exif": NO_TIFF_HEADER},
        {"exif": b"Exif\0\0"},
        {"exif": b"MM\0*\0\0\0\x08\xff\xff"},
        {"exif": b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x04\0\0\xff\xff\0\0\0\x08"},
        {"exif": b"no exif at all"},
        {"icc_profile": b"no profile"},
        {"xmp": b"<x tiff:Orientation='many'"},
    ],
    ids=str,
)
@pytest.mark.parametrize("name", ["a.png", "a.webp", "a.jpg", "a.tif"])
def test_what_is_optional_in_a_file_is_left_out_where_it_cannot_be_read(optional, name, photo, tmp_path):
    if name == "a.tif" and "exif" in optional:
        pytest.skip("a TIFF's EXIF is its own header")
    settings = {"lossless": True} if name == "a.webp" else {}
    broken = open_photo(saved(photo, tmp_path / f"broken-{name}", **settings, **optional))
    assert broken.tobytes() == open_photo(saved(photo, tmp_path / name, **settings)).tobytes()


def test_a_picture_that_cannot_become_rgb_is_refused(tmp_path):
    saved(Image.new("P", (30, 30)), tmp_path / "a.png")
    add_chunk(tmp_path / "a.png", b"tRNS", bytes(300))
    with pytest.raises(InputError) as caught:
        open_photo(tmp_path / "a.png")
    assert caught.value.code == "photo.unreadable"


def add_chunk(path, kind, content, wrong=0):
    """Put a chunk before the pixels of a PNG file; `wrong` is added to its checksum."""
    whole, checksum = path.read_bytes(), (zlib.crc32(kind + content) + wrong) % 2**32
    begin = whole.index(b"IDAT") - 4
    chunk = struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
    path.write_bytes(whole[:begin] + chunk + whole[begin:])


@pytest.mark.parametrize(
    ("kind", "content", "wrong"),
    [
        (b"zTXt", b"Comment\0\0" + zlib.compress(bytes(2_000_000)), 0),
        (b"iTXt", b"Comment\0\1\0\0\0" + zlib.compress(bytes(2_000_000)), 0),
        (b"iCCP", b"profile\0\0" + zlib.compress(bytes(2_000_000)), 0),
        (b"tEXt", b"Comment\0a picture", 1),
        (b"prVt", b"what a program adds", 1),
        (b"pHYs", bytes(9), 1),
        (b"pHYs", b"", 0),
        (b"sRGB", b"", 0),
        (b"gAMA", b"\0", 0),
    ],
)
def test_what_is_not_the_picture_of_a_png_may_be_large_or_damaged(kind, content, wrong, photo, tmp_path):
    for name in ("plain.png", "more.png"):
        saved(photo, tmp_path / name)
    add_chunk(tmp_path / "more.png", kind, content, wrong)
    assert open_photo(tmp_path / "more.png").tobytes() == open_photo(tmp_path / "plain.png").tobytes()


@pytest.mark.parametrize("kind", [b"PLTE", b"tRNS"])
def test_what_makes_the_picture_of_a_png_may_not_be_damaged(kind, photo, tmp_path):
    saved(photo, tmp_path / "a.png")
    add_chunk(tmp_path / "a.png", kind, bytes(6), 1)
    with pytest.raises(InputError) as caught:
        open_photo(tmp_path / "a.png")
    assert caught.value.code == "photo.unreadable"


@pytest.mark.parametrize("kind", [np.int8, np.int16, np.int32, np.uint32])
def test_a_tiff_of_numbers_without_a_fixed_white_is_told_so(kind, tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", np.arange(1600).reshape(40, 40).astype(kind))
    with pytest.raises(InputError) as caught:
        open_photo(tmp_path / "a.tif")
    assert caught.value.code == "photo.whole_numbers"


def test_transparent_becomes_white(tmp_path):
    picture = open_photo(saved(Image.new("RGBA", (20, 20), (255, 0, 0, 0)), tmp_path / "a.png"))
    assert picture.getpixel((0, 0)) == (255, 255, 255)


def test_exif_rotation_is_applied(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    assert open_photo(saved(Image.new("RGB", (60, 30)), tmp_path / "a.jpg", exif=exif)).size == (30, 60)


def test_animation_gives_its_first_frame(tmp_path):
    frames = [Image.new("RGB", (30, 30), color) for color in ("red", "blue")]
    path = saved(frames[0], tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert open_photo(path).getpixel((5, 5)) == (255, 0, 0)


def test_phone_photo_of_48_megapixels_is_accepted(tmp_path):
    picture = open_photo(saved(Image.new("RGB", (8000, 6000), "green"), tmp_path / "a.jpg"))
    assert picture.size == (1024, 768)


@pytest.mark.parametrize(
    ("size", "code"),
    [((1, 1), "photo.small"), ((1, 5000), "photo.small"), ((20, 900), "photo.narrow"), ((5000, 5000), "photo.huge")],
)
def test_sizes_that_are_refused(size, code, tmp_path):
    with pytest.raises(InputError) as caught:
        open_photo(saved(Image.new("L", size), tmp_path / "a.png"))
    assert caught.value.code == code


def test_a_bomb_is_refused_before_it_is_decoded(tmp_path):
    with pytest.raises(InputError) as caught:
        open_photo(saved(Image.new("1", (20_000, 10_000)), tmp_path / "a.png"))
    assert caught.value.code == "photo.huge"
    assert caught.value.details == {"megapixels": 24, "jpeg": 64}


def test_files_that_are_no_whole_picture(tmp_path, photo):
    whole = saved(photo, tmp_path / "whole.png").read_bytes()
    for name, content in {"cut.png": whole[: len(whole) // 2], "text.jpg": b"hello", "empty.png": b""}.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError) as caught:
            open_photo(tmp_path / name)
        assert caught.value.code == "photo.unreadable"


@pytest.mark.parametrize("missing", [1, 2, 3, 400])
def test_a_jpeg_without_its_end_is_cut_off(missing, tmp_path, photo):
    whole = saved(photo, tmp_path / "a.jpg").read_bytes()
    (tmp_path / "a.jpg").write_bytes(whole[:-missing])
    with pytest.raises(InputError) as caught:
        open_photo(tmp_path / "a.jpg")
    assert caught.value.code == "photo.unreadable"


PHOTO = Photo(name="photo")


def test_a_server_path_sent_by_a_script_is_refused(tmp_path, photo):
    outside = saved(photo, tmp_path / "secret.png")
    for path in (str(outside), "/etc/passwd", None, "", 7, ["a"], "\0"):
        with pytest.raises(InputError) as caught:
            PHOTO.checked({"path": path})
        assert caught.value.code == "photo.not_uploaded"


def test_an_uploaded_picture_is_opened_once_until_it_changes(photo):
    folder = Path(get_upload_folder()) / "test"
    folder.mkdir(parents=True, exist_ok=True)
    sent = {"path": str(saved(photo, folder / "a.png")), "url": "x" * 10_000}
    first = PHOTO.checked(sent)
    assert first.size == photo.size and PHOTO.checked(sent) is first
    assert PHOTO.kept(sent) == {"path": sent["path"]}
    saved(photo.rotate(90), folder / "a.png")
    os.utime(folder / "a.png", (1, 1))
    assert PHOTO.key(PHOTO.checked(sent)) != PHOTO.key(first)


def test_equal_pixels_have_one_key(photo):
    folder = Path(get_upload_folder()) / "test"
    folder.mkdir(parents=True, exist_ok=True)
    keys = [PHOTO.key(PHOTO.checked({"path": str(saved(photo, folder / name))})) for name in ("b.png", "c.bmp")]
    assert keys[0] == keys[1] != PHOTO.key(PHOTO.checked("temple"))


def test_an_examples_own_file_keeps_its_name_in_a_link_and_an_own_photo_its_digest(photo):
    folder = Path(get_upload_folder()) / "test"
    folder.mkdir(parents=True, exist_ok=True)
    sent = shutil.copy(example("cat"), folder)
    assert PHOTO.written({"path": str(sent)}) == PHOTO.written("cat") == "cat"
    own = str(saved(photo, folder / "own.png"))
    assert re.fullmatch(f"{OWN}[0-9a-f]{{16}}", PHOTO.written({"path": own}))


def test_the_example_photos_are_measured_as_well_or_not():
    average = ExamplePhotos(name="average")
    assert average.checked(False) == ()
    assert [picture.mode for picture in average.checked(True)] == ["RGB"] * len(EXAMPLES)


def test_an_example_photo_is_chosen_by_name_or_none():
    one = ExamplePhoto(name="second")
    assert one.checked(one.default) is None and one.key(None) == NO_PHOTO
    for name in EXAMPLES:
        assert one.key(one.checked(name)) == PHOTO.key(PHOTO.checked(name))
    assert one.code("cat").expression == "open_photo(example('cat'))" and one.code(NO_PHOTO).expression == "None"
