"""The exhibits in tab order."""

from lab.exhibits import cost, decoding, fields, patches

EXHIBITS = (patches.EXHIBIT, cost.EXHIBIT, decoding.EXHIBIT, fields.EXHIBIT)
