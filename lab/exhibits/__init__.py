"""The exhibits in tab order."""

from lab.exhibits import cnn_vs_attention, cost, decoding, fields, patches

EXHIBITS = (patches.EXHIBIT, cost.EXHIBIT, decoding.EXHIBIT, fields.EXHIBIT, cnn_vs_attention.EXHIBIT)
