"""The language models with one stack that come with the lab. No torch."""

SHAKESPEARE, TANG = "gpt-shakespeare", "gpt-tang"
ENCODER = "bert-multi30k"
PROMPTS = {SHAKESPEARE: "ROMEO:\nBut, soft! what light through yonder ", TANG: "明月"}
"""What each that goes on from a text is given first."""
LESSONS = {
    SHAKESPEARE: "The lab is open: every claim you make\nabout a model can be measured here.",
    TANG: "字字相随皆可数，一灯照见一机心。",
}
"""What each is trained on while one watches, in words that its corpus has and lines that it has not."""
