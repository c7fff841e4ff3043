"""Make every exhibit's saved first run anew: python -m lab.runs"""

from lab.exhibit import saved_run
from lab.exhibits import EXHIBITS


def main() -> None:
    """Run each exhibit's first run and save its trace: the second one, since the first also loads the models."""
    for exhibit in EXHIBITS:
        exhibit.first()
        path = saved_run(exhibit.name)
        exhibit.first().save(path)
        print(f"{path.name}: {path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
