/* The grammar of the statements.  Lists recurse on the left, so that the stack
   stays flat however long they are. */

%require "3.8"
%language "c++"
%skeleton "lalr1.cc"

%define api.namespace {redbase::parser::internal}
%define api.parser.class {GeneratedParser}
%define api.value.type variant
%define api.value.automove
%define api.token.constructor
%define api.token.prefix {TOKEN_}
%define api.location.type {redbase::parser::Position}
%define parse.error custom
%define parse.lac full
%locations

%code requires {
#include "parser/ast.h"
#include "parser/internal/parse_context.h"

using yyscan_t = void*;

#define YYLLOC_DEFAULT(Current, Rhs, N) \
  (Current) = (N) ? YYRHSLOC(Rhs, 1) : YYRHSLOC(Rhs, 0)
}

%param {redbase::parser::internal::ParseContext* state}
%param {yyscan_t scanner}

%code {
redbase::parser::internal::GeneratedParser::symbol_type RedbaseScanlex(
    redbase::parser::internal::ParseContext* state, yyscan_t scanner);

namespace redbase::parser::internal {
namespace {

GeneratedParser::symbol_type yylex(ParseContext* state, yyscan_t scanner) {
  return RedbaseScanlex(state, scanner);
}

}  // namespace
}  // namespace redbase::parser::internal
}

/* Words that are never names. */
%token
  CREATE "create" DROP "drop" TABLE "table" INDEX "index" LOAD "load" SET "set" HELP "help"
  PRINT "print" EXIT "exit" SELECT "select" FROM "from" WHERE "where" INSERT "insert"
  DELETE "delete" UPDATE "update" AND "and" INTO "into" VALUES "values"
  DISTRIBUTE "distribute" RESET "reset" IO "io" RESIZE "resize" BUFFER "buffer"
  QUERYPLANS "queryplans" ON "on" OFF "off"
  LPAREN "(" RPAREN ")" COMMA "," DOT "." STAR "*" SEMICOLON ";" EQUAL "="

%token END 0 "end of input"

/* Words that are names, too, where the grammar leaves no doubt. */
%token <std::string_view>
  PAGE "page" TREE "tree" PARTITIONS "partitions" UNIQUE "unique" NULLWORD "null" IS "is" NOT "not"
  OR "or" BETWEEN "between" LIKE "like" ILIKE "ilike" ESCAPE "escape"
  BEGINWORD "begin" START "start" TRANSACTION "transaction" WORK "work" ISOLATION "isolation"
  LEVEL "level" READ "read" UNCOMMITTED "uncommitted" COMMITTED "committed"
  REPEATABLE "repeatable" SNAPSHOT "snapshot" SERIALIZABLE "serializable" ONLY "only"
  WRITE "write" COMMIT "commit" ENDWORD "end" ROLLBACK "rollback" ABORT "abort" TO "to"
  SAVEPOINT "savepoint" RELEASE "release" CHECKPOINT "checkpoint" BACKUP "backup"
  FOR "for" NO "no" KEY "key" SHARE "share" OF "of" NOWAIT "nowait" SKIP "skip" LOCKED "locked"
  LOCK "lock" IN "in" MODE "mode" ACCESS "access" ROW "row" EXCLUSIVE "exclusive"

%token <std::string_view> NAME "a name"
%token <Box<Literal>> INTEGER "an integer" REAL "a real number" STRING "a string"
  PARAMETER "a parameter"
%token <ComparisonOp> COMPARE "a comparison"

/* Values are small, for the stack moves them often: names are views into the
   scanner's text, and nodes are boxed.  Only lists are held as they are. */
%nterm <Box<Statement>> statement create_table create_index print select insert transaction
%nterm <std::string_view> name word word_but_not
%nterm <std::vector<Identifier>> names of
%nterm <RowLockStrength> lock_strength
%nterm <TableLockMode> table_lock table_lock_mode
%nterm <bool> nowait
%nterm <LockedRows> locked_rows
%nterm <std::vector<RowLocking>> locking
%nterm <Box<ColumnDefinition>> column_definition
%nterm <std::vector<ColumnDefinition>> column_definitions
%nterm <Box<Distribute>> distribute
%nterm <Box<Literal>> constant literal value setting
%nterm <std::vector<Literal>> literals values
%nterm <std::vector<std::vector<Literal>>> rows
%nterm <Box<ColumnRef>> column plain_column left_column
%nterm <std::vector<ColumnRef>> columns
%nterm <Box<Expr>> operand left condition conjunction negation predicate
%nterm <std::vector<Expr>> where operands
%nterm <LikeWord> like
%nterm <TransactionModes> modes mode_list mode
%nterm <IsolationLevel> level
%nterm <ComparisonOp> comparison_op
%nterm <Box<Assignment>> assignment
%nterm <std::vector<Assignment>> assignments

