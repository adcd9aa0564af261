"""What the output of a session says, in forms that can be compared.

The order of a table's rows is not promised, nor is how a distributed relation's
rows are spread over tables of several nodes.
"""

import re

PROMPT = "\nREDBASE >> "
FOOTER = re.compile(r"(\d+) tuple\(s\)\.")
HEADING = re.compile(r"\* (In data node number \d+|Getting data for .*|Reshuffling data) \*")
LINE = re.compile(r" at line \d+,")
PLAN_TITLE = re.compile(r"Physical Query Plan ?:")
POINTS = "......."


def split_tables(text):
    """Splits the output of one command: yields ("text", line) and
    ("table", header, rows)."""
    lines = text.split("\n")
    i = 0
    while i < len(lines):
        is_rule = i + 1 < len(lines) and lines[i + 1] and set(lines[i + 1]) == {"-"}
        end = i + 2
        while is_rule and end + 1 < len(lines):
            if lines[end] == "" and FOOTER.fullmatch(lines[end + 1]):
                break
            end += 1
        if not is_rule or end + 1 >= len(lines):
            yield "text", lines[i], None
            i += 1
            continue
        yield "table", lines[i], lines[i + 2 : end]
        i = end + 2


def sorted_output(text):
    """The whole output, with the rows of each table sorted, between points."""
    out = []
    for command in text.split(PROMPT):
        for kind, line, rows in split_tables(command):
            if kind == "text":
                out.append(line)
                continue
            groups = [[]]
            for row in rows:
                if row == POINTS:
                    groups.append([])
                else:
                    groups[-1].append(row)
            body = f"\n{POINTS}\n".join("\n".join(sorted(g)) for g in groups)
            out += [line, "-" * len(line), body, "", f"{len(rows) - len(groups) + 1} tuple(s)."]
        out.append(PROMPT)
    return "\n".join(out)


def is_plan(line):
    return re.fullmatch(r"\t*(\[|\]|\w+Op( \(.*\))?)", line) or PLAN_TITLE.fullmatch(line)


def results(text):
    """Only what every statement gives, however the data lies: its messages (but for the
    line of the script), and one table with all its rows, sorted; no plans, no headings
    of nodes."""
    out = []
    text = LINE.sub(" at", text)
    for command in text.split(PROMPT):
        header, all_rows, said = None, [], []
        for kind, line, rows in split_tables(command):
            if kind == "table":
                header = line
                all_rows += [row for row in rows if row != POINTS]
            elif line and line not in said and not HEADING.fullmatch(line) and not is_plan(line):
                said.append(line)
        out += said
        if header is not None:
            out += [header, *sorted(all_rows), f"{len(all_rows)} tuple(s)."]
        out.append("--")
    return "\n".join(out) + "\n"
