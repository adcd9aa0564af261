#!/usr/bin/env python3
"""open_files.py: a database may have more files than a process may have open.

Makes tables and indexes, kills the shell, and uses all tables again, checks, backs up and
restores, while each program may have only a few files open (ulimit -n).  REDBASE_BIN or
BIN: the folder of the programs (bin).
"""

import os
import pathlib
import resource
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BIN = pathlib.Path(os.environ.get("REDBASE_BIN") or os.environ.get("BIN") or ROOT / "bin").resolve()
# A check of UndefinedBehaviorSanitizer wants two for itself, and misjudges without.
SANITIZED = b"__asan_init" in (BIN / "redbase").read_bytes()
OPEN_FILES = 200 if SANITIZED else 64
TABLES = 40
NODES = {"plain": [], "on four nodes": ["-distributed", "4"]}


def run(folder, *command, statements="", status=0):
    process = subprocess.run(
        [BIN / command[0], *command[1:]],
        cwd=folder, input=statements, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES)))
    if process.returncode != status:
        raise AssertionError(f"{command[0]}: status {process.returncode}: {process.stdout[-500:]}")
    return process.stdout


def use_all(folder, database, rows):
    """Each table has this many rows, and its index finds them."""
    text = run(folder, "redbase", database, statements="".join(
        f"select * from t{i}; select v from t{i} where k = {i};\n" for i in range(TABLES)))
    for count in (rows, 1):
        found = text.count(f"{count} tuple(s).")
        if found != TABLES:
            raise AssertionError(f"{found} of {TABLES} tables have {count} rows: {text[-500:]}")


def check(arguments):
    split = " distribute k (100, 200, 300)" if arguments else ""
    with tempfile.TemporaryDirectory(prefix="redbase-test-") as folder:
        run(folder, "dbcreate", "db", *arguments)
        make = "".join(
            f"create table t{i} (k i, v i){split}; create index t{i}(k);\n"
            f"insert into t{i} values ({i}, 1), (150, 2), (250, 3), (350, 4);\n"
            for i in range(TABLES))
        # A shell of its own kills its parent: nothing is closed.
        run(folder, "redbase", "--shell-commands", "db", statements=make + "! kill -9 $PPID;\n", status=-9)
        use_all(folder, "db", 4)
        run(folder, "redbase", "db", statements="begin;\n" + "".join(
            f"insert into t{i} values (500, 5);\n" for i in range(TABLES)) + "commit;\n")
        use_all(folder, "db", 5)
        run(folder, "redbase", "db", statements='backup "../copy";\n')
        run(folder, "redbase-check", "db")
        run(folder, "dbrestore", "copy", "db2")
        use_all(folder, "db2", 5)


def main():
    failed = 0
    for name, arguments in NODES.items():
        try:
            check(arguments)
        except (AssertionError, OSError, subprocess.SubprocessError) as failure:
            failed += 1
            print(f"FAILED {name}: {failure}")
    print(f"{len(NODES) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
