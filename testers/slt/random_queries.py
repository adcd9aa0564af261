#!/usr/bin/env python3
"""random_queries.py KIND [--seed N] [--count N]: a logic test of random queries.

Prints records without results, which compare_with_postgres.py --update fills in:

    testers/slt/random_queries.py join --seed 7 > /tmp/join.slt
    testers/slt/compare_with_postgres.py --update /tmp/join.slt
    build/release/bin/slt --mode one --mode four /tmp/join.slt

KIND says what the queries are made of: classic (conditions on tables and joins of the
classic language), expression, join, aggregate, subquery, set, window.  Every query has one
answer: rows are sorted, reals are sums of halves, nothing overflows or divides by zero.
"""

import argparse
import random

# Columns by table: name and type, int, text or real.
TABLES = {
    "t": {"a": "int", "b": "int", "s": "text", "x": "real"},
    "u": {"c": "int", "d": "int", "v": "text"},
    "w": {"e": "int", "f": "int", "y": "real"},
}
SQL_TYPES = {"int": "int", "text": "varchar(8)", "real": "double precision"}
CLASSIC_TYPES = {**SQL_TYPES, "real": "real"}
FORMS = {"int": "I", "text": "T", "real": "R", "bool": "T"}
TEXTS = ["", "a", "b", "ab", "ba", "aab", "B", "c%", "c_d", "zz"]
PATTERNS = ["a%", "%b", "%a%", "_", "__", "%", "", "a_b", "_b%", "c\\%", "c\\_d", "B%"]
COMPARISONS = ["=", "=", "<>", "<", "<=", ">", ">="]


