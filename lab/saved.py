"""The runs that a visitor sees before their own: assets/runs/<exhibit>-<run>.npz. A page opens without them too.

python -m lab.saved          makes those anew that are missing
python -m lab.saved fields   makes the runs of these names anew
"""

import argparse
import logging
from functools import lru_cache
from pathlib import Path

import numpy as np

from lab.exhibit import Exhibit, Run
from lab.question import ask, with_followers
from models.provenance import Measurement, Provenance

log = logging.getLogger(__name__)
RUNS = Path(__file__).resolve().parent.parent / "assets" / "runs"


def path(exhibit: Exhibit, run: Run, name: str = "") -> Path:
    """The file of one of a run's saved traces, by its name in `Run.saved`."""
    return RUNS / f"{'-'.join(filter(None, (exhibit.name, run.name, name)))}.npz"


@lru_cache(maxsize=16)
def load(exhibit: Exhibit, run: Run, name: str = "") -> Measurement | None:
    """The saved answer to one of a run's saved questions; None where there is none that can be read."""
    file = path(exhibit, run, name)
    if not file.is_file():
        return None
    try:
        with np.load(file, allow_pickle=False) as notes:
            provenance = Provenance.from_json(str(notes["provenance"]))
        return Measurement(run.trace.load(file), provenance)
    except Exception:
        log.exception("the saved run %s cannot be read; python -m lab.saved %s makes it anew", file.name, run.name)
        return None


def make(exhibit: Exhibit, run: Run, name: str = "") -> Measurement:
    """Compute one of a run's saved questions now."""
    return ask(exhibit, run, with_followers(exhibit, run.saved[name])).whole()


def main() -> None:
    """Save the runs that are named, or those that are missing; the second trace, as the first also loads the models."""
    from lab.exhibits import EXHIBITS

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = {name for exhibit in EXHIBITS for name in (exhibit.name, *(run.name for run in exhibit.runs))}
    parser.add_argument("name", nargs="*", choices=[*sorted(names), []])
    wanted = parser.parse_args().name
    for exhibit in EXHIBITS:
        for run, name in ((one, name) for one in exhibit.runs for name in one.saved):
            file = path(exhibit, run, name)
            if (run.name in wanted or exhibit.name in wanted) if wanted else not file.exists():
                make(exhibit, run, name)
                trace, provenance = make(exhibit, run, name)
                trace.save(file, provenance=provenance.to_json())
                print(f"{file.name}: {file.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
