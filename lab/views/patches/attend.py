"""Attend: one row of the attention matrix over the photo. It draws from the payload of Cut, so one file serves both."""

from lab.views.patches.cut import payload

__all__ = ["payload"]
