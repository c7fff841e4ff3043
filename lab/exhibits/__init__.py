"""The exhibits in tab order."""

from lab.exhibits import cost, decoding, patches

EXHIBITS = (patches.EXHIBIT, cost.EXHIBIT, decoding.EXHIBIT)
