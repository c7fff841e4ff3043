"""The exhibits in tab order."""

from lab.exhibits import patches

EXHIBITS = (patches.EXHIBIT,)
