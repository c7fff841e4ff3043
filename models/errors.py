"""The one kind of error that a visitor may see."""


class InputError(ValueError):
    """Something the visitor can change. `code` names the sentence in assets/text, `details` fill its blanks.

    about: the name of the input that it is about, where one input is known to be at fault.
    """

    about = ""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(f"{code}: {details}")
        self.code = code
        self.details = details