%start input

%%

input:
  statement ";"                 { state->Finish(Open($1)); }
;

statement:
  %empty                        { $$ = Boxed(Empty{}); }
| create_table
| create_index
| print
| select
| insert
| transaction
| "lock" table names table_lock nowait
                                { $$ = Boxed(LockTable{$3, $4, $5}); }
| "drop" "table" name           { $$ = Boxed(DropTable{Named($3, @3)}); }
| "drop" "index" name "(" names ")"
                                { $$ = Boxed(DropIndex{Named($3, @3), $5}); }
| "load" name "(" STRING ")"    { $$ = Boxed(Load{Named($2, @2), Open($4)}); }
| "set" name "=" setting        { $$ = Boxed(Set{Named($2, @2), Open($4)}); }
| "help"                        { $$ = Boxed(Help{}); }
| "help" name                   { $$ = Boxed(Help{Named($2, @2)}); }
| "delete" "from" name where    { $$ = Boxed(Delete{Named($3, @3), $4}); }
| "update" name "set" assignments where
                                { $$ = Boxed(Update{Named($2, @2), $4, $5}); }
| "queryplans" "on"             { $$ = Boxed(QueryPlans{true}); }
| "queryplans" "off"            { $$ = Boxed(QueryPlans{false}); }
| "reset" "io"                  { $$ = Boxed(ResetIo{}); }
| "reset" "buffer"              { $$ = Boxed(ResetBuffer{}); }
| "resize" "buffer" INTEGER     { $$ = Boxed(ResizeBuffer{IntegerOf($3), @3}); }
| "backup" STRING               { $$ = Boxed(Backup{Open($2)}); }
| "exit"                        { $$ = Boxed(Exit{}); }
;

/* What is on or off may be said without quotes. */
setting:
  STRING
| INTEGER                       { $$ = BoxOf(TextOf(Open($1))); }
| word                          { $$ = BoxOf(TextAt($1, @1)); }
| "on"                          { $$ = BoxOf(TextAt("on", @1)); }
| "off"                         { $$ = BoxOf(TextAt("off", @1)); }
;

transaction:
  "begin" block modes           { $$ = Boxed(Begin{$3}); }
| "start" "transaction" modes   { $$ = Boxed(Begin{$3}); }
| "commit" block                { $$ = Boxed(Commit{}); }
| "end" block                   { $$ = Boxed(Commit{}); }
| rollback block                { $$ = Boxed(Rollback{}); }
| "savepoint" name              { $$ = Boxed(Savepoint{Named($2, @2)}); }
| rollback block "to" name      { $$ = Boxed(RollbackTo{Named($4, @4)}); }
| rollback block "to" "savepoint" name
                                { $$ = Boxed(RollbackTo{Named($5, @5)}); }
| "release" name                { $$ = Boxed(Release{Named($2, @2)}); }
| "release" "savepoint" name    { $$ = Boxed(Release{Named($3, @3)}); }
| "checkpoint"                  { $$ = Boxed(Checkpoint{}); }
;

table: %empty | "table";

/* Without a mode: the strongest. */
table_lock:
  %empty                        { $$ = TableLockMode::kAccessExclusive; }
| "in" table_lock_mode "mode"   { $$ = $2; }
;

table_lock_mode:
  "access" "share"              { $$ = TableLockMode::kAccessShare; }
| "row" "share"                 { $$ = TableLockMode::kRowShare; }
| "row" "exclusive"             { $$ = TableLockMode::kRowExclusive; }
| "share" "update" "exclusive"  { $$ = TableLockMode::kShareUpdateExclusive; }
| "share"                       { $$ = TableLockMode::kShare; }
| "share" "row" "exclusive"     { $$ = TableLockMode::kShareRowExclusive; }
| "exclusive"                   { $$ = TableLockMode::kExclusive; }
| "access" "exclusive"          { $$ = TableLockMode::kAccessExclusive; }
;

nowait:
  %empty                        { $$ = false; }
| "nowait"                      { $$ = true; }
;

rollback: "rollback" | "abort";

block: %empty | "transaction" | "work";

modes:
  %empty                        { }
| mode_list
;

mode_list:
  mode
| mode_list mode                { $$ = Combined($1, $2); }
| mode_list "," mode            { $$ = Combined($1, $3); }
;

mode:
  "isolation" "level" level     { $$.isolation = $3; }
| "read" "only"                 { $$.read_only = true; }
| "read" "write"                { $$.read_only = false; }
;

level:
  "read" "uncommitted"          { $$ = IsolationLevel::kReadUncommitted; }
| "read" "committed"            { $$ = IsolationLevel::kReadCommitted; }
| "repeatable" "read"           { $$ = IsolationLevel::kRepeatableRead; }
| "snapshot"                    { $$ = IsolationLevel::kSnapshot; }
| "serializable"                { $$ = IsolationLevel::kSerializable; }
;

