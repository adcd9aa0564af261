#!/usr/bin/env python3
"""terminal.py: the shell as a person at a terminal meets it.

Types into a pseudo-terminal and waits for what should appear.  REDBASE_BIN or BIN:
the folder of the programs (bin).
"""

import os
import pathlib
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BIN = pathlib.Path(os.environ.get("REDBASE_BIN") or os.environ.get("BIN") or ROOT / "bin").resolve()
PROMPT = "REDBASE >> "
SECONDS = 30
ESCAPES = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\r")


class Terminal:
    """A shell on a pseudo-terminal."""

    def __init__(self, folder, *arguments):
        self.seen = ""
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.environ.update(HOME=folder, TERM="xterm", LC_ALL="C.UTF-8")
            os.execv(BIN / "redbase", ["redbase", "db", *arguments])

    def type(self, text):
        os.write(self.descriptor, text.encode())

    def wait_for(self, text, seconds=SECONDS):
        """Reads until `text` appears; what stood before it."""
        end = time.monotonic() + seconds
        while text not in self.seen:
            ready = select.select([self.descriptor], [], [], max(0, end - time.monotonic()))[0]
            try:
                read = os.read(self.descriptor, 65536) if ready else b""
            except OSError:  # the other side is closed
                read = b""
            if not read:
                raise AssertionError(f"no [{text}] but [{self.seen[-500:]}]")
            self.seen += ESCAPES.sub(b"", read).decode("utf-8", "replace")
        before, self.seen = self.seen.split(text, 1)
        return before

    def run(self, line):
        """Types a line; its output up to the next prompt."""
        self.type(line + "\n")
        return self.wait_for(PROMPT)

    def end(self):
        """The exit status."""
        end = time.monotonic() + SECONDS
        while (ended := os.waitpid(self.pid, os.WNOHANG))[0] == 0:
            if time.monotonic() > end:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
                raise AssertionError(f"it does not end; last [{self.seen[-500:]}]")
            time.sleep(0.005)
        os.close(self.descriptor)
        return os.waitstatus_to_exitcode(ended[1])


def expect(what, wanted, got):
    if wanted not in got:
        raise AssertionError(f"{what}: wanted [{wanted}], got [{got}]")


def statements_and_continuation(folder):
    shell = Terminal(folder)
    shell.wait_for(PROMPT)
    shell.run("create table T (a i);")
    shell.type("insert into T\n")
    shell.wait_for("-> ")
    answer = shell.run("values (7);")
    expect("insert", "7           \n\n1 tuple(s).", answer)
    answer = shell.run("select a from T; queryplans on;")
    expect("two on a line", "1 tuple(s).\nQuery plan display turned on.", answer)
    shell.type("\x04")
    shell.wait_for("Bye.")
    assert shell.end() == 0


def interrupt_gives_up_a_statement(folder):
    shell = Terminal(folder)
    shell.wait_for(PROMPT)
    shell.type("select nothing from\n")
    shell.wait_for("-> ")
    shell.type("\x03")
    answer = shell.wait_for(PROMPT)
    assert "error" not in answer, answer
    expect("the next one runs", "turned on", shell.run("queryplans on;"))
    shell.type("exit;\n")
    shell.wait_for("Bye.")
    assert shell.end() == 0


def interrupt_cancels_and_keeps_the_session(folder):
    pathlib.Path(folder, "rows").write_text("".join(f"{i}\n" for i in range(3000)))
    shell = Terminal(folder)
    shell.wait_for(PROMPT)
    shell.run("create table big (n i);")
    shell.run('load big("../rows");')
    shell.run("create table big2 (m i);")
    shell.run('load big2("../rows");')
    shell.run("create table big3 (k i);")
    shell.run('load big3("../rows");')
    shell.type("select n from big, big2, big3 where n < m and m < k and k < n;\n")
    shell.wait_for("k < n;")
    time.sleep(0.3)
    shell.type("\x03")
    expect("cancelled", "statement cancelled", shell.wait_for(PROMPT))
    expect("goes on", "1 tuple(s).", shell.run("select n from big where n = 5;"))
    shell.type("exit;\n")
    shell.wait_for("Bye.")
    assert shell.end() == 0


def history_outlives_the_session(folder):
    shell = Terminal(folder)
    shell.wait_for(PROMPT)
    expect("first", "turned off", shell.run("queryplans off;"))
    shell.type("exit;\n")
    shell.wait_for("Bye.")
    assert shell.end() == 0
    shell = Terminal(folder)
    shell.wait_for(PROMPT)
    shell.type("\x1b[A\x1b[A\n")
    expect("the line before the last", "turned off", shell.wait_for(PROMPT))
    shell.type("exit;\n")
    shell.wait_for("Bye.")
    assert shell.end() == 0


def shell_lines_and_words_beyond_ascii(folder):
    shell = Terminal(folder)
    shell.wait_for(PROMPT)
    expect("!", "in db", shell.run('!echo "in $(basename "$PWD")"'))
    shell.run("create table W (s c12);")
    expect("UTF-8", "Åsa", shell.run('insert into W values ("Åsa");').split("Inserted")[-1])
    shell.type("exit;\n")
    shell.wait_for("Bye.")
    assert shell.end() == 0


def terminate_closes_the_database(folder):
    """Whether the signal comes before the shell reads, or while it does."""
    shell = Terminal(folder)
    shell.wait_for(PROMPT)
    shell.run("create table K (a i);")
    for round_number in range(20):
        shell.run("insert into K values (1);")
        time.sleep(round_number % 4 * 0.001)
        os.kill(shell.pid, signal.SIGTERM)
        assert shell.end() == 1
        shell = Terminal(folder)
        shell.wait_for(PROMPT)
    expect("the rows are there", "20 tuple(s).", shell.run("print K;"))
    shell.type("exit;\n")
    shell.wait_for("Bye.")
    assert shell.end() == 0


CHECKS = [
    statements_and_continuation,
    interrupt_gives_up_a_statement,
    interrupt_cancels_and_keeps_the_session,
    history_outlives_the_session,
    shell_lines_and_words_beyond_ascii,
    terminate_closes_the_database,
]


def main():
    failed = 0
    for check in CHECKS:
        with tempfile.TemporaryDirectory(prefix="redbase-test-") as folder:
            subprocess.run([BIN / "dbcreate", "db"], cwd=folder, check=True)
            try:
                check(folder)
            except (AssertionError, OSError, subprocess.SubprocessError) as failure:
                failed += 1
                print(f"FAILED {check.__name__}: {failure}")
    print(f"{len(CHECKS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
