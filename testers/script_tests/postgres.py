"""A PostgreSQL server in a temporary folder, to compare answers and times with."""

import glob
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile

USER = "postgres"


class Missing(Exception):
    """PostgreSQL is not installed."""


class Server:
    """`with Server() as server: server.run("select 1")`.  Text is compared bytewise;
    as root the server runs as the user postgres."""

    def __init__(self, settings=()):
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
        if not found:
            raise Missing("PostgreSQL is not installed")
        self.bin = pathlib.Path(found[-1])
        self.settings = settings
        self.folder = tempfile.mkdtemp(prefix="redbase-postgres-")
        self.owner = pwd.getpwnam(USER) if os.getuid() == 0 else None
        if self.owner:
            os.chown(self.folder, self.owner.pw_uid, self.owner.pw_gid)

    def call(self, program, *arguments, **options):
        """Runs a program of PostgreSQL; its result as subprocess.run gives it."""
        if self.owner:
            options.update(user=self.owner.pw_uid, group=self.owner.pw_gid, extra_groups=[])
        return subprocess.run([self.bin / program, *arguments], cwd=self.folder, text=True,
                              check=options.pop("check", True), **options)

    def __enter__(self):
        quiet = {"stdout": subprocess.DEVNULL}
        self.call("initdb", "-D", "data", "-A", "trust", "-E", "UTF8", "--lc-collate=C",
                  "--lc-ctype=C.UTF-8", "--no-sync", **quiet)
        settings = [f"-c listen_addresses='' -c unix_socket_directories={self.folder} -c fsync=off"]
        settings += [f"-c {setting}" for setting in self.settings]
        self.call("pg_ctl", "-D", "data", "-w", "-l", "server.log", "-o", " ".join(settings),
                  "start", **quiet)
        return self

    def __exit__(self, *_):
        self.call("pg_ctl", "-D", "data", "-m", "immediate", "stop", check=False,
                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        shutil.rmtree(self.folder)

    def run(self, script, *arguments, database="postgres", **options):
        """Gives a script to psql; what it prints, without headings."""
        done = self.call("psql", "-qAtX", "-h", self.folder, "-d", database,
                         *arguments, input=script, stdout=subprocess.PIPE, **options)
        return done.stdout
