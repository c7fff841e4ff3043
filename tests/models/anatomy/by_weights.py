"""Language models and a ViT from their weights alone, in NumPy: one formula for all; they differ in names and parts."""

from typing import Any, NamedTuple

import numpy as np
import torch

Map = tuple[np.ndarray, np.ndarray]
"""Weight (in, out) and bias (out,)."""


class ByHand(NamedTuple):
    """The weights of a layer by what they are for; `kind`/query and so on, and the norm of each kind of part."""

    maps: dict[str, Map]
    norms: dict[str, tuple[np.ndarray, np.ndarray, float]]
    heads: int
    activation: Any
    centred: bool = True
    theta: float = 0
    """Of rotary positions; 0: none."""

    def linear(self, name, x):
        weight, bias = self.maps[name]
        return x @ weight + bias

    def norm(self, kind, x):
        return normed(self.norms[kind], x, self.centred)

    def attend(self, kind, x, memory, allowed):
        """query, key, value, scores, attention, context, output"""
        sources = {"query": x, "key": memory, "value": memory}
        q, k, v = (self.split(self.linear(f"{kind}/{name}", source), x) for name, source in sources.items())
        if self.theta:
            q, k = self.rotated(q), self.rotated(k)
        scores = np.einsum("hqd,hkd->hqk", q, k) / np.sqrt(q.shape[-1])
        weights = np.where(allowed, np.exp(scores - scores.max(-1, keepdims=True)), 0)
        attention = weights / weights.sum(-1, keepdims=True)
        context = np.einsum("hqk,hkd->hqd", attention, v)
        return q, k, v, scores, attention, context, self.linear(f"{kind}/output", np.concatenate(list(context), -1))

    def split(self, made, x):
        """(head, token, dim); heads that are fewer serve as many neighbours."""
        dim = self.maps["self_attention/query"][0].shape[1] // self.heads
        parts = np.split(made, made.shape[-1] // dim, axis=-1)
        return np.stack([parts[head * len(parts) // self.heads] for head in range(self.heads)])

    def rotated(self, heads):
        """Pairs of numbers, half a head apart, turned by the position times an angle."""
        half = heads.shape[-1] // 2
        angle = np.arange(heads.shape[1])[:, None] / self.theta ** (np.arange(half) / half)
        turned = (heads[..., :half] + 1j * heads[..., half:]) * np.exp(1j * angle)
        return np.concatenate([turned.real, turned.imag], -1)

    def feed_forward(self, x):
        """hidden, activated, output"""
        hidden = self.linear("inner", x)
        activated = self.activation(torch.tensor(hidden)).numpy()
        if "gate" in self.maps:
            activated = activated * self.linear("gate", x)
        return hidden, activated, self.linear("outer", activated)


def linear(module) -> Map:
    """Of an nn.Linear."""
    weight = array(module.weight).T
    return weight, np.zeros(weight.shape[1]) if module.bias is None else array(module.bias)


def array(tensor):
    return tensor.detach().double().numpy()


def norm(module):
    """Weight, bias and ε; an RMSNorm has no bias."""
    if hasattr(module, "variance_epsilon"):
        return array(module.weight), np.zeros(1), module.variance_epsilon
    return array(module.weight), array(module.bias), module.eps


def normed(weights, x, centred=True):
    weight, bias, eps = weights
    moved = x - x.mean(-1, keepdims=True) if centred else x
    return moved / np.sqrt((moved**2).mean(-1, keepdims=True) + eps) * weight + bias


def named(kind, *modules):
    return {
        f"{kind}/{name}": linear(one) for name, one in zip(("query", "key", "value", "output"), modules, strict=True)
    }


def translator(layer, heads):
    own = layer.self_attn
    maps = named("self_attention", own.q_proj, own.k_proj, own.v_proj, own.out_proj)
    norms = {"self_attention": norm(layer.self_attn_layer_norm), "feed_forward": norm(layer.final_layer_norm)}
    if hasattr(layer, "encoder_attn"):
        cross = layer.encoder_attn
        maps |= named("cross_attention", cross.q_proj, cross.k_proj, cross.v_proj, cross.out_proj)
        norms["cross_attention"] = norm(layer.encoder_attn_layer_norm)
    maps |= {"inner": linear(layer.fc1), "outer": linear(layer.fc2)}
    return ByHand(maps, norms, heads, layer.activation_fn)


def vit(layer, heads):
    own = layer.attention
    maps = named("self_attention", own.q_proj, own.k_proj, own.v_proj, own.o_proj)
    maps |= {"inner": linear(layer.mlp.fc1), "outer": linear(layer.mlp.fc2)}
    norms = {"self_attention": norm(layer.layernorm_before), "feed_forward": norm(layer.layernorm_after)}
    return ByHand(maps, norms, heads, layer.mlp.activation_fn)


def gpt(layer, heads):
    """Its projections keep weights as (in, out), and three of them in one."""
    weight, bias = array(layer.attn.c_attn.weight), array(layer.attn.c_attn.bias)
    thirds = zip(np.split(weight, 3, 1), np.split(bias, 3), strict=True)
    maps = {f"self_attention/{name}": one for name, one in zip(("query", "key", "value"), thirds, strict=True)}
    others = {"self_attention/output": layer.attn.c_proj, "inner": layer.mlp.c_fc, "outer": layer.mlp.c_proj}
    maps |= {name: (array(module.weight), array(module.bias)) for name, module in others.items()}
    norms = {"self_attention": norm(layer.ln_1), "feed_forward": norm(layer.ln_2)}
    return ByHand(maps, norms, heads, layer.mlp.act)


def llama(layer, heads):
    own, mlp = layer.self_attn, layer.mlp
    maps = named("self_attention", own.q_proj, own.k_proj, own.v_proj, own.o_proj)
    maps |= {"inner": linear(mlp.gate_proj), "gate": linear(mlp.up_proj), "outer": linear(mlp.down_proj)}
    norms = {"self_attention": norm(layer.input_layernorm), "feed_forward": norm(layer.post_attention_layernorm)}
    return ByHand(maps, norms, heads, mlp.act_fn, False, 10_000)


def bert(layer, heads):
    own, after = layer.attention.self, layer.attention.output
    maps = named("self_attention", own.query, own.key, own.value, after.dense)
    maps |= {"inner": linear(layer.intermediate.dense), "outer": linear(layer.output.dense)}
    norms = {"self_attention": norm(after.LayerNorm), "feed_forward": norm(layer.output.LayerNorm)}
    return ByHand(maps, norms, heads, layer.intermediate.intermediate_act_fn)


def distilbert(layer, heads):
    own = layer.attention
    maps = named("self_attention", own.q_lin, own.k_lin, own.v_lin, own.out_lin)
    maps |= {"inner": linear(layer.ffn.lin1), "outer": linear(layer.ffn.lin2)}
    norms = {"self_attention": norm(layer.sa_layer_norm), "feed_forward": norm(layer.output_layer_norm)}
    return ByHand(maps, norms, heads, layer.ffn.activation)


LAYERS = {"translation": translator, "gpt": gpt, "llama": llama, "bert": bert, "distilbert": distilbert}
PLACES = {
    "translation": ("model.{stack}.layers", "model.{stack}.layer_norm"),
    "gpt": ("transformer.h", "transformer.ln_f"),
    "llama": ("model.layers", "model.norm"),
    "bert": ("{prefix}.encoder.layer", ""),
    "distilbert": ("distilbert.transformer.layer", ""),
}
"""Where the layers of a stack are, and the norm after them, by package."""


def find(model, path, stack) -> Any:
    """The module at a place; None where a model has none there."""
    place = path.format(stack=stack, prefix=model.base_model_prefix)
    return dict(model.named_modules()).get(place) if place else None


def hands(model, package, stack, heads):
    """The layers of a stack by hand."""
    return [LAYERS[package](layer, heads) for layer in find(model, PLACES[package][0], stack)]


def final(model, package, stack, state):
    """What is done to a state after the last layer."""
    module = find(model, PLACES[package][1], stack)
    return state if module is None else normed(norm(module), state, package != "llama")


def enters(model, package, stack, ids):
    """Embedding and position (token, width) of ids, and what enters the first layer."""
    weights = {name: array(tensor) for name, tensor in model.state_dict().items()}
    prefix, rows = model.base_model_prefix, np.arange(len(ids))
    if package == "translation":
        half = find(model, "model.{stack}", stack)
        table, scale = half.embed_positions, model.config.d_model**0.5 if model.config.scale_embedding else 1
        embedding = scale * array(model.get_input_embeddings().weight)[ids]
        m2m100 = hasattr(table, "weights")
        first = model.config.pad_token_id + 1 if m2m100 else getattr(table, "offset", 0)
        position = array(table.weights if m2m100 else table.weight)[first + rows]
        after = getattr(half, "layernorm_embedding", None)
    elif package == "gpt":
        embedding, after = weights["transformer.wte.weight"][ids], None
        position = weights["transformer.wpe.weight"][rows]
    elif package == "llama":
        embedding, after = weights["model.embed_tokens.weight"][ids], None
        position = np.zeros_like(embedding)
    else:
        table, after = f"{prefix}.embeddings", model.base_model.embeddings.LayerNorm
        embedding = weights[f"{table}.word_embeddings.weight"][ids]
        if package == "bert":
            embedding = embedding + weights[f"{table}.token_type_embeddings.weight"][0]
        first = 0 if prefix in ("bert", "distilbert") else model.config.pad_token_id + 1
        position = weights[f"{table}.position_embeddings.weight"][first + rows]
    stream = embedding + position
    return embedding, position, normed(norm(after), stream) if after else stream


def logits(model, package, state):
    """What the output head says to a state after the last stack."""
    if package in ("translation", "gpt", "llama"):
        bias = array(model.final_logits_bias[0]) if hasattr(model, "final_logits_bias") else 0
        return state @ array(model.lm_head.weight).T + bias
    if package == "distilbert":
        dense, activation, after, out = (
            *(model.vocab_transform, model.activation),
            *(model.vocab_layer_norm, model.vocab_projector),
        )
    elif hasattr(model, "cls"):
        transform = model.cls.predictions.transform
        dense, activation, after, out = (
            *(transform.dense, transform.transform_act_fn),
            *(transform.LayerNorm, model.cls.predictions.decoder),
        )
    else:
        head = model.lm_head
        dense, activation, after, out = head.dense, torch.nn.functional.gelu, head.layer_norm, head.decoder
    weight, bias = linear(dense)
    hidden = activation(torch.tensor(state @ weight + bias)).numpy()
    weight, bias = linear(out)
    return normed(norm(after), hidden) @ weight + bias
