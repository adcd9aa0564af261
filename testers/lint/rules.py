"""Rules that need no compiler: they look at names, includes and words.

A finding is a string `file:line: what`.  A line that breaks a rule on purpose
says `NOLINT(rule)` with the reason behind it.
"""

import pathlib
import re

# What a component may include besides itself.
ALLOWED = {
    "common": "",
    "parser": "common",
    "pf": "common",
    "tx": "common pf",
    "rm": "common pf tx",
    "ix": "common pf tx",
    "sm": "common parser tx rm ix",
    "ql": "common parser tx rm ix sm",
    "ex": "common parser tx rm ix sm ql",
    "db": "common parser tx rm ix sm ql ex",
    "server": "common db",
    "main": "common parser pf tx rm ix sm ql ex db server",
}
# What a component stands on: its tests may set up any of it.
BELOW = {
    "common": "",
    "parser": "common",
    "pf": "common",
    "tx": "common pf",
    "rm": "common pf tx",
    "ix": "common pf tx",
    "sm": "common parser pf tx rm ix",
    "ql": "common parser pf tx rm ix sm",
    "ex": "common parser pf tx rm ix sm ql",
    "db": "common parser pf tx rm ix sm ql ex",
    "server": "common parser pf tx rm ix sm ql ex db",
    "main": "common parser pf tx rm ix sm ql ex db server",
}

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')

# rule -> (what is found, message); applied to code without comments and strings.
THREADS = re.compile(
    r"std::(thread|jthread|this_thread|async|future|promise|packaged_task|call_once|once_flag"
    r"|mutex|timed_mutex|recursive_mutex|shared_mutex|shared_timed_mutex|recursive_timed_mutex"
    r"|lock_guard|unique_lock|scoped_lock|shared_lock|condition_variable(_any)?"
    r"|counting_semaphore|binary_semaphore|latch|barrier)\b"
    r"|\bpthread_\w+|\b(u|nano)?sleep\s*\(|\bsleep_(for|until)\b"
)
CLOCKS = re.compile(
    r"\b(system|steady|high_resolution)_clock\b"
    r"|\b(gettimeofday|clock_gettime|std::time)\b"
)
RANDOMNESS = re.compile(r"\b(std::random_device|std::rand|srand|getrandom)\b")
FILES = re.compile(
    r"\bstd::(basic_)?[io]?fstream\b|\bstd::filesystem\b"
    r"|\b(fopen|mmap|pread|pwrite|fsync|fdatasync|ftruncate)\s*\("
)
MEMORY = re.compile(
    r"\bnew\s+(\(|[A-Za-z_:])|\bdelete\s*(\[\s*\]\s*)?[A-Za-z_*(]"
    r"|\b(malloc|calloc|realloc|free)\s*\("
)
WORDS = [
    ("threads", THREADS, "threads, locks and sleeping come from common/sync.h and Env"),
    ("clocks", CLOCKS, "clocks come from common::Env"),
    ("randomness", RANDOMNESS, "seeds come from common::Env"),
    ("files", FILES, "files come from common::Env"),
    ("memory", MEMORY, "unique_ptr or a container owns memory: no new, delete, malloc"),
    ("exceptions", re.compile(r"\bthrow\b"), "errors are a Status: nothing is thrown"),
    ("using-namespace", re.compile(r"\busing\s+namespace\b"), "no `using namespace`"),
]
TODO = re.compile(r"\b(TODO|FIXME|XXX)\b")
SNAKE_CASE = re.compile(r"[a-z0-9][a-z0-9_]*(\.[a-z0-9_]+)*")
CODE_FOLDERS = ("src", "parser", "tests", "testers")


def component_of(name):
    """(component, is a test) of a file; (None, False) outside the components."""
    parts = pathlib.PurePath(name).parts
    if parts[0] == "parser":
        return "parser", False
    if len(parts) > 2 and parts[0] in ("src", "tests") and parts[1] in ALLOWED:
        return parts[1], parts[0] == "tests"
    return None, False


def check_include(name, target):
    """What is wrong with `#include "target"` in file `name`, or None."""
    component, is_test = component_of(name)
    first = target.split("/")[0]
    if target.startswith(("src/", "..", "./")):
        return f'"{target}": include by component path'
    if first not in ALLOWED or component is None:
        return None
    if "/internal/" in target and first != component:
        return f'"{target}" is internal to {first}'
    may = (BELOW if is_test else ALLOWED)[component].split()
    if first != component and first not in may:
        return f"{component} must not include {first} (layers)"
    return None


def blank(match):
    """As many lines as the comment or literal had, without its text."""
    text = match[0]
    return text if text.startswith("#") else '""' if text[0] == '"' else "\n" * text.count("\n")


LITERALS = re.compile(
    r"#\s*include[^\n]*"
    r'|R"([^(\s]*)\(.*?\)\1"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'"
    r"|//[^\n]*|/\*.*?\*/",
    re.S,
)


def code_only(text):
    """The text without comments, strings and characters, line for line."""
    return LITERALS.sub(blank, text)


def applies(rule, name):
    """Whether a rule of WORDS holds in this file."""
    folder = name.split("/")[0]
    component, is_test = component_of(name)
    if rule == "using-namespace":
        return True
    if component is None:
        return False
    if rule in ("threads", "clocks"):
        return component != "common"
    if is_test:
        return False
    if rule == "randomness":
        return component != "common"
    if rule == "files":
        return component not in ("common", "main")
    return folder in ("src", "parser")


def check_source(name, text):
    """The findings in one C++ file."""
    raw = text.split("\n")
    code = code_only(text).split("\n")
    words = [entry for entry in WORDS if applies(entry[0], name)]
    findings = []
    for number, line in enumerate(raw, 1):
        include = INCLUDE.match(line)
        problem = check_include(name, include[1]) if include else None
        if problem and "NOLINT(layers)" not in line:
            findings.append(f"{name}:{number}: {problem}")
        if TODO.search(line):
            findings.append(f"{name}:{number}: an open end belongs into docs/")
    for number, line in enumerate(code, 1):
        for rule, pattern, message in words:
            if pattern.search(line) and f"NOLINT({rule})" not in raw[number - 1]:
                findings.append(f"{name}:{number}: {message} [{rule}]")
    if name.endswith(".h") and "#pragma once" not in raw and "#ifndef " not in text:
        findings.append(f"{name}:1: a header that may be included once only")
    return findings


def check_name(name):
    path = pathlib.PurePath(name)
    if path.parts[0] not in CODE_FOLDERS or path.name.startswith("."):
        return []
    if path.name == "README.md" or SNAKE_CASE.fullmatch(path.name):
        return []
    return [f"{name}:1: file names are snake_case"]


def check(names):
    findings = []
    for name in names:
        findings += check_name(name)
        if name.endswith((".cc", ".h")):
            findings += check_source(name, pathlib.Path(name).read_text(encoding="utf-8"))
    return findings
