#!/usr/bin/env python3
"""memory.py: statements that change many rows stay within their memory.

Of each, the greatest resident size of the shell's process is compared with what its
buffer pool and its budgets come to.  REDBASE_BIN or BIN: the folder of the programs (bin).
"""

import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BIN = pathlib.Path(os.environ.get("REDBASE_BIN") or os.environ.get("BIN") or ROOT / "bin").resolve()
ROWS = 400_000
BUFFER_PAGES = 1000  # of up to 64 KiB
LIMIT_MIB = 90
# AddressSanitizer keeps what was freed.
SANITIZED = b"__asan_init" in (BIN / "redbase").read_bytes()

CHECKS = {
    "update of a key": ["update T set k = 7;"],
    "update of a column without an index": ["update T set v = 7;"],
    "delete": ["delete from T where k >= 0;"],
    "taken back": ["begin;", "update T set k = 7;", "rollback;"],
    "in two steps": ["begin;", "update T set v = 7;", "delete from T where k >= 0;", "commit;"],
}


def run(folder, statements):
    """What the shell prints, and its peak in MiB."""
    process = subprocess.Popen(
        [BIN / "redbase", "db"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True)
    process.stdin.write("\n".join(statements) + "\n")
    process.stdin.close()
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise AssertionError(f"status {status}: {output[-500:]}")
    return output, usage.ru_maxrss / 1024


def check(name, statements):
    with tempfile.TemporaryDirectory(prefix="redbase-test-") as folder:
        pathlib.Path(folder, "rows").write_text("".join(f"{i},{i % 100}\n" for i in range(ROWS)))
        subprocess.run([BIN / "dbcreate", "db"], cwd=folder, check=True)
        run(folder, ["create table T (k i, v i);", 'load T("../rows");', "create index T(k);"])
        _, peak = run(folder, [f"resize buffer {BUFFER_PAGES};", *statements])
        print(f"{name}: {peak:.0f} MiB")
        if peak > LIMIT_MIB and not SANITIZED:
            raise AssertionError(f"{peak:.0f} MiB, more than {LIMIT_MIB}")


def main():
    failed = 0
    for name, statements in CHECKS.items():
        try:
            check(name, statements)
        except (AssertionError, OSError, subprocess.SubprocessError) as failure:
            failed += 1
            print(f"FAILED {name}: {failure}")
    print(f"{len(CHECKS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
