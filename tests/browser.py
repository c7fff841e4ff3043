"""Find the browser that the tests drive: $LAB_BROWSER, else the system's Chromium, else Playwright's own.

Run as a script it makes sure that there is one: by apt where there is apt, else by Playwright's download.
"""

import os
import shutil
import subprocess
import sys


def executable() -> str | None:
    """Path of the browser, or None for the one that Playwright downloaded."""
    return os.environ.get("LAB_BROWSER") or shutil.which("chromium") or shutil.which("chromium-browser")


def main() -> None:
    """Install a browser where there is none."""
    if executable():
        return
    if shutil.which("apt-get"):
        sudo = ["sudo"] if os.geteuid() else []
        subprocess.run([*sudo, "apt-get", "update", "-qq"], check=False)
        command = [*sudo, "apt-get", "install", "-y", "-qq", "chromium", "fonts-noto-cjk"]
        if subprocess.run(command, check=False).returncode == 0:
            return
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)


if __name__ == "__main__":
    main()
