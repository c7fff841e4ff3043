"""The exhibits in tab order."""

from lab.exhibits import cnn_vs_attention, decoding, fields

EXHIBITS = (decoding.EXHIBIT, fields.EXHIBIT, cnn_vs_attention.EXHIBIT)
