"""What starting a command costs: seconds of the processor and megabytes, as a ratio to a Python program that imports click.

    python benchmarks/startup.py [--rounds 5]

Each command runs in a process of its own. The median of the rounds counts, and the rounds alternate.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = ("--version", "--help", "topics --help", "sources list", "items", "topics list")
BASELINE = "import click"
CHILD = """
import json, resource, sys
sys.path.insert(0, {root!r})
try:
    {work}
except SystemExit:
    pass
used = resource.getrusage(resource.RUSAGE_SELF)
status = open("/proc/self/status").read()  # what getrusage tells of memory begins with the parent's
print(json.dumps([used.ru_utime + used.ru_stime, int(status.partition("VmHWM:")[2].split()[0]) / 1024]), file=sys.stderr)
"""


def cost(work: str, *arguments: str) -> tuple[float, float]:
    """Return the seconds of the processor and the megabytes of one run."""
    child = [sys.executable, "-c", CHILD.format(root=str(ROOT), work=work), *arguments]
    done = subprocess.run(child, capture_output=True, text=True, check=True)
    seconds, megabytes = json.loads(done.stderr.splitlines()[-1])
    return seconds, megabytes


def main() -> None:
    """Print a line for the baseline and for each command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    runs: dict[str, list[tuple[float, float]]] = {name: [] for name in (BASELINE, *COMMANDS)}
    with tempfile.TemporaryDirectory() as home:
        for _ in range(rounds):
            runs[BASELINE].append(cost(BASELINE))
            for name in COMMANDS:
                runs[name].append(cost("import scheduler; scheduler.main()", "--home", home, *name.split()))
    base = statistics.median(seconds for seconds, _ in runs[BASELINE])
    for name, figures in runs.items():
        seconds = statistics.median(one for one, _ in figures)
        megabytes = statistics.median(one for _, one in figures)
        print(f"{name:15} {seconds:6.2f} s {megabytes:6.1f} MB {seconds / base:6.1f} times")


if __name__ == "__main__":
    main()
