"""The exhibits in tab order."""

from lab.exhibits import cost, patches

EXHIBITS = (patches.EXHIBIT, cost.EXHIBIT)
