"""The decoder of a Marian model from its weights alone, number by number, with any mask."""

import math

import torch

SENTENCE = "Two dogs run in the snow."


class Decoder:
    """Post-LN layers of self-attention, cross-attention and feed-forward, as Vaswani et al. 2017 draw them."""

    def __init__(self, model, layers, heads):
        self.weights, self.layers, self.heads = model.state_dict(), layers, heads

    def log_prob(self, states, read, own, seen):
        """Log probabilities (position, V), and attention over the source (layer, head, position, source).

        own: (query, key) and seen: (source,), booleans: what may be attended to.
        """
        embedding = self.weights["model.decoder.embed_tokens.weight"]
        width = embedding.shape[1]
        x = embedding[read] * math.sqrt(width) + positions(len(read), width)
        found = []
        for layer in range(self.layers):
            name = f"model.decoder.layers.{layer}"
            attended, _ = self.attend(f"{name}.self_attn", x, x, own)
            x = self.norm(f"{name}.self_attn_layer_norm", x + attended)
            attended, weights = self.attend(f"{name}.encoder_attn", x, states, seen.expand(len(read), -1))
            found.append(weights)
            x = self.norm(f"{name}.encoder_attn_layer_norm", x + attended)
            hidden = self.activation(self.linear(f"{name}.fc1", x))
            x = self.norm(f"{name}.final_layer_norm", x + self.linear(f"{name}.fc2", hidden))
        logits = x @ embedding.T + self.weights["final_logits_bias"]
        return logits.log_softmax(-1), torch.stack(found)

    activation = staticmethod(torch.relu)

    def linear(self, name, x):
        return x @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def norm(self, name, x):
        centred = x - x.mean(-1, keepdim=True)
        scaled = centred / (centred.square().mean(-1, keepdim=True) + 1e-5).sqrt()
        return scaled * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]

    def attend(self, name, queries, keys, allowed):
        def split(part, x):
            return self.linear(f"{name}.{part}", x).unflatten(-1, (self.heads, -1)).transpose(0, 1)

        q, k, v = split("q_proj", queries), split("k_proj", keys), split("v_proj", keys)
        scores = q @ k.transpose(1, 2) / math.sqrt(q.shape[-1])
        weights = scores.masked_fill(~allowed, -math.inf).softmax(-1)
        return self.linear(f"{name}.out_proj", (weights @ v).transpose(0, 1).flatten(1)), weights


def positions(count, width):
    """Sinusoids, all sines before all cosines."""
    angles = torch.arange(count)[:, None] / 10000 ** (2 * torch.arange(width // 2) / width)
    return torch.cat([angles.sin(), angles.cos()], 1)
