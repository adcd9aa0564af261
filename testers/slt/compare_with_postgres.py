#!/usr/bin/env python3
"""compare_with_postgres.py [--update] FILE...: whether what logic tests expect is true.

Gives the records of each file (see record.h) to a fresh database of a temporary
PostgreSQL server and prints where it answers otherwise.  With --update its rows become
the expected ones.  Records are skipped by `skipif postgres` and `onlyif redbase`.
"""

import argparse
import hashlib
import math
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "script_tests"))
import postgres  # noqa: E402

SYNTAX = ("42601",)
MARK = "@@@ record"
QUIET = "set client_min_messages = error;"
COLUMN, ROW = "\x1f", "\x1e"


class Record:
    """A statement or query, and where its expected rows stand in the file."""

    def __init__(self, line, words):
        self.line = line
        self.kind = words[0]
        self.words = words[1:]
        self.pattern = ""
        self.sql = ""
        self.expected = []
        self.begin = self.end = 0
        self.loop_value = ""
        self.hash_threshold = 0

    @property
    def types(self):
        return self.words[0]

    @property
    def sort(self):
        return next((w for w in self.words[1:2] if w in ("rowsort", "valuesort")), "nosort")


def read_sql(lines, at, record):
    """The statement below line `at`, and its rows; the line behind both."""
    at += 1
    begin = at
    while at < len(lines) and lines[at] and lines[at] != "----":
        at += 1
    record.sql = "\n".join(lines[begin:at]).rstrip(";")
    if at < len(lines) and lines[at] == "----":
        record.begin = at + 1
        at += 1
        while at < len(lines) and lines[at]:
            record.expected.append(lines[at])
            at += 1
    record.end = at
    return at


def applies(conditions):
    names = ("postgres",)
    return all((name in names) == (word == "onlyif") for word, name in conditions)


def parse(lines):
    """Statements and queries that PostgreSQL is to run; loops are unrolled."""
    records, loops, conditions = [], [], []
    at = hash_threshold = 0
    while at < len(lines):
        words = lines[at].split()
        if not words or words[0].startswith("#"):
            at += 1
            continue
        if words[0] in ("skipif", "onlyif"):
            conditions.append(words)
            at += 1
            continue
        counts, conditions = applies(conditions), []
        if words[0] == "halt" and counts:
            break
        if words[0] == "hash-threshold" and counts:
            hash_threshold = int(words[1])
        elif words[0] == "loop":
            loops.append((words[1], int(words[2]), int(words[3]), len(records)))
        elif words[0] == "endloop":
            name, first, end, begin = loops.pop()
            body = records[begin:]
            del records[begin:]
            for value in range(first, end):
                records += [unrolled(record, name, value) for record in body]
        elif words[0] in ("statement", "query"):
            record = Record(at + 1, words)
            if record.words[0] == "error":
                record.pattern = lines[at].split(None, 2)[2:]
            record.hash_threshold = hash_threshold
            at = read_sql(lines, at, record)
            if counts:
                records.append(record)
        at += 1
    return records


def unrolled(record, name, value):
    copy = Record(record.line, [record.kind, *record.words])
    copy.__dict__.update(record.__dict__)
    copy.sql = record.sql.replace("${" + name + "}", str(value))
    copy.loop_value = f"{record.loop_value}, {name} = {value}"
    return copy


def script_for(records):
    """What psql is given: each record's types and rows between marks."""
    parts = ["\\set ON_ERROR_STOP off", "\\pset null NULL", f"\\pset fieldsep '{COLUMN}'",
             f"\\pset recordsep '{ROW}'", "set timezone = 'UTC';", QUIET]
    for record in records:
        parts.append(f"\\echo '{MARK}'")
        if record.kind == "query":
            parts.append(f"{record.sql} \\gdesc")
        parts += [f"\\echo '{MARK}'", f"{record.sql}\n;",
                  f"\\echo '{MARK}'", "\\echo :SQLSTATE :ROW_COUNT :LAST_ERROR_MESSAGE"]
    return "\n".join(parts + [f"\\echo '{MARK}'", ""])


