"""Fuzzing for as long as one likes, led by the code that is reached: `make fuzz`.

Every reader runs in a process of its own under atheris (libFuzzer), on raw bytes that start from
valid files, and on valid files with edits made in them. What breaks a promise is kept as a file,
whose path is printed; the exit code is then 1.

    python tests/fuzz/run.py --runs 5000 priors.csv address
    python tests/fuzz/run.py --input PATH priors.csv
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ALONE = "HAMKNEE_FUZZ_TARGET"
MOST_EDITS, MOST_PLACES = 3, 2**20 - 1


def main() -> int:
    """Run the readers that are asked for one after the other, and tell what came of it."""
    sys.path.insert(0, str(ROOT))
    if name := os.environ.get(ALONE):
        return fuzz(name)
    from tests.fuzz.targets import TARGETS

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("targets", nargs="*", metavar="READER", help=", ".join(TARGETS))
    parser.add_argument("--runs", type=int, default=10_000, help="inputs for the quickest reader")
    parser.add_argument("--seed", type=int, default=1, help="of the random choices")
    parser.add_argument("--input", type=Path, help="only read this file once")
    asked = parser.parse_args()
    if unknown := [name for name in asked.targets if name not in TARGETS]:
        parser.error(f"no reader is called {unknown[0]!r}; allowed: {', '.join(TARGETS)}")
    names = asked.targets or list(TARGETS)
    if asked.input:
        told = {True: "accepted", False: "refused"}
        sys.stdout.writelines(
            f"{name}: {told[TARGETS[name].accepts(asked.input.read_bytes())]}\n" for name in names
        )
        return 0
    findings = Path(tempfile.mkdtemp(prefix="hamknee-findings-"))
    sound = [
        alone(name, max(1, asked.runs // TARGETS[name].cost), asked.seed, findings)
        for name in names
    ]
    if all(sound):
        findings.rmdir()
    return 0 if all(sound) else 1


def alone(name: str, runs: int, seed: int, findings: Path) -> bool:
    """Fuzz one reader in a process of its own; return whether it kept its promise."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hamknee-fuzz-") as temporary:
        corpus, counts = Path(temporary, "corpus"), Path(temporary, "counts")
        corpus.mkdir()
        prefix = f"{findings / name.replace(' ', '-')}-"
        options = [f"-runs={runs}", f"-seed={seed}", "-max_len=60000", "-rss_limit_mb=3000"]
        run = subprocess.run(
            [sys.executable, __file__, *options, f"-artifact_prefix={prefix}", str(corpus)],
            env={
                **os.environ,
                ALONE: name,
                "HAMKNEE_FUZZ_COUNTS": str(counts),
                "TMPDIR": temporary,
            },
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        told = counts.read_text() if counts.exists() else "0 inputs"
    verdict = "sound" if run.returncode == 0 else "FAULT"
    sys.stdout.write(f"{name}: {told}, {time.monotonic() - start:.0f} s, {verdict}\n")
    sys.stdout.flush()
    if run.returncode:
        sys.stdout.write(f"{run.stdout[-3000:]}{run.stderr[-2000:]}\n")
    return run.returncode == 0


def fuzz(name: str) -> int:
    """Hand this process over to libFuzzer."""
    import atheris

    with atheris.instrument_imports(include=["hamknee", "tests.fuzz"]):
        from tests.fuzz.mutation import KINDS, mutated
        from tests.fuzz.targets import TARGETS

    target, kinds = TARGETS[name], list(KINDS)
    counts = Path(os.environ["HAMKNEE_FUZZ_COUNTS"])
    tried, accepted = 0, 0

    def one(data: bytes) -> None:
        nonlocal tried, accepted
        choices = atheris.FuzzedDataProvider(data)
        if choices.ConsumeBool():
            given = target.seeds[choices.ConsumeIntInRange(0, len(target.seeds) - 1)]
            edits = [
                (
                    kinds[choices.ConsumeIntInRange(0, len(kinds) - 1)],
                    choices.ConsumeIntInRange(0, MOST_PLACES),
                    choices.ConsumeIntInRange(0, MOST_PLACES),
                )
                for _ in range(choices.ConsumeIntInRange(1, MOST_EDITS))
            ]
            given = mutated(given, edits)
        else:
            given = choices.ConsumeBytes(len(data))
        try:
            accepted += target.accepts(given)
        except BaseException:
            artifact = next(a for a in sys.argv if a.startswith("-artifact_prefix="))
            Path(artifact.partition("=")[2] + "input").write_bytes(given)
            raise
        tried += 1
        if tried % 50 == 0:
            counts.write_text(f"{tried} inputs, {accepted} accepted")

    corpus = Path(sys.argv[-1])
    for number, seed in enumerate(target.seeds):
        (corpus / f"raw{number}").write_bytes(seed + b"\0")  # choices are taken from the end
    rng = random.Random(1)
    for number in range(50):
        (corpus / f"edits{number}").write_bytes(rng.randbytes(40) + b"\1")
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
