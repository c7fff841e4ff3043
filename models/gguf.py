"""A GGUF file of a language model, rewritten as a folder that the lab opens: `python -m models.gguf FILE FOLDER`.

Reading GGUF takes long and much memory, so it is done once, in a process that can be ended and gives everything back.
"""

import sys
from pathlib import Path

from models.hub import WEIGHTS


def convert(file: Path, folder: Path) -> None:
    """Write weights as float16 safetensors, config and tokenizer; quantised numbers become what they stand for."""
    import torch
    from safetensors.torch import save_file
    from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedTokenizerFast
    from transformers.modeling_gguf_pytorch_utils import load_gguf_checkpoint

    config = AutoConfig.from_pretrained(file.parent, gguf_file=file.name, local_files_only=True)
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config)
    read = load_gguf_checkpoint(file, return_tensors=True, model_to_load=model, torch_dtype=torch.float16)
    config.architectures = [type(model).__name__]
    config.save_pretrained(folder)
    tokenizer = PreTrainedTokenizerFast.from_pretrained(file.parent, gguf_file=file.name, local_files_only=True)
    tokenizer.save_pretrained(folder)
    tensors = {name: tensor.contiguous() for name, tensor in read["tensors"].items()}
    save_file(tensors, folder / WEIGHTS, metadata={"format": "pt"})


if __name__ == "__main__":
    convert(Path(sys.argv[1]), Path(sys.argv[2]))
