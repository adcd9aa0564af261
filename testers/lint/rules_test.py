#!/usr/bin/env python3
"""Tests of rules.py: every rule finds what it is for, and leaves good code alone."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import rules  # noqa: E402


def found(name, *lines):
    """The messages for a file of these lines."""
    return [finding.split(": ", 1)[1] for finding in rules.check_source(name, "\n".join(lines))]


class Layers(unittest.TestCase):
    def test_a_higher_layer_is_found(self):
        self.assertEqual(
            found("src/pf/x.cc", '#include "rm/record_file.h"'), ["pf must not include rm (layers)"]
        )

    def test_siblings_do_not_know_each_other(self):
        self.assertTrue(found("src/rm/x.cc", '#include "ix/b_plus_tree.h"'))
        self.assertTrue(found("src/ix/x.cc", '#include "rm/record_file.h"'))

    def test_pages_end_below_sm(self):
        for component in ("sm", "ql", "ex", "db"):
            self.assertTrue(found(f"src/{component}/x.cc", '#include "pf/buffer_pool.h"'))

    def test_lower_layers_may_be_included(self):
        self.assertEqual(found("src/rm/x.cc", '#include "pf/page.h"', '#include "rm/y.h"'), [])
        self.assertEqual(found("parser/ast.cc", '#include "common/value.h"'), [])

    def test_the_parser_knows_nothing_else(self):
        self.assertTrue(found("parser/ast.cc", '#include "sm/catalog.h"'))

    def test_tests_may_set_up_what_lies_below(self):
        self.assertEqual(found("tests/sm/x_test.cc", '#include "pf/buffer_pool.h"'), [])
        self.assertTrue(found("tests/pf/x_test.cc", '#include "rm/record_file.h"'))

    def test_internal_headers_are_private(self):
        line = '#include "pf/internal/frame.h"'
        self.assertEqual(found("src/pf/x.cc", line), [])
        self.assertEqual(found("tests/pf/x_test.cc", line), [])
        self.assertEqual(found("src/rm/x.cc", line), ['"pf/internal/frame.h" is internal to pf'])

    def test_paths_start_at_the_component(self):
        self.assertTrue(found("src/pf/x.cc", '#include "../common/status.h"'))

    def test_a_reason_lets_a_line_pass(self):
        self.assertEqual(
            found("src/pf/x.cc", '#include "rm/y.h"  // NOLINT(layers): shows that it works'), []
        )


class Words(unittest.TestCase):
    def test_threads_stay_in_common(self):
        self.assertTrue(found("src/pf/x.cc", "std::mutex mutex_;"))
        self.assertTrue(found("tests/pf/x_test.cc", "std::thread other(f);"))
        self.assertTrue(found("src/ql/x.cc", "usleep(10);"))
        self.assertEqual(found("src/common/sync.h", "#pragma once", "std::mutex mutex_;"), [])

    def test_clocks_stay_in_common(self):
        self.assertTrue(found("src/tx/x.cc", "auto t = std::chrono::steady_clock::now();"))

    def test_seeds_come_from_env_but_in_tests(self):
        self.assertTrue(found("src/ql/x.cc", "std::random_device seed;"))
        self.assertEqual(found("tests/ql/x_test.cc", "std::random_device seed;"), [])

    def test_files_stay_in_common(self):
        self.assertTrue(found("src/sm/x.cc", "std::ifstream in(path);"))
        self.assertEqual(found("tests/sm/x_test.cc", "std::ifstream in(path);"), [])

    def test_nothing_is_allocated_by_hand(self):
        self.assertTrue(found("src/ix/x.cc", "auto* p = new Node();"))
        self.assertTrue(found("src/ix/x.cc", "delete[] p;"))
        self.assertEqual(found("src/ix/x.cc", "Node(const Node&) = delete;"), [])
        self.assertEqual(found("src/ix/x.cc", "Node* new_node = nullptr; free_pages();"), [])

    def test_nothing_is_thrown(self):
        self.assertTrue(found("src/ix/x.cc", "throw 1;"))

    def test_using_namespace_is_found_everywhere(self):
        self.assertTrue(found("testers/bench/x.cc", "using namespace redbase;"))

    def test_comments_and_strings_are_not_code(self):
        good = [
            "// a new page; std::mutex",
            "/* throw",
            " std::thread */",
            'f("std::mutex new X", \'"\', "using namespace");',
            'const char* s = R"(throw new X)";',
            "int n = 1'000'000;",
        ]
        self.assertEqual(found("src/ix/x.cc", *good), [])

    def test_lines_keep_their_numbers(self):
        text = "/* a\n b */\nthrow 1;"
        self.assertEqual(rules.check_source("src/ix/x.cc", text)[0].split(":")[1], "3")


class Names(unittest.TestCase):
    def test_file_names_are_snake_case(self):
        self.assertTrue(rules.check_name("src/pf/BufferPool.cc"))
        self.assertEqual(rules.check_name("src/pf/buffer_pool.cc"), [])
        self.assertEqual(rules.check_name("tests/ex_test.distributed.1"), [])
        self.assertEqual(rules.check_name("docs/PF.md"), [])


if __name__ == "__main__":
    unittest.main(verbosity=0)
