"""The attention of both decoders, over the source and over themselves."""

from lab.views.decoding.run import payload

__all__ = ["payload"]
