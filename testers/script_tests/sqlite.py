#!/usr/bin/env python3
"""sqlite.py NAME...: whether the expected outputs tests/NAME.out are right.

NAME may have stars.  Gives the statements of every script to SQLite, and compares the
rows that each is expected to give with the rows that SQLite gives, in any order.
Statements that are expected to be refused are left out; that they change nothing shows
in later ones.
"""

import pathlib
import re
import sqlite3
import struct
import sys

import results

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TYPES = {"i": "integer", "f": "real"}
COMMENT = re.compile(r"^--[^\n]*|/\*.*?\*/", re.M | re.S)
STRING = re.compile(r'"((?:[^"]|"")*)"')
NUMBER = re.compile(r"-?\d+\.\d{6}")
REAL = re.compile(r'(?<![\w"])-?\d+\.\d+(?:e\d+)?')


def single(value):
    """The number as single precision holds it."""
    return struct.unpack("f", struct.pack("f", value))[0]


def statements(script):
    """The statements of a script whose strings hold no semicolon."""
    return [text.strip() for text in COMMENT.sub("", script).split(";") if text.strip()]


def whole(match):
    """A number without zeros behind its point: SQLite may keep 2.0 as 2."""
    return match[0].rstrip("0").rstrip(".") if match[0] != "-0.000000" else "0"


def comparable(lines):
    """The rows without blanks, for columns may stand close together; sorted."""
    return sorted(re.sub(" ", "", NUMBER.sub(whole, line)) for line in lines)


class Peer:
    """A database of SQLite with the relations of a script."""

    def __init__(self):
        self.database = sqlite3.connect(":memory:")
        self.columns = {}  # name and type word, by relation

    def create(self, relation, definition):
        columns = [column.split() for column in definition.split(",")]
        declared = ", ".join(f'"{name}" {TYPES.get(word, "text")}' for name, word in columns)
        self.database.execute(f"create table {relation} ({declared})")
        self.columns[relation] = columns

    def load(self, relation, path):
        convert = {"i": int, "f": lambda text: single(float(text))}
        columns = self.columns[relation]
        marks = ", ".join("?" for _ in columns)
        for line in path.read_text(encoding="utf-8").splitlines():
            fields = zip(line.split(","), columns)
            row = [convert.get(word, str)(text) for text, (_, word) in fields]
            self.database.execute(f"insert into {relation} values ({marks})", row)

    def rows(self, statement):
        """The rows that a statement gives, as lines."""
        query = REAL.sub(lambda match: repr(single(float(match[0]))), statement)
        query = STRING.sub(lambda match: "'" + match[1].replace("'", "''") + "'", query)
        query = re.sub(r"^print (\w+)", r"select * from \1", query)
        if not query.lower().startswith("select"):
            query += " returning *"
        cursor = self.database.execute(query)
        return [" ".join(map(shown, row)) for row in cursor.fetchall()]


def shown(value):
    if value is None:
        return "NULL"
    return f"{value:f}" if isinstance(value, float) else str(value)


def check_statement(peer, statement, output):
    """What is wrong with the output that is expected of a statement, or None; False
    when there was nothing to compare."""
    if "warning" in output or "error" in output:
        return False
    create = re.match(r"create table (\w+) \((.*?)\)(\s*distribute.*)?$", statement, re.S)
    load = re.match(r'load (\w+)\("\.\./(.*)"\)', statement)
    if create:
        peer.create(create[1], create[2])
    elif load:
        peer.load(load[1], ROOT / load[2])
    elif statement.startswith("drop table"):
        peer.database.execute(statement)
    if not re.match(r"(select|insert|update|delete|print) ", statement, re.I):
        return False
    tables = [rows for kind, _, rows in results.split_tables(output) if kind == "table"]
    wanted = comparable(peer.rows(statement))
    got = comparable(row for rows in tables for row in rows if row != results.POINTS)
    return None if wanted == got else f"SQLite gives {wanted[:5]}, expected is {got[:5]}"


def main(names):
    passed = failed = 0
    for name in names:
        for expected in sorted((ROOT / "tests").glob(name + ".out")):
            script = expected.with_suffix("").read_text(encoding="utf-8")
            outputs = expected.read_text(encoding="utf-8").split(results.PROMPT)[1:]
            peer = Peer()
            for statement, output in zip(statements(script), outputs):
                problem = check_statement(peer, statement, output)
                passed += problem is None
                if problem:
                    failed += 1
                    print(f"FAILED {expected.name}: {statement}\n  {problem}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
