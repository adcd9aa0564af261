"""Checks that compile: layout, thread safety, lone headers, clang-tidy."""

import concurrent.futures
import os
import pathlib
import re
import subprocess

GEN = os.environ.get("GEN", "build/release/gen")
FLAGS = ["-std=c++20", "-I.", "-Isrc", f"-I{GEN}", "-Wall", "-Wextra", "-Wshadow"]
CLANG = ["clang++-14", "-fsyntax-only", *FLAGS, "-Werror"]
DIAGNOSTIC = re.compile(r"^\S+?:\d+:\d+: (warning|error|fatal error): .*", re.M)


def run(command, text=None):
    """The diagnostics of a command; its whole output when it fails without any."""
    done = subprocess.run(
        command, input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    found = [match[0] for match in DIAGNOSTIC.finditer(done.stdout)]
    if not found and done.returncode != 0:
        found = [f"{' '.join(command)}: {done.stdout.strip()}"]
    return found


def run_all(jobs):
    """The diagnostics of all (command, text) jobs, each once, in order."""
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        results = pool.map(lambda job: run(*job), jobs)
    root = f"{os.getcwd()}/"
    lines = [line.removeprefix(root) for found in results for line in found]
    return list(dict.fromkeys(lines))


def units_of(names):
    """The files to compile for these: a header stands behind its source file."""
    units = []
    for name in names:
        source = pathlib.Path(name).with_suffix(".cc")
        units.append(str(source) if source.exists() else name)
    return list(dict.fromkeys(units))


def chunks(names, size):
    return [names[i : i + size] for i in range(0, len(names), size)]


def check_format(names):
    command = ["clang-format-14", "--dry-run", "-Werror"]
    return run_all([(command + part, None) for part in chunks(names, 20)])


def check_threads(names):
    units = units_of([name for name in names if name.startswith(("src/", "parser/"))])
    command = [*CLANG, "-Wthread-safety", "-x", "c++", "-Wno-pragma-once-outside-header"]
    return run_all([([*command, unit], None) for unit in units])


def check_headers(names):
    headers = [name for name in names if name.endswith(".h")]
    return run_all([([*CLANG, "-x", "c++", "-"], f'#include "{name}"\n') for name in headers])


def check_tidy(names):
    jobs = []
    for unit in units_of(names):
        command = ["clang-tidy-14", "--quiet", unit, "--", "-x", "c++", *FLAGS]
        jobs.append(([*command, "-Wno-pragma-once-outside-header"], None))
    return run_all(jobs)