class Query:
    """Random pieces of SQL over the columns in scope, (text, type) each."""

    def __init__(self, rng, classic=False, subqueries=False):
        self.rng = rng
        self.classic = classic
        self.subqueries = subqueries
        self.scope = []
        self.aliases = 0

    def one(self, *choices):
        return self.rng.choice(choices)

    def chance(self, percent):
        return self.rng.randrange(100) < percent

    def constant(self, kind):
        if kind == "int":
            return str(self.rng.randint(-3, 9))
        if kind == "real":
            return self.one("-1.5", "0.0", "0.5", "2.0", "3.5", "100.0")
        return "'" + self.rng.choice(TEXTS) + "'"

    def column(self, kind):
        found = [text for text, other in self.scope if other == kind]
        return self.rng.choice(found) if found else self.constant(kind)

    def value(self, kind, depth=2):
        """A value of the type; in the classic language a column or a constant."""
        if self.classic or depth == 0 or self.chance(45):
            return self.column(kind) if self.chance(75) else self.constant(kind)
        if self.chance(25):
            return self.choice_of(kind, depth - 1)
        if self.subqueries and self.chance(15):
            return self.scalar_subquery(kind)
        return {"int": self.integer, "real": self.real, "text": self.text}[kind](depth - 1)

    def choice_of(self, kind, depth):
        value = lambda: self.value(kind, depth)  # noqa: E731
        return self.one(
            lambda: f"case when {self.condition(depth)} then {value()} else {value()} end",
            lambda: f"case when {self.condition(depth)} then {value()} end",
            lambda: f"coalesce({value()}, {value()})",
            lambda: f"nullif({value()}, {value()})",
            lambda: f"{self.one('greatest', 'least')}({value()}, {value()})")()

    def integer(self, depth):
        value = lambda: self.value("int", depth)  # noqa: E731
        return self.one(
            lambda: f"({value()} {self.one('+', '-')} {value()})",
            lambda: f"{value()} {self.one('+', '-')} {self.column('int')}",
            lambda: f"{self.column('int')} * {self.column('int')}",
            lambda: f"{value()} {self.one('/', '%')} {self.one('2', '3', '-4')}",
            lambda: f"({value()}) / nullif({self.column('int')}, 0)",
            lambda: f"-({value()})",
            lambda: f"abs({value()})",
            lambda: f"length({self.value('text', depth)})")()

    def real(self, depth):
        return self.one(
            lambda: f"({self.value('real', depth)} + {self.value('real', depth)})",
            lambda: f"{self.column('real')} - {self.value('int', depth)}",
            lambda: f"{self.column('real')} * 2",
            lambda: f"floor({self.value('real', depth)})",
            lambda: f"abs({self.value('real', depth)})")()

    def text(self, depth):
        value = lambda: self.value("text", depth)  # noqa: E731
        return self.one(
            lambda: f"({value()} || {value()})",
            lambda: f"{self.one('upper', 'lower', 'trim', 'reverse')}({value()})",
            lambda: f"substring({value()} from {self.one('1', '2')} for {self.one('1', '2', '9')})",
            lambda: f"replace({value()}, 'a', 'xy')")()

    def condition(self, depth=2):
        if depth > 0 and self.chance(55):
            first, second = self.condition(depth - 1), self.condition(depth - 1)
            return self.one(f"{first} and {second}", f"({first} or {second})",
                            f"not ({first})", f"{first} or {second} and {first}")
        if self.subqueries and depth > 0 and self.chance(50):
            return self.subquery_condition()
        kind = self.one("int", "int", "text", "real")
        return self.comparison(kind, depth)

    def comparison(self, kind, depth):
        left = self.column(kind) if self.classic else self.value(kind, depth)
        value = lambda: self.value(kind, depth)  # noqa: E731
        negated = self.one("", "", "not ")
        if kind == "text" and self.chance(30):
            return f"{left} {negated}like '{self.rng.choice(PATTERNS)}'"
        return self.one(
            lambda: f"{left} {self.rng.choice(COMPARISONS)} {value()}",
            lambda: f"{left} {self.rng.choice(COMPARISONS)} {self.constant(kind)}",
            lambda: f"{left} is {negated}null",
            lambda: f"{left} {negated}between {value()} and {value()}",
            lambda: f"{left} {negated}in ({value()}, {value()}, {self.constant(kind)})")()

    # ---- Tables.

    def add_table(self, prefixed=True):
        """Puts a table in scope; its text behind `from`."""
        table = self.rng.choice(list(TABLES))
        self.aliases += 1
        alias = f"{table}{self.aliases}" if prefixed else table
        self.scope += [(f"{alias}.{name}", kind) for name, kind in TABLES[table].items()]
        return f"{table} {alias}" if prefixed else table

    def key_condition(self, left, right):
        """Equality of two ints, sometimes with more."""
        ints = lambda scope: [text for text, kind in scope if kind == "int"]  # noqa: E731
        text = f"{self.rng.choice(ints(left))} = {self.rng.choice(ints(right))}"
        return f"{text} and {self.condition(0)}" if self.chance(30) else text

    def joined(self, most=3):
        """Tables joined by words."""
        text = self.add_table()
        for _ in range(self.rng.randint(1, most - 1)):
            left = list(self.scope)
            word = self.one("join", "left join", "right join", "full join", "left join", "cross join")
            table = self.add_table()
            text += f" {word} {table}"
            if word != "cross join":
                text += f" on {self.key_condition(left, self.scope[len(left):])}"
        return text

    # ---- Subqueries, which see the scope around them.

    def inside(self, make):
        outer = list(self.scope)
        self.scope = []
        table = self.add_table()
        inner = list(self.scope)
        self.scope = inner + outer if self.chance(60) else inner
        text = make(table, inner)
        self.scope = outer
        return text

    def scalar_subquery(self, kind):
        def make(table, inner):
            columns = [text for text, other in inner if other == kind]
            value = f"{self.one('min', 'max')}({self.rng.choice(columns)})" if columns else \
                f"max({self.constant(kind)})"
            if kind == "int" and self.chance(30):
                value = "count(*)"
            return f"(select {value} from {table} where {self.flat_condition()})"
        return self.inside(make)

    def flat_condition(self):
        return self.key_condition(self.scope, self.scope) if self.chance(50) else self.condition(0)

    def subquery_condition(self):
        left = self.column("int")

        def make(table, inner):
            column = self.rng.choice([text for text, kind in inner if kind == "int"])
            body = f"from {table} where {self.flat_condition()}"
            negated = self.one("", "not ")
            return self.one(
                f"{negated}exists (select 1 {body})",
                f"{left} {negated}in (select {column} {body})",
                f"{left} {self.rng.choice(COMPARISONS)} {self.one('any', 'all')} "
                f"(select {column} {body})",
                f"{left} {self.rng.choice(COMPARISONS)} (select max({column}) {body})")
        return self.inside(make)

    # ---- Whole queries: (types, text).

    def select_list(self):
        kinds = [self.one("int", "int", "text", "real") for _ in range(self.rng.randint(1, 4))]
        return kinds, ", ".join(self.value(kind) for kind in kinds)

    def make_classic(self):
        names = self.rng.sample(list(TABLES), self.one(1, 1, 2, 3))
        self.scope = [(f"{name}.{column}", kind) for name in names
                      for column, kind in TABLES[name].items()]
        where = self.condition()
        for first, second in zip(names, names[1:]):
            ints = [[c for c, kind in TABLES[n].items() if kind == "int"] for n in (first, second)]
            where = f"{first}.{self.rng.choice(ints[0])} = {second}.{self.rng.choice(ints[1])} " \
                    f"and ({where})"
        columns = self.rng.sample(self.scope, self.rng.randint(1, len(self.scope)))
        chosen = ", ".join(text for text, _ in columns)
        return [kind for _, kind in columns], f"select {chosen} from {', '.join(names)} where {where}"

    def make_expression(self):
        table = self.add_table()
        kinds, chosen = self.select_list()
        distinct = self.one("", "", "distinct ")
        return kinds, f"select {distinct}{chosen} from {table} where {self.condition()}"

    def make_join(self):
        tables = self.joined()
        kinds, chosen = self.select_list()
        return kinds, f"select {chosen} from {tables}" + \
            (f" where {self.condition()}" if self.chance(50) else "")

    def aggregate(self):
        name = self.one("count", "sum", "min", "max", "count(distinct", "sum")
        kind = self.one("int", "real") if name == "sum" else self.one("int", "text")
        text = f"{name}{'(' if '(' not in name else ' '}{self.value(kind, 1)})"
        if self.chance(20):
            text += f" filter (where {self.condition(0)})"
        return ("int" if name.startswith("count") else kind), text

    def make_aggregate(self):
        tables = self.joined() if self.chance(40) else self.add_table()
        keys = [(kind, self.value(kind, 1)) for kind in
                self.rng.sample(["int", "text", "int"], self.one(0, 1, 1, 2))]
        keys = [key for key in keys if "." in key[1]]
        results = [self.aggregate() for _ in range(self.rng.randint(1, 3))]
        text = ", ".join(value for _, value in keys + results)
        text = f"select {text} from {tables}"
        text += f" where {self.condition(1)}" if self.chance(50) else ""
        text += f" group by {', '.join(str(i + 1) for i in range(len(keys)))}" if keys else ""
        if self.chance(30):
            kind, value = self.aggregate()
            text += f" having {value} {self.rng.choice(COMPARISONS)} {self.constant(kind)}"
        return [kind for kind, _ in keys + results], text

    def make_subquery(self):
        tables = self.joined(2) if self.chance(30) else self.add_table()
        kinds, chosen = self.select_list()
        return kinds, f"select {chosen} from {tables} where " + \
            f"{self.subquery_condition()} {self.one('and', 'or')} {self.condition(1)}"

    def make_set(self):
        kinds = [self.one("int", "text", "real") for _ in range(self.rng.randint(1, 3))]
        parts = []
        for _ in range(self.rng.randint(2, 4)):
            self.scope = []
            table = self.add_table()
            chosen = ", ".join(self.column(kind) for kind in kinds)
            parts.append(f"select {chosen} from {table} where {self.condition(1)}")
        text = parts[0]
        for part in parts[1:]:
            text += f" {self.one('union', 'intersect', 'except')} {self.one('', 'all ')}{part}"
        return kinds, text

    def make_window(self):
        table = self.add_table()
        names = [text for text, _ in self.scope]
        kinds, chosen = ["int"], [self.column("int")]
        for _ in range(self.rng.randint(1, 2)):
            kind, text = self.window(names)
            kinds.append(kind)
            chosen.append(text)
        return kinds, f"select {', '.join(chosen)} from {table} where {self.condition(1)}"

    def window(self, names):
        partition = self.one("", f"partition by {self.rng.choice(names)} ")
        # Rows that are alike in all columns give the same, whichever comes first.
        order = ", ".join(f"{name}{self.one('', '', ' desc', ' nulls first')}"
                          for name in self.rng.sample(names, len(names)))
        bound = lambda word: self.one(f"1 {word}", f"3 {word}", f"unbounded {word}")  # noqa: E731
        frame = self.one("", "", f" rows between {bound('preceding')} and {bound('following')}",
                         f" rows between {bound('preceding')} and current row",
                         f" rows between current row and {bound('following')}",
                         f" range between unbounded preceding and current row",
                         f" groups between 1 preceding and 1 following")
        over = f"over ({partition}order by {order}"
        value = self.value("int", 1)
        return self.one(
            ("int", f"{self.one('rank', 'dense_rank', 'row_number')}() {over})"),
            ("int", f"{self.one('sum', 'min', 'max', 'count')}({value}) {over}{frame})"),
            ("int", f"{self.one('first_value', 'last_value')}({value}) {over}{frame})"),
            ("int", f"{self.one('lag', 'lead')}({value}, {self.one('1', '2')}) {over})"),
            ("int", f"sum({value}) over ({partition.strip()})"))


