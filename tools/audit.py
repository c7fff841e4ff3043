"""Known holes in the packages that are installed here: python -m tools.audit, or make audit.

pip-audit asks the Python index what it records of each. No answer is not a clean one: where the index says nothing of a
package, as a mirror does, this tells which and ends with NOT_AUDITED.
"""

import json
import subprocess
import sys
import sysconfig

AUDIT = ("pip_audit", "--format=json", "--progress-spinner=off", "--desc=off", "--path", sysconfig.get_path("purelib"))
CLEAN, HOLES, NOT_AUDITED = 0, 1, 2


def judged(said: str, trouble: str = "") -> tuple[list[str], int]:
    """What pip-audit's JSON means, in lines, and the exit status. trouble: what it wrote beside it."""
    try:
        packages = json.loads(said)["dependencies"]
    except (ValueError, KeyError, TypeError):
        cause = trouble.strip().splitlines() or ["pip-audit gave no answer"]
        return [f"Nothing was audited: {cause[-1]}"], NOT_AUDITED
    holes = [f"{one['name']} {one['version']}: {_told(hole)}" for one in packages for hole in one.get("vulns", ())]
    skipped = [one["name"] for one in packages if "skip_reason" in one]
    count = len(packages) - len(skipped)
    lines = [*holes, f"{count} packages were audited, {len(holes)} known holes were found."]
    if skipped or not count:
        lines.append(f"NOT AUDITED, for the index says nothing of them: {len(skipped)} packages: {', '.join(skipped)}.")
    return lines, HOLES if holes else NOT_AUDITED if skipped or not count else CLEAN


def _told(hole: dict) -> str:
    names = ", ".join([hole["id"], *hole.get("aliases", ())])
    return f"{names}; mended in {', '.join(hole.get('fix_versions', ())) or 'no version yet'}"


def main() -> None:
    """Audit what is installed, and end with the status."""
    finished = subprocess.run([sys.executable, "-m", *AUDIT], capture_output=True, text=True, check=False)
    lines, status = judged(finished.stdout, finished.stderr)
    print("\n".join(lines))
    sys.exit(status)


if __name__ == "__main__":
    main()
