"""The safe ways in: every kind of input checks what was sent."""
