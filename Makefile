# RedBase.  `make help` lists the targets.
#
#   make [TARGET] [MODE=release|debug|asan|tsan] [BUILD=folder]
#
# Everything that is built lies in $(BUILD)/$(MODE); plain `make` also puts the
# programs into bin/.

SHELL := /bin/bash -o pipefail
MAKEFLAGS += --no-builtin-rules
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell nproc)
endif
.DELETE_ON_ERROR:
.SUFFIXES:

BUILD ?= build
MODE ?= release
CXX := g++
# ccache, where there is one.
CACHE := $(notdir $(shell command -v ccache))
OUT := $(BUILD)/$(MODE)
GEN := $(OUT)/gen

# ---- Components and what each is linked with, the highest first.

COMPONENTS := common parser pf tx rm ix sm ql ex db server main
BELOW_common :=
BELOW_parser := common
BELOW_pf := common
BELOW_tx := pf common
BELOW_rm := tx pf common
BELOW_ix := tx pf common
BELOW_sm := ix rm tx pf parser common
BELOW_ql := sm $(BELOW_sm)
BELOW_ex := ql $(BELOW_ql)
BELOW_db := ex $(BELOW_ex)
BELOW_server := db $(BELOW_db)
BELOW_main := server $(BELOW_server)

# `redbase-check` is made from redbase_check.cc.
PROGRAMS := $(filter $(subst _,-,$(basename $(notdir $(wildcard src/main/*.cc)))),\
  redbase dbcreate dbdestroy dbrestore redbase-check redbased)
PROGRAM_SOURCES := $(foreach p,$(PROGRAMS),src/main/$(subst -,_,$(p)).cc)

# ---- Flags.

MODES := release debug asan tsan
ifeq ($(filter $(MODE),$(MODES)),)
$(error MODE=$(MODE) is none of: $(MODES))
endif
# Lines for traces, but no variables: a fifth less to compile.
MODE_release := -O2 -g1 -DNDEBUG
MODE_debug := -O1 -g
MODE_asan := -O1 -g1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
MODE_tsan := -O1 -g1 -fsanitize=thread -fno-omit-frame-pointer -DREDBASE_TSAN=1

WARNINGS := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror
INCLUDES := -I. -Isrc -I$(GEN)
CXXFLAGS := -std=c++20 -pthread $(MODE_$(MODE)) $(EXTRA_CXXFLAGS)
LDFLAGS := -pthread -Wl,--as-needed $(filter -fsanitize%,$(MODE_$(MODE))) $(EXTRA_LDFLAGS)
LIBS := -lspdlog -lfmt -lisal -lhwy -ledit
TEST_LIBS := -lgmock -lgtest -lsqlite3
BENCH_LIBS := -lbenchmark_main -lbenchmark -lsqlite3

export ASAN_OPTIONS ?= detect_stack_use_after_return=1:check_initialization_order=1
export UBSAN_OPTIONS ?= print_stacktrace=1
export TSAN_OPTIONS ?= second_deadlock_stack=1:halt_on_error=1

.PHONY: all
all: programs ## Build the programs, optimized, into bin/ (the default)

# Objects are rebuilt when the flags change.
FLAGS_STAMP := $(OUT)/flags
FLAGS_NOW := $(CXX) $(CXXFLAGS) $(WARNINGS) $(INCLUDES) $(LDFLAGS) $(LIBS)
ifneq ($(filter-out clean help deps format,$(or $(MAKECMDGOALS),all)),)
ifneq ($(file <$(FLAGS_STAMP)),$(FLAGS_NOW))
$(shell mkdir -p $(OUT))
$(file >$(FLAGS_STAMP),$(FLAGS_NOW))
endif
endif
$(FLAGS_STAMP): ;

# ---- Compiling.

$(OUT)/obj/%.o: %.cc $(FLAGS_STAMP)
	@mkdir -p $(@D)
	@echo "  CXX   $<"
	@$(CACHE) $(CXX) $(CXXFLAGS) $(WARNINGS) $(INCLUDES) -MMD -MP -c $< -o $@

# The generated scanner and parser are exempt from our warnings.
$(OUT)/obj/gen/%.o: $(GEN)/%.cc $(FLAGS_STAMP)
	@mkdir -p $(@D)
	@echo "  CXX   $<"
	@$(CACHE) $(CXX) $(CXXFLAGS) $(INCLUDES) -I$(GEN)/parser -MMD -MP -c $< -o $@

$(GEN)/parser/parse.cc: parser/parse.y
	@mkdir -p $(@D)
	@echo "  BISON $<"
	@bison -Wall -Werror --header=$(GEN)/parser/parse.h -o $@ $<

$(GEN)/parser/scan.cc: parser/scan.l
	@mkdir -p $(@D)
	@echo "  FLEX  $<"
	@flex --header-file=$(GEN)/parser/scan.h -o $@ $<

$(GEN)/parser/parse.h: $(GEN)/parser/parse.cc ;
$(GEN)/parser/scan.h: $(GEN)/parser/scan.cc ;

PARSER_GENERATED := $(patsubst parser/%.y,$(GEN)/parser/%.cc,$(wildcard parser/parse.y)) \
  $(patsubst parser/%.l,$(GEN)/parser/%.cc,$(wildcard parser/scan.l))

.PHONY: generated
generated: $(PARSER_GENERATED)

# ---- Libraries: one per component.

sources_of = $(filter-out $(PROGRAM_SOURCES),$(wildcard src/$(1)/*.cc src/$(1)/internal/*.cc src/$(1)/internal/*/*.cc))
objects_of = $(patsubst %.cc,$(OUT)/obj/%.o,$(1))
archive_of = $(OUT)/lib/lib$(1).a

OBJECTS_parser := $(call objects_of,$(wildcard parser/*.cc parser/internal/*.cc)) \
  $(PARSER_GENERATED:$(GEN)/%.cc=$(OUT)/obj/gen/%.o)
$(foreach c,$(filter-out parser,$(COMPONENTS)),\
  $(eval OBJECTS_$(c) := $(call objects_of,$(call sources_of,$(c)))))

$(OBJECTS_parser) $(call objects_of,$(wildcard tests/parser/*.cc)): | $(PARSER_GENERATED)

# The recipe names no prerequisite that is not an object, so a component without
# sources is an empty library.
define library_rules
.PHONY: lib-$(1)
lib-$(1): $(call archive_of,$(1))
$(call archive_of,$(1)): $(OBJECTS_$(1))
	@mkdir -p $$(@D)
	@rm -f $$@
	@ar crs $$@ $$^
endef
$(foreach c,$(COMPONENTS),$(eval $(call library_rules,$(c))))
ALL_ARCHIVES := $(foreach c,main $(BELOW_main),$(call archive_of,$(c)))

# ---- Programs.

BIN := $(OUT)/bin
$(foreach p,$(PROGRAMS),$(eval $(BIN)/$(p): $(OUT)/obj/src/main/$(subst -,_,$(p)).o))
$(PROGRAMS:%=$(BIN)/%): $(ALL_ARCHIVES)
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	@$(CXX) $(LDFLAGS) -o $@ $(filter %.o,$^) $(ALL_ARCHIVES) $(LIBS)

GENERATE_OBJECTS := $(call objects_of,$(wildcard testers/generate/*.cc))
GENERATE := $(if $(GENERATE_OBJECTS),$(BIN)/generate)
$(BIN)/generate: $(GENERATE_OBJECTS) $(call archive_of,common)
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	@$(CXX) $(LDFLAGS) -o $@ $^ $(LIBS)

# A program with a database in it, as README.md shows it.
EXAMPLE := $(BIN)/example
$(EXAMPLE): $(OUT)/obj/testers/example/example.o $(ALL_ARCHIVES)
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	@$(CXX) $(LDFLAGS) -o $@ $^ $(LIBS)

# Runs logic tests, the files of tests/slt.
SLT := $(BIN)/slt
$(SLT): $(call objects_of,$(wildcard testers/slt/*.cc)) $(ALL_ARCHIVES)
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	@$(CXX) $(LDFLAGS) -o $@ $^ $(LIBS)

# Runs the queries of testers/tpch and testers/ssb.
RUN_SQL := $(BIN)/run_sql
$(RUN_SQL): $(OUT)/obj/testers/tpch/run_sql.o $(ALL_ARCHIVES)
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	@$(CXX) $(LDFLAGS) -o $@ $^ $(LIBS)

# bin/ belongs to the plain build; other folders and modes keep to themselves.
INSTALLED := $(if $(filter build/release,$(OUT)),$(PROGRAMS:%=bin/%) bin/example)
$(INSTALLED): bin/%: $(BIN)/%
	@mkdir -p $(@D)
	@cp --remove-destination $< $@

.PHONY: programs generate slt
programs: $(PROGRAMS:%=$(BIN)/%) $(EXAMPLE) $(INSTALLED) $(GENERATE)

generate: $(GENERATE) ## Build the generator of large load files
slt: $(SLT) ## Build the runner of logic tests

# ---- Tests.

LOGS := $(OUT)/logs
SUPPORT_OBJECTS := $(call objects_of,$(wildcard tests/support/*.cc))
TESTED := $(foreach c,$(COMPONENTS),$(if $(wildcard tests/$(c)/*.cc),$(c)))
# Seconds that one component's tests may take.
TEST_TIMEOUT_release := 300
TEST_TIMEOUT_debug := 300
TEST_TIMEOUT_asan := 900
TEST_TIMEOUT_tsan := 1500
TEST_TIMEOUT ?= $(TEST_TIMEOUT_$(MODE))
GTEST_ARGS ?=

# The thread sanitizer needs its own address range, which a randomized layout may hit.
RUN_tsan := $(if $(shell setarch -R true 2>/dev/null && echo yes),setarch -R)
RUN := timeout --kill-after=10
EMULATE := $(RUN_$(MODE))

define test_rules
.PHONY: test-$(1) test-build-$(1)
test-build-$(1): $(if $(filter $(1),$(TESTED)),$(OUT)/tests/$(1)_test)
$(OUT)/tests/$(1)_test: $(call objects_of,$(wildcard tests/$(1)/*.cc)) $(SUPPORT_OBJECTS) \
  $(foreach l,$(1) $(BELOW_$(1)),$(call archive_of,$(l)))
	@mkdir -p $$(@D)
	@echo "  LINK  $$@"
	@$$(CXX) $$(LDFLAGS) -o $$@ $$^ $$(TEST_LIBS) $$(LIBS)
ifneq ($(filter $(1),$(TESTED)),)
test-$(1): $(OUT)/tests/$(1)_test
	@testers/run_suite $(LOGS) $(1) $(TEST_TIMEOUT) $(EMULATE) $(OUT)/tests/$(1)_test $(GTEST_ARGS)
else
test-$(1):
	@echo "no tests in tests/$(1)"
endif
endef
$(foreach c,$(COMPONENTS),$(eval $(call test_rules,$(c))))

.PHONY: test tests-build
tests-build: $(TESTED:%=test-build-%)
test: $(TESTED:%=test-%) ## Build and run all unit tests; test-COMPONENT for one; GTEST_ARGS=...

# ---- Testers: scripts that run the programs.

TESTERS := $(notdir $(wildcard testers/*.tester))
TESTER_TIMEOUT ?= $(if $(filter release,$(MODE)),300,900)
.PHONY: testers $(TESTERS:%=run-%)
$(TESTERS:%=run-%): run-%: programs $(GENERATE) $(SLT)
	@REDBASE_BIN=$(abspath $(BIN)) testers/run_tester $(LOGS) $* $(TESTER_TIMEOUT)
testers: $(TESTERS:%=run-%) ## Run all testers/*.tester scripts; run-NAME.tester for one

# ---- Benchmarks.

BENCHES := $(basename $(notdir $(wildcard testers/bench/*.cc)))
BENCH_SUPPORT := $(call objects_of,$(wildcard testers/bench/support/*.cc))
BENCH_ARGS ?=
$(BENCHES:%=$(OUT)/bench/%): $(OUT)/bench/%: $(OUT)/obj/testers/bench/%.o $(BENCH_SUPPORT) \
  $(ALL_ARCHIVES)
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	@$(CXX) $(LDFLAGS) -o $@ $^ $(BENCH_LIBS) $(LIBS)

.PHONY: bench bench-build $(BENCHES:%=bench-%)
bench-build: $(BENCHES:%=$(OUT)/bench/%) $(GENERATE) programs
$(BENCHES:%=bench-%): bench-%: bench-build
	@REDBASE_BIN=$(abspath $(BIN)) $(OUT)/bench/$* $(BENCH_ARGS)
bench: bench-build ## Build and run all benchmarks; bench-NAME for one; BENCH_ARGS=...
	@for b in $(BENCHES:%=$(OUT)/bench/%); do \
	  REDBASE_BIN=$(abspath $(BIN)) $$b $(BENCH_ARGS) || exit 1; \
	done

# PostgreSQL is not among the packages that are installed for this.
COMPARE_ARGS ?=
.PHONY: compare
compare: programs $(GENERATE) $(RUN_SQL) ## Queries of TPC-H and SSB beside PostgreSQL; COMPARE_ARGS=...
	@REDBASE_BIN=$(abspath $(BIN)) testers/tpch/compare $(COMPARE_ARGS)

# ---- Checks.

LINT := GEN=$(GEN) testers/lint
.PHONY: lint lint-all format iwyu
lint: generated ## Check what changed: format, clang-tidy, thread safety, layers, lone headers
	@$(LINT)/lint

lint-all: generated ## Check every file in the same ways
	@$(LINT)/lint --all

format: ## Lay out all sources with clang-format
	@git ls-files -co --exclude-standard '*.cc' '*.h' | xargs -r clang-format-14 -i

iwyu: generated ## Check includes with include-what-you-use, where installed
	@$(LINT)/iwyu

# The stages run one after another; a stage that fails does not hide the next.
.PHONY: check check-san check-long
check: ## Install, build, lint and run every test (at most 15 minutes)
	@$(MAKE) --no-print-directory deps
	@rm -rf $(LOGS)
	@$(MAKE) --no-print-directory all tests-build
	@status=0; \
	for stage in lint test testers; do \
	  $(MAKE) --no-print-directory --keep-going $$stage || status=1; \
	done; \
	testers/summary $(LOGS) || status=1; exit $$status

SAN_SUITES ?= $(TESTED)
# The components with threads of their own or for others.
TSAN_SUITES ?= $(filter common pf tx rm ix sm ql ex db,$(TESTED))
check-san: ## Run tests under the address, undefined-behaviour and thread sanitizers
	@rm -rf $(BUILD)/asan/logs $(BUILD)/tsan/logs
	@status=0; \
	$(MAKE) --no-print-directory --keep-going MODE=asan $(SAN_SUITES:%=test-%) || status=1; \
	$(MAKE) --no-print-directory --keep-going MODE=asan testers || status=1; \
	$(MAKE) --no-print-directory --keep-going MODE=tsan $(TSAN_SUITES:%=test-%) || status=1; \
	testers/summary $(BUILD)/asan/logs $(BUILD)/tsan/logs || status=1; exit $$status

LONG_ROUNDS ?= 20
# How often the shell is killed.
LONG_KILLS ?= 200
check-long: tests-build programs ## Run the random tests, and kill the shell, many times over
	@status=0; \
	REDBASE_LONG=1 $(MAKE) --no-print-directory --keep-going test TEST_TIMEOUT=3600 \
	  GTEST_ARGS='--gtest_filter=*Random* --gtest_repeat=$(LONG_ROUNDS)' || status=1; \
	REDBASE_HISTORY=100000 REDBASE_CRASH_POINTS=20000 $(MAKE) --no-print-directory test-db \
	  TEST_TIMEOUT=3600 GTEST_ARGS='--gtest_filter=*HistoryRun*:*WritersCrash*' || status=1; \
	REDBASE_KILLS=$(LONG_KILLS) $(MAKE) --no-print-directory run-kill.tester \
	  TESTER_TIMEOUT=3600 || status=1; \
	exit $$status

# ---- The rest.

.PHONY: demo deps clean help
demo: deps ## Install, build, and show a distributed database from creation to end
	@$(MAKE) --no-print-directory all
	@REDBASE_BIN=$(abspath $(BIN)) testers/demo.sh

deps: ## Install the packages that are missing
	@testers/deps/deps --install

clean: ## Remove everything that was built
	@rm -rf $(BUILD) bin

help: ## List the targets
	@echo 'make TARGET [MODE=release|debug|asan|tsan] [BUILD=folder]'
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/\1\t\2/p' $(MAKEFILE_LIST) | \
	  while IFS=$$'\t' read -r name text; do printf '  %-12s %s\n' "$$name" "$$text"; done

# One clear line instead of a compiler's complaint about a header.
ifneq ($(filter-out clean help deps format check demo,$(or $(MAKECMDGOALS),all)),)
ifeq ($(MAKELEVEL),0)
MISSING := $(shell testers/deps/deps --missing-for-build)
ifneq ($(MISSING),)
$(error not installed: $(MISSING). `make deps` installs: $(MISSING))
endif
endif
endif

-include $(shell find $(OUT)/obj -name '*.d' 2>/dev/null)
