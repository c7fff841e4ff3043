"""Opens the lab: python app.py; with LAB_OPEN=1 in a browser window too."""

import os

from lab.environment import prepare

if __name__ == "__main__":
    prepare()
    from lab.page import launch

    launch(inbrowser=bool(os.environ.get("LAB_OPEN")))
