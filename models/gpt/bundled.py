"""The language models that come with the lab. No torch."""

SHAKESPEARE, TANG = "gpt-shakespeare", "gpt-tang"
PROMPTS = {SHAKESPEARE: "ROMEO:\nBut, soft! what light through yonder ", TANG: "明月"}
"""What each bundled one is given first."""
