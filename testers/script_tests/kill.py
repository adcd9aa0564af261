#!/usr/bin/env python3
"""kill.py: a killed shell loses nothing that it had acknowledged.

Feeds statements to redbase through a pipe, kills it with SIGKILL at a random moment,
opens the database again and compares: every statement or transaction whose end was
read is there, the one in progress wholly or not at all.  REDBASE_KILLS: how often, on a
plain database and on one of four nodes in turns (20).  REDBASE_SEED: what is done.
REDBASE_BIN or BIN: the folder of the programs (bin).
"""

import os
import pathlib
import random
import subprocess
import sys
import tempfile
import threading

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BIN = pathlib.Path(os.environ.get("REDBASE_BIN") or os.environ.get("BIN") or ROOT / "bin").resolve()
KILLS = int(os.environ.get("REDBASE_KILLS", "20"))
PROMPT = b"REDBASE >> "
SECONDS = 60
LONGEST_LIFE = 0.4
KEYS = 10_000
KINDS = ["insert"] * 8 + ["update"] * 4 + ["delete"] * 2 + ["load"] * 2 + ["index"] + ["table"]


class Killed(Exception):
    """The shell is gone."""


class Shell:
    """redbase on a pipe, which dies at a moment that is not foreseen."""

    def __init__(self, folder, seconds):
        self.process = subprocess.Popen(
            [BIN / "redbase", "db"],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.seen = b""
        self.wait_for_prompt()
        self.timer = threading.Timer(seconds, self.process.kill)
        self.timer.start()

    def wait_for_prompt(self):
        """What stood before it."""
        while PROMPT not in self.seen:
            read = os.read(self.process.stdout.fileno(), 65536)
            if not read:
                raise Killed(self.seen.decode("utf-8", "replace"))
            self.seen += read
        before, self.seen = self.seen.split(PROMPT, 1)
        return before.decode("utf-8", "replace")

    def run(self, statement):
        try:
            self.process.stdin.write((statement + ";\n").encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            raise Killed("") from None
        answer = self.wait_for_prompt()
        assert "error" not in answer and "incorrect" not in answer, f"{statement}: {answer}"

    def bury(self):
        self.timer.cancel()
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass


class State:
    """What the database holds: the rows of T, whether T(v) is indexed, whether U is there."""

    def __init__(self, rows=None, indexed=False, other=False):
        self.rows = rows or {}
        self.indexed = indexed
        self.other = other

    def copy(self):
        return State(dict(self.rows), self.indexed, self.other)

    def __eq__(self, other):
        return vars(self) == vars(other)

    def difference(self, found):
        """What `found` has not or has too many of, in short."""
        words = []
        missing = sorted(set(self.rows.items()) - set(found.rows.items()))
        too_many = sorted(set(found.rows.items()) - set(self.rows.items()))
        if missing:
            words.append(f"misses {len(missing)} rows: {missing[:3]}")
        if too_many:
            words.append(f"has {len(too_many)} too many: {too_many[:3]}")
        if self.indexed != found.indexed:
            words.append(f"index: {found.indexed}")
        if self.other != found.other:
            words.append(f"table U: {found.other}")
        return "; ".join(words)


class Database:
    """A database, what is committed, and what may be."""

    def __init__(self, folder, nodes):
        self.folder = pathlib.Path(folder)
        self.next_key = 0
        distributed = ["-distributed", str(nodes)] if nodes else []
        subprocess.run([BIN / "dbcreate", "db", *distributed], cwd=folder, check=True)
        bounds = ", ".join(str(KEYS * node // nodes) for node in range(1, nodes)) if nodes else ""
        split = f" distribute k ({bounds})" if nodes else ""
        self.ask("create table T (k i, v i, s varchar(3000))" + split)
        self.has_transactions = self.command("begin").returncode == 0
        self.committed = State()
        self.possible = None

    def command(self, text):
        return subprocess.run(
            [BIN / "redbase", "db", "-c", text],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def ask(self, text):
        """The fields of the rows of an answer."""
        run = self.command(text)
        assert run.returncode == 0, f"{text}: status {run.returncode}: {run.stderr.strip()}"
        lines = run.stdout.split("\n")
        bar = next((i for i, line in enumerate(lines) if line.startswith("-----")), len(lines))
        rows = lines[bar + 1 :]
        return [line.split() for line in rows if line.strip() and "tuple(s)" not in line]

    def step(self, state):
        """A statement; `state` becomes what it makes of it."""
        kind = random.choice(KINDS)
        first = random.randrange(KEYS)
        last = first + random.randrange(KEYS // 4)
        where = f" where k >= {first} and k < {last}"
        if kind == "update":
            value = random.randrange(50)
            state.rows.update((k, value) for k in state.rows if first <= k < last)
            return f"update T set v = {value}" + where
        if kind == "delete":
            for key in [k for k in state.rows if first <= k < last]:
                del state.rows[key]
            return "delete from T" + where
        if kind == "index":
            state.indexed = not state.indexed
            return ("create" if state.indexed else "drop") + " index T(v)"
        if kind == "table":
            state.other = not state.other
            return "create table U (a i)" if state.other else "drop table U"
        rows = [self.row(state) for _ in range(random.randrange(1, 300 if kind == "load" else 5))]
        if kind == "load":
            lines = "".join(f"{k},{v},{s}\n" for k, v, s in rows)
            (self.folder / "rows").write_text(lines, encoding="ascii")
            return 'load T("../rows")'
        return "insert into T values " + ", ".join(f"({k}, {v}, '{s}')" for k, v, s in rows)

    def row(self, state):
        """One whose key is not there."""
        self.next_key += 1
        while (key := self.next_key * 7919 % KEYS) in state.rows:
            self.next_key += 1
        value = random.randrange(50)
        state.rows[key] = value
        return key, value, "s" * (random.randrange(2500) if key % 10 == 0 else 1 + key % 30)

    def work(self, shell):
        """A statement or a transaction, acknowledged."""
        state = self.committed.copy()
        if self.has_transactions and random.random() < 0.4:
            shell.run("begin")
            for _ in range(random.randrange(1, 6)):
                shell.run(self.step(state))
            if random.random() < 0.25:
                shell.run("rollback")
                return
            self.possible = state
            shell.run("commit")
        else:
            statement = self.step(state)
            self.possible = state
            shell.run(statement)
        self.committed, self.possible = state, None

    def live(self, seconds):
        """Works until it is killed; how many were acknowledged."""
        shell = Shell(self.folder, seconds)
        done = 0
        try:
            while True:
                self.work(shell)
                done += 1
        except Killed:
            return done
        finally:
            shell.bury()

    def read(self):
        rows = {int(k): int(v) for k, v in self.ask("select k, v from T")}
        tables = {row[0]: row for row in self.ask("select relName, indexCount from relcat")}
        return State(rows, tables["T"][1] == "1", "U" in tables)

    def check(self):
        """What was acknowledged is there, and of what was in progress all or nothing."""
        found = self.read()
        allowed = [state for state in (self.committed, self.possible) if state is not None]
        if found not in allowed:
            raise AssertionError(" / ".join(state.difference(found) for state in allowed))
        value = random.randrange(50)
        by_index = sorted(int(row[0]) for row in self.ask(f"select k from T where v = {value}"))
        assert by_index == sorted(k for k, v in found.rows.items() if v == value), f"v = {value}"
        self.committed, self.possible = found, None


def main():
    seed = int(os.environ.get("REDBASE_SEED") or random.randrange(1 << 32))
    print(f"REDBASE_SEED={seed}")
    random.seed(seed)
    acknowledged = 0
    with tempfile.TemporaryDirectory(prefix="redbase-test-") as folder:
        databases = []
        for nodes in (0, 4):
            path = pathlib.Path(folder, f"on{nodes}")
            path.mkdir()
            databases.append(Database(path, nodes))
        for number in range(KILLS):
            database = databases[number % 2]
            try:
                acknowledged += database.live(random.uniform(0, LONGEST_LIFE))
                database.check()
            except (AssertionError, Killed, OSError, subprocess.SubprocessError) as failure:
                print(f"FAILED kill {number + 1} of {database.folder.name}: {failure}")
                return 1
    print(f"{KILLS} kills, {acknowledged} statements and transactions acknowledged, all there")
    return 0


if __name__ == "__main__":
    sys.exit(main())