create_table:
  "create" "table" name "(" column_definitions ")"
                                { $$ = Boxed(CreateTable{Named($3, @3), $5, std::nullopt}); }
| "create" "table" name "(" column_definitions ")" distribute
                                { $$ = Boxed(CreateTable{Named($3, @3), $5, Open($7)}); }
;

column_definitions:
  column_definition             { $$ = ListOf($1); }
| column_definitions "," column_definition
                                { $$ = Append($1, $3); }
;

column_definition:
  name equals word              { $$ = MakeColumn(Named($1, @1), $3, std::nullopt, @3); }
| name equals word "(" INTEGER ")"
                                { $$ = MakeColumn(Named($1, @1), $3, IntegerOf($5), @3); }
;

// As the classic echo writes it, so that an echo can be run again.
equals: %empty | "=";

distribute:
  "distribute" name "(" literals ")"
                                { $$ = BoxOf(Distribute{Named($2, @2), $4}); }
;

create_index:
  "create" "index" name "(" names ")"
                                { $$ = Boxed(CreateIndex{Named($3, @3), $5, false}); }
| "create" "unique" "index" name "(" names ")"
                                { $$ = Boxed(CreateIndex{Named($4, @4), $6, true}); }
;

print:
  "print" name                  { $$ = MakePrint(Print::Target::kRelation, Named($2, @2)); }
| "print" "buffer"              { $$ = MakePrint(Print::Target::kBuffer, {}); }
| "print" "io"                  { $$ = MakePrint(Print::Target::kIo, {}); }
| "print" "page" name INTEGER   { $$ = Boxed(Print{Print::Target::kPage, Named($3, @3),
                                                   IntegerOf($4), @4, {}}); }
| "print" "tree" name "(" names ")"
                                { $$ = Boxed(Print{Print::Target::kTree, Named($3, @3),
                                                   0, {}, $5}); }
| "print" "partitions" name     { $$ = MakePrint(Print::Target::kPartitions, Named($3, @3)); }
;

select:
  "select" "*" "from" names where locking
                                { $$ = Boxed(Select{true, {}, $4, $5, $6}); }
| "select" columns "from" names where locking
                                { $$ = Boxed(Select{false, $2, $4, $5, $6}); }
;

locking:
  %empty                        { }
| locking "for" lock_strength of locked_rows
                                { $$ = $1; $$.push_back(RowLocking{$3, $4, $5}); }
;

lock_strength:
  "update"                      { $$ = RowLockStrength::kUpdate; }
| "no" "key" "update"           { $$ = RowLockStrength::kNoKeyUpdate; }
| "share"                       { $$ = RowLockStrength::kShare; }
| "key" "share"                 { $$ = RowLockStrength::kKeyShare; }
;

of:
  %empty                        { }
| "of" names                    { $$ = $2; }
;

locked_rows:
  %empty                        { $$ = LockedRows::kWait; }
| "nowait"                      { $$ = LockedRows::kNoWait; }
| "skip" "locked"               { $$ = LockedRows::kSkip; }
;

insert:
  "insert" "into" name "values" rows
                                { $$ = Boxed(Insert{Named($3, @3), $5}); }
;

rows:
  "(" values ")"                { $$.push_back($2); }
| rows "," "(" values ")"       { $$ = $1; $$.push_back($4); }
;

assignments:
  assignment                    { $$ = ListOf($1); }
| assignments "," assignment    { $$ = Append($1, $3); }
;

assignment:
  column "=" operand            { $$ = BoxOf(Assignment{Open($1), Open($3)}); }
;

where:
  %empty                        { }
| "where" condition             { $$ = Conjuncts($2); }
;

condition:
  conjunction
| condition "or" conjunction    { $$ = BoxOf(Expr::Or(Open($1), Open($3))); }
;

conjunction:
  negation
| conjunction "and" negation    { $$ = BoxOf(Expr::And(Open($1), Open($3))); }
;

negation:
  predicate
| "not" negation                { $$ = state->Nested(Expr::Not(Open($2), @1)); }
| "(" condition ")"             { $$ = state->Nested(Open($2)); }
;

predicate:
  left comparison_op operand    { $$ = BoxOf(Expr::Comparison(Open($1), $2, Open($3))); }
| "not" comparison_op operand   { $$ = BoxOf(Expr::Comparison(
                                      Expr(Open(MakeColumnRef(Named($1, @1)))), $2, Open($3))); }
| left "is" "null"              { $$ = BoxOf(Expr::NullTest(Open($1), ComparisonOp::kIsNull)); }
| left "is" "not" "null"        { $$ = BoxOf(Expr::NullTest(Open($1),
                                                            ComparisonOp::kIsNotNull)); }
