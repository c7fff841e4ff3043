"""Opens the lab: python app.py"""

import os

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

from lab.page import launch

if __name__ == "__main__":
    launch()
