"""The exhibits in tab order."""

from lab.exhibits import cnn_vs_attention, fields

EXHIBITS = (fields.EXHIBIT, cnn_vs_attention.EXHIBIT)