def rows(rng, columns, count):
    """Small values, so that they meet, and nulls."""
    def value(kind):
        if rng.randrange(8) == 0:
            return "null"
        if kind == "text":
            return "'" + rng.choice(TEXTS) + "'"
        return str(rng.randint(-2, 8) if kind == "int" else rng.randint(-4, 9) / 2)
    return ["(" + ", ".join(value(kind) for kind in columns.values()) + ")" for _ in range(count)]


def main():
    kinds = ["classic", "expression", "join", "aggregate", "subquery", "set", "window"]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=kinds)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=200)
    options = parser.parse_args()
    rng = random.Random(f"{options.kind} {options.seed}")
    classic = options.kind == "classic"
    print(f"# random_queries.py {options.kind} --seed {options.seed} --count {options.count}\n")
    print("hash-threshold 60\n")
    types = CLASSIC_TYPES if classic else SQL_TYPES
    for table, columns in TABLES.items():
        declared = ", ".join(f"{name} {types[kind]}" for name, kind in columns.items())
        print(f"statement ok\ncreate table {table} ({declared})\n")
        count = rng.randint(10, 24)
        values = ",\n  ".join(rows(rng, columns, count))
        print(f"statement count {count}\ninsert into {table} values\n  {values}\n")
    for _ in range(options.count):
        query = Query(rng, classic, options.kind == "subquery")
        result, text = getattr(query, "make_" + options.kind)()
        forms = "".join(FORMS[kind] for kind in result)
        print(f"query {forms} rowsort\n{text}\n----\n")


if __name__ == "__main__":
    main()
