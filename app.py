"""Opens the lab: python app.py; with LAB_OPEN=1 in a browser window too."""

import os

from lab.environment import ending_with_a_sentence, prepare

if __name__ == "__main__":
    prepare()
    from lab.page import launch

    with ending_with_a_sentence():
        launch(inbrowser=bool(os.environ.get("LAB_OPEN")))
