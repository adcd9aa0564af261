#!/usr/bin/env python3
"""run.py SUITE [N]...: runs the scripts tests/SUITE.N against the programs.

A script is what a user would type; tests/SUITE.N.out is what the shell answers, messages
included.  A database of its own is made for every run and destroyed behind it.

  SUITE ex_test.distributed: on 4 data nodes the output is the expected one; on the
      other node counts every statement gives the results of ex_test.nondistributed.N.
  any other SUITE: on a plain database the output is the expected one; on each node
      count every statement gives the same results.
  Every suite: with pages of 4096 bytes and a buffer of 40 of them, too, every
      statement gives the expected results.

For n data nodes, a line `-- nodes n: distribute a (...)` behind a `create table` takes
the place of its distribute clause.

Environment: NODES, the node counts (2,4,7); REDBASE_BIN or BIN, the folder of the
programs (bin); UPDATE=1 writes the expected outputs anew.
"""

import difflib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import results

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TESTS = ROOT / "tests"
BIN = pathlib.Path(os.environ.get("REDBASE_BIN") or os.environ.get("BIN") or ROOT / "bin").resolve()
NODES = [int(n) for n in os.environ.get("NODES", "2,4,7").split(",")]
DISTRIBUTE = re.compile(r"\s*distribute\s+\w+\s*\([^)]*\)")
ALTERNATIVE = re.compile(r"-- nodes (\d+): (.*)\n")
SECONDS = 120


class Failure(Exception):
    """Why a run is not as it should be."""


def adapt(script, nodes):
    """The script with the distribute clauses for this many data nodes."""
    out = []
    for line in script.splitlines(keepends=True):
        alternative = ALTERNATIVE.fullmatch(line)
        if alternative and int(alternative[1]) == nodes:
            create = out.pop()
            while "create table" not in create:
                create = out.pop() + create
            create = DISTRIBUTE.sub("", create).rstrip()
            out.append(create.removesuffix(";") + f"\n  {alternative[2]};\n")
        elif not alternative:
            out.append(line)
    return "".join(out)


def call(folder, *command, **options):
    """Runs a program in the folder; its output, messages included."""
    done = subprocess.run(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        timeout=SECONDS, check=False, **options
    )
    output = done.stdout.decode("utf-8", "replace")
    if done.returncode != 0:
        raise Failure(f"{' '.join(map(str, command))}: status {done.returncode}\n{output[-2000:]}")
    return output


def run_session(script, nodes, small=False):
    """The output of the script in a fresh database; 0 nodes make a plain one, and a
    small one has small pages and a small buffer."""
    with tempfile.TemporaryDirectory(prefix="redbase-test-") as folder:
        os.symlink(ROOT / "data", pathlib.Path(folder) / "data")
        how = ["-distributed", str(nodes)] if nodes else []
        how += ["-pagesize", "4096"] if small else []
        if call(folder, BIN / "dbcreate", "db", *how):
            raise Failure("dbcreate has printed something")
        shell = [BIN / "redbase", "db", "--shell-commands"]
        shell += ["--buffer", str(40 * 4096)] if small else []
        output = call(folder, *shell, input=adapt(script, nodes).encode())
        if call(folder, BIN / "dbdestroy", "db"):
            raise Failure("dbdestroy has printed something")
        left = sorted(os.listdir(folder))
        if left != ["data"]:
            raise Failure(f"left behind: {left}")
        return output


def compare(wanted, got):
    if wanted != got:
        lines = difflib.unified_diff(
            wanted.splitlines(), got.splitlines(), "wanted", "got", lineterm="", n=4
        )
        raise Failure("\n".join(list(lines)[:60]))


class Suite:
    def __init__(self, name):
        self.name = name
        self.distributed = name == "ex_test.distributed"
        self.passed = 0
        self.failed = 0

    def numbers(self):
        names = (p.name.removeprefix(self.name + ".") for p in TESTS.glob(self.name + ".*"))
        return sorted((n for n in names if n.isdigit()), key=int)

    def check(self, what, action):
        try:
            action()
            self.passed += 1
        except (Failure, OSError, subprocess.TimeoutExpired) as failure:
            self.failed += 1
            print(f"FAILED {self.name}.{what}:\n{failure}")

    def check_expected(self, number, script, nodes):
        expected = TESTS / f"{self.name}.{number}.out"
        output = run_session(script, nodes)
        if os.environ.get("UPDATE"):
            expected.write_text(output, encoding="utf-8")
        wanted = expected.read_text(encoding="utf-8")
        compare(results.sorted_output(wanted), results.sorted_output(output))

    def check_small(self, number, script, nodes):
        wanted = (TESTS / f"{self.name}.{number}.out").read_text(encoding="utf-8")
        output = run_session(script, nodes, small=True)
        compare(results.results(wanted), results.results(output))

    def run(self, number):
        path = TESTS / f"{self.name}.{number}"
        if not path.is_file():
            self.failed += 1
            print(f"there is no {path.relative_to(ROOT)}")
            return
        script = path.read_text(encoding="utf-8")
        home = 4 if self.distributed else 0
        self.check(number, lambda: self.check_expected(number, script, home))
        if "print partitions" not in script:  # which shows sizes
            self.check(f"{number} in small", lambda: self.check_small(number, script, home))
        # What every node count is to agree with.
        twin = "ex_test.nondistributed" if self.distributed else self.name
        reference = TESTS / f"{twin}.{number}.out"
        if not reference.is_file():
            return
        wanted = results.results(reference.read_text(encoding="utf-8"))
        for nodes in NODES:
            self.check(
                f"{number} on {nodes} nodes against {twin}",
                lambda n=nodes: compare(wanted, results.results(run_session(script, n))),
            )


def main(arguments):
    if not arguments:
        print(__doc__)
        return 1
    suite = Suite(arguments[0])
    for number in arguments[1:] or suite.numbers():
        suite.run(number)
    print(f"{suite.passed} passed, {suite.failed} failed")
    return 1 if suite.failed or not suite.passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