| left "between" operand "and" operand
                                { $$ = BoxOf(Expr::Between(Open($1), false, Open($3),
                                                           Open($5))); }
| left "not" "between" operand "and" operand
                                { $$ = BoxOf(Expr::Between(Open($1), true, Open($4),
                                                           Open($6))); }
| left "in" "(" operands ")"    { $$ = BoxOf(Expr::In(Open($1), false, $4)); }
| left "not" "in" "(" operands ")"
                                { $$ = BoxOf(Expr::In(Open($1), true, $5)); }
| left like operand             { $$ = BoxOf(Expr::Like(Open($1), $2, Open($3), std::nullopt)); }
| left like operand "escape" STRING
                                { $$ = BoxOf(Expr::Like(Open($1), $2, Open($3), Open($5))); }
;

like:
  "like"                        { $$ = {false, false}; }
| "not" "like"                  { $$ = {true, false}; }
| "ilike"                       { $$ = {false, true}; }
| "not" "ilike"                 { $$ = {true, true}; }
;

operands:
  operand                       { $$ = ListOf($1); }
| operands "," operand          { $$ = Append($1, $3); }
;

/* On the left of an operator `null` is a column's name, not the value. */
left:
  left_column                   { $$ = BoxOf(Expr(Open($1))); }
| constant                      { $$ = BoxOf(Expr(Open($1))); }
| PARAMETER                     { $$ = BoxOf(Expr(Open($1))); }
;

comparison_op:
  "="                           { $$ = ComparisonOp::kEq; }
| COMPARE
;

/* On the right of an operator `null` is the value, not a column's name. */
operand:
  value                         { $$ = BoxOf(Expr(Open($1))); }
| plain_column                  { $$ = BoxOf(Expr(Open($1))); }
;

value:
  literal
| PARAMETER
;

literal:
  constant
| "null"                        { $$ = BoxOf(NullAt($1, @1)); }
;

constant:
  INTEGER
| REAL
| STRING
;

literals:
  literal                       { $$ = ListOf($1); }
| literals "," literal          { $$ = Append($1, $3); }
;

values:
  value                         { $$ = ListOf($1); }
| values "," value              { $$ = Append($1, $3); }
;

column:
  name                          { $$ = MakeColumnRef(Named($1, @1)); }
| name "." name                 { $$ = MakeColumnRef(Named($1, @1), $3); }
;

/* Any column but an unqualified `not`, which begins a condition. */
left_column:
  word_but_not                  { $$ = MakeColumnRef(Named($1, @1)); }
| "null"                        { $$ = MakeColumnRef(Named($1, @1)); }
| name "." name                 { $$ = MakeColumnRef(Named($1, @1), $3); }
;

/* Any column but an unqualified `null`. */
plain_column:
  word                          { $$ = MakeColumnRef(Named($1, @1)); }
| word "." name                 { $$ = MakeColumnRef(Named($1, @1), $3); }
| "null" "." name               { $$ = MakeColumnRef(Named($1, @1), $3); }
;

columns:
  column                        { $$ = ListOf($1); }
| columns "," column            { $$ = Append($1, $3); }
;

names:
  name                          { $$.push_back(Named($1, @1)); }
| names "," name                { $$ = $1; $$.push_back(Named($3, @3)); }
;

name:
  word
| "null"
;

word:
  word_but_not
| "not"
;

word_but_not:
  NAME
| "or"
| "between"
| "like"
| "ilike"
| "escape"
| "for"
| "no"
| "key"
| "share"
| "of"
| "nowait"
| "skip"
| "locked"
| "lock"
| "in"
| "mode"
| "access"
| "row"
| "exclusive"
| "page"
| "tree"
| "partitions"
| "unique"
| "is"
| "begin"
| "start"
| "transaction"
| "work"
| "isolation"
| "level"
| "read"
| "uncommitted"
| "committed"
| "repeatable"
| "snapshot"
| "serializable"
| "only"
| "write"
| "commit"
| "end"
| "rollback"
| "abort"
| "to"
| "savepoint"
| "release"
| "checkpoint"
| "backup"
;

%%

namespace redbase::parser::internal {

void GeneratedParser::report_syntax_error(const context& error) const {
  constexpr int kMaxTokens = 200;  // more than the grammar has
  symbol_kind_type kinds[kMaxTokens];
  const int count = error.expected_tokens(kinds, kMaxTokens);
  std::vector<std::string_view> expected;
  for (int i = 0; i < count; ++i) {
    expected.push_back(symbol_name(kinds[i]));
  }
  state->FailUnexpected(error.token() == symbol_kind::S_YYEOF, expected);
}

// Errors that are no syntax errors do not occur: the grammar throws none.
void GeneratedParser::error(const Position&, const std::string& message) {
  state->Fail({Code::kInternal, message});
}

}  // namespace redbase::parser::internal
