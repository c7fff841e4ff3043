"""Opens the lab: python app.py; with LAB_OPEN=1 in a browser window too."""

import os

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

from lab.page import launch

if __name__ == "__main__":
    launch(inbrowser=bool(os.environ.get("LAB_OPEN")))
