"""Networks that are hard on arithmetic, for as long as one likes: part of `make fuzz`.

python tests/fuzz/extremes.py --runs 1000 --first 0
"""

import argparse
import sys
import traceback
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Hold the engine and every verb to exact fractions, and name the seeds at which one is not."""
    sys.path.insert(0, str(ROOT))
    from tests.contract.test_extreme_numbers import hold_changes_to_fractions
    from tests.contract.test_extremes import hold_engine_to_fractions, hold_verbs_to_numbers

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=1000, help="how many networks")
    parser.add_argument("--first", type=int, default=0, help="seed of the first")
    asked = parser.parse_args()
    warnings.simplefilter("error")
    broken = []
    for seed in range(asked.first, asked.first + asked.runs):
        try:
            hold_engine_to_fractions(seed)
            hold_verbs_to_numbers(seed)
            hold_changes_to_fractions(seed)
        except Exception:
            traceback.print_exc()
            broken.append(seed)
    sys.stdout.write(f"{asked.runs} networks, {len(broken)} not right: {broken}\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