def text_of(value, kind, form):
    """The value in the form that logic tests have for T, I and R."""
    if value == "NULL":
        return value
    if form == "T":
        if kind == "boolean":
            return {"t": "true", "f": "false"}[value]
        return re.sub(r"[\x00-\x1f\x7f]", "@", value) or "(empty)"
    if kind == "boolean":
        value = {"t": "1", "f": "0"}[value]
    if form == "I":
        return str(int(value) if re.fullmatch(r"-?\d+", value) else int(float(value)))
    number = float(value)
    if math.isfinite(number):
        return f"{number:.3f}"
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def sorted_rows(rows, sort):
    if sort == "valuesort":
        rows = [[value] for row in rows for value in row]
    return rows if sort == "nosort" else sorted(rows, key=lambda row: [v.encode() for v in row])


def hashed(rows):
    values = [value for row in rows for value in row]
    digest = hashlib.md5("".join(value + "\n" for value in values).encode()).hexdigest()
    return f"{len(values)} values hashing to {digest}"


def split_row(line, columns):
    return [line] if columns == 1 else line.split("\t") if "\t" in line else line.split()


def matches(expected, rows, sort):
    if len(expected) == 1 and " values hashing to " in expected[0]:
        return expected[0] == hashed(rows)
    if not rows or not expected:
        return not rows and not expected
    columns = len(rows[0])
    order = "nosort" if sort == "nosort" else "rowsort"
    whole = [split_row(line, columns) for line in expected]
    single = [expected[i:i + columns] for i in range(0, len(expected), columns)]
    return rows in (sorted_rows(whole, order), sorted_rows(single, order))


class Comparison:
    """The records of one file and what PostgreSQL has answered."""

    def __init__(self, path, update):
        self.path = path
        self.update = update
        self.failed = 0
        self.passed = 0

    def fail(self, record, why):
        self.failed += 1
        print(f"{self.path}:{record.line}{record.loop_value}: {record.sql}\n  {why}")

    def check(self, record, described, answered, outcome):
        state, count, message = (outcome + "  ").split(" ", 2)
        if record.kind == "query":
            self.check_query(record, described, answered, state, message)
        elif record.words[0] == "error":
            pattern = record.pattern[0] if record.pattern else ""
            if state == "00000":
                self.fail(record, "is not refused")
            elif pattern and not re.search(pattern, message, re.I):
                self.fail(record, f"wanted [{pattern}], got: {message}")
            elif not pattern and state in SYNTAX:
                self.fail(record, f"is a syntax error: {message}")
            else:
                self.passed += 1
        elif state != "00000":
            self.fail(record, f"is refused: {message}")
        elif record.words[0] == "count" and count != record.words[1]:
            self.fail(record, f"changes {count} rows")
        else:
            self.passed += 1

    def check_query(self, record, described, answered, state, message):
        if state != "00000":
            self.fail(record, f"is refused: {message}")
            return
        kinds = [line.split(COLUMN)[-1] for line in described.strip("\n").split(ROW)]
        if len(kinds) != len(record.types):
            self.fail(record, f"has {len(kinds)} columns: {kinds}")
            return
        answered = answered[:-1]  # the last line end
        rows = [row.split(COLUMN) for row in answered.split(ROW)] if answered else []
        rows = [[text_of(*cell) for cell in zip(row, kinds, record.types)] for row in rows]
        rows = sorted_rows(rows, record.sort)
        if matches(record.expected, rows, record.sort):
            self.passed += 1
        elif self.update and not record.loop_value:
            record.expected = ["\t".join(row) for row in rows]
            if 0 < record.hash_threshold < sum(map(len, rows)):
                record.expected = [hashed(rows)]
            self.passed += 1
        else:
            self.fail(record, f"wanted {record.expected}\n  got {rows}")

    def run(self, server):
        lines = self.path.read_text(encoding="utf-8").split("\n")
        records = parse(lines)
        server.run(f"{QUIET}\ndrop database if exists slt;\ncreate database slt;")
        printed = server.run(script_for(records), database="slt", stderr=-3, check=False)
        parts = printed.split(MARK + "\n")[1:]
        if len(parts) != 3 * len(records) + 1:
            sys.exit(f"{self.path}: psql has stopped at record {len(parts) // 3}")
        for i, record in enumerate(records):
            described, answered, outcome = parts[3 * i:3 * i + 3]
            self.check(record, described, answered, outcome.strip())
        if self.update:
            for record in sorted(records, key=lambda r: -r.line):
                if record.kind == "query" and not record.loop_value:
                    lines[record.begin:record.end] = record.expected
            self.path.write_text("\n".join(lines), encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    passed = failed = 0
    with postgres.Server() as server:
        for path in options.files:
            comparison = Comparison(path, options.update)
            comparison.run(server)
            passed += comparison.passed
            failed += comparison.failed
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
