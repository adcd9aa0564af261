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

/* Words that are never names: those of the classic language, and signs. */
%token
  CREATE "create" DROP "drop" TABLE "table" INDEX "index" LOAD "load" SET "set" HELP "help"
  PRINT "print" EXIT "exit" SELECT "select" FROM "from" WHERE "where" INSERT "insert"
  DELETE "delete" UPDATE "update" AND "and" INTO "into" VALUES "values"
  DISTRIBUTE "distribute" RESET "reset" IO "io" RESIZE "resize" BUFFER "buffer"
  QUERYPLANS "queryplans" ON "on" OFF "off"
  LBRACKET "[" RBRACKET "]" LPAREN "(" RPAREN ")" COMMA "," DOT "." STAR "*" SEMICOLON ";" EQUAL "=" PLUS "+" MINUS "-"
  SLASH "/" PERCENT "%" CARET "^" TILDE "~" CAST_SIGN "::"

%token END 0 "end of input"

/* Words of SQL that are names only where nothing else could stand. */
%token <std::string_view>
  ALL "all" ANY "any" AS "as" ASC "asc" BOTH "both" CASE "case" CAST "cast" CROSS "cross"
  CURRENT_DATE "current_date" CURRENT_TIME "current_time" CURRENT_TIMESTAMP "current_timestamp"
  LOCALTIME "localtime" LOCALTIMESTAMP "localtimestamp"
  DEFAULT "default" DESC "desc" DISTINCT "distinct" ELSE "else" ENDWORD "end" ESCAPE "escape"
  EXCEPT "except" EXISTS "exists"
  FALSE "false" FETCH "fetch" FOR "for" FULL "full" GROUP "group" HAVING "having" ILIKE "ilike"
  IN "in" INNER "inner" INTERSECT "intersect" IS "is" JOIN "join" LATERAL "lateral"
  LEADING "leading" LEFT "left" LIKE "like" LIMIT "limit" NATURAL "natural" NOT "not"
  NULLWORD "null" OFFSET "offset" OR "or" ORDER "order" OUTER "outer" RETURNING "returning"
  RIGHT "right" SIMILAR "similar" SOME "some" THEN "then" TRAILING "trailing"
  TRUE "true" UNION "union" USING "using" WHEN "when" WINDOW "window" WITH "with"
  BETWEEN "between" UNBOUNDED "unbounded"
  NOT_LA "not of an operator"

/* Words that are names, too. */
%token <std::string_view>
  PAGE "page" TREE "tree" PARTITIONS "partitions" UNIQUE "unique"
  BEGINWORD "begin" START "start" TRANSACTION "transaction" WORK "work" ISOLATION "isolation"
  LEVEL "level" READ "read" UNCOMMITTED "uncommitted" COMMITTED "committed"
  REPEATABLE "repeatable" SNAPSHOT "snapshot" SERIALIZABLE "serializable" ONLY "only"
  WRITE "write" COMMIT "commit" ROLLBACK "rollback" ABORT "abort" TO "to"
  SAVEPOINT "savepoint" RELEASE "release" CHECKPOINT "checkpoint" BACKUP "backup"
  NO "no" KEY "key" SHARE "share" OF "of" NOWAIT "nowait" SKIP "skip" LOCKED "locked"
  LOCK "lock" MODE "mode" ACCESS "access" ROW "row" EXCLUSIVE "exclusive"
  BY "by" NULLS "nulls" FIRST "first" LAST "last" NEXT "next" ROWS "rows" TIES "ties"
  RECURSIVE "recursive" MATERIALIZED "materialized" UNKNOWN "unknown"
  GROUPING "grouping" SETS "sets" ROLLUP "rollup" CUBE "cube"
  PARTITION "partition" RANGE "range" GROUPS "groups"
  PRECEDING "preceding" FOLLOWING "following" CURRENT "current" EXCLUDE "exclude"
  OTHERS "others" OVER "over" FILTER "filter"
  EXTRACT "extract" SUBSTRING "substring" POSITION "position" TRIM "trim" OVERLAY "overlay"
  PLACING "placing"
  DOUBLE "double" PRECISION "precision" CHARACTER "character" VARYING "varying"
  TIME "time" TIMESTAMP "timestamp" INTERVAL "interval" WITHOUT "without" ZONE "zone" AT "at"
  YEAR "year" MONTH "month" DAY "day" HOUR "hour" MINUTE "minute" SECOND "second"

%token <std::string_view> NAME "a name"
%token <Box<Literal>> INTEGER "an integer" REAL "a real number" STRING "a string"
  PARAMETER "a parameter"
%token <ComparisonOp> COMPARE "a comparison"
%token <BinaryOp> OPERATOR "an operator"

/* What binds least stands first. */
%left "union" "except"
%left "intersect"
%left "or"
%left "and"
%precedence "not"
%nonassoc "is"
%nonassoc "=" COMPARE
%nonassoc "between" "in" "like" "ilike" "similar" NOT_LA
%precedence "escape"
%left OPERATOR "~"
%left "+" "-"
%left "*" "/" "%"
%left "^"
%left "at"
%precedence UMINUS
%precedence "::"
/* A query in parentheses takes further ones before it becomes an expression. */
%precedence ")"
%left "join" "cross" "left" "full" "right" "inner" "natural"

/* Values are small, for the stack moves them often: names are views into the
   scanner's text, and nodes are boxed.  Only lists are held as they are. */
%nterm <Box<Statement>> statement create_table create_index print insert transaction
%nterm <std::string_view> name bare_word function_word column_word any_word later_word
%nterm <std::string_view> called_word
%nterm <std::string_view> relation_word
%nterm <std::vector<Identifier>> names of optional_columns
%nterm <RowLockStrength> lock_strength
%nterm <TableLockMode> table_lock table_lock_mode
%nterm <bool> nowait
%nterm <LockedRows> locked_rows
%nterm <std::vector<RowLocking>> locking optional_locking
%nterm <Box<RowLocking>> locking_clause
%nterm <Box<ColumnDefinition>> column_definition
%nterm <std::vector<ColumnDefinition>> column_definitions
%nterm <Box<Distribute>> distribute
%nterm <Box<Literal>> constant literal signed_number signed_integer setting plain_literal
%nterm <std::vector<Literal>> literals
%nterm <std::vector<std::vector<Expr>>> rows
%nterm <Box<ColumnRef>> column_ref target_column
%nterm <Box<Expr>> expr b_expr c_expr function_call function_base case_operand case_else filter
%nterm <Box<Expr>> case
%nterm <std::vector<Expr>> exprs where having whens trim_arguments
%nterm <std::vector<Expr>> overlay_arguments substring_arguments partition_by distinct_on
%nterm <Box<TypeName>> type simple_type
%nterm <std::string_view> time_zone interval_fields interval_field extract_field
%nterm <LikeWord> like
%nterm <TransactionModes> modes mode_list mode
%nterm <IsolationLevel> level
%nterm <ComparisonOp> comparison_op
%nterm <TruthTest> truth
%nterm <Box<Assignment>> assignment
%nterm <std::vector<Assignment>> assignments
%nterm <Box<Query>> query query_body select_clause simple_select query_in_parens
%nterm <Box<With>> with
%nterm <Box<SelectItem>> select_item
%nterm <std::vector<SelectItem>> select_items
%nterm <std::vector<TableRef>> from from_list using_clause
%nterm <Box<TableRef>> table_ref joined_table
%nterm <JoinWord> join_word
%nterm <Alias> alias optional_alias
%nterm <Box<OrderItem>> order_item
%nterm <std::vector<OrderItem>> order_by order_items optional_order
%nterm <bool> direction set_all recursive
%nterm <std::optional<bool>> nulls_order materialized
%nterm <Box<CommonTable>> common_table
%nterm <std::vector<CommonTable>> common_tables
%nterm <Box<GroupingItem>> grouping_item
%nterm <std::vector<GroupingItem>> group_by grouping_items
%nterm <Limits> limits optional_limits limit_clause offset_clause
%nterm <Box<Window>> window_specification over
%nterm <std::vector<NamedWindow>> windows named_windows
%nterm <Box<Frame>> frame
%nterm <Box<FrameBound>> frame_bound
%nterm <Frame::Unit> frame_unit
%nterm <Frame::Exclude> frame_exclude
%nterm <Subquery::Kind> quantifier

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
| query                         { $$ = Boxed(Open($1)); }
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
| "delete" "from" relation_word optional_alias using_clause where
                                { $$ = Boxed(Delete{Named($3, @3), $4.name, $5, $6}); }
| "update" relation_word optional_alias "set" assignments from where
                                { $$ = Boxed(Update{Named($2, @2), $3.name, $5, $6, $7}); }
| "queryplans" "on"             { $$ = Boxed(QueryPlans{true}); }
| "queryplans" "off"            { $$ = Boxed(QueryPlans{false}); }
| "reset" "io"                  { $$ = Boxed(ResetIo{}); }
| "reset" "buffer"              { $$ = Boxed(ResetBuffer{}); }
| "resize" "buffer" signed_integer
                                { $$ = Boxed(ResizeBuffer{state->IntegerOf($3), @3}); }
| "backup" STRING               { $$ = Boxed(Backup{Open($2)}); }
| "exit"                        { $$ = Boxed(Exit{}); }
;

/* What is on or off may be said without quotes. */
setting:
  STRING
| signed_number                 { $$ = BoxOf(TextOf(Open($1))); }
| any_word                      { $$ = BoxOf(TextAt($1, @1)); }
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
  name equals type              { $$ = BoxOf(ColumnDefinition{Named($1, @1), Open($3)}); }
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
| "print" "page" name signed_integer
                                { $$ = Boxed(Print{Print::Target::kPage, Named($3, @3),
                                                   state->IntegerOf($4), @4, {}}); }
| "print" "tree" name "(" names ")"
                                { $$ = Boxed(Print{Print::Target::kTree, Named($3, @3),
                                                   0, {}, $5}); }
| "print" "partitions" name     { $$ = MakePrint(Print::Target::kPartitions, Named($3, @3)); }
;

/* ---- Queries. */

query:
  query_body
| query_in_parens
;

query_in_parens:
  "(" query_body ")"            { $$ = state->Nested($2); }
| "(" query_in_parens ")"       { $$ = $2; }
;

query_body:
  simple_select
| select_clause order_by        { $$ = Completed($1, $2, {}, {}); }
| select_clause optional_order locking optional_limits
                                { $$ = Completed($1, $2, $4, $3); }
| select_clause optional_order limits optional_locking
                                { $$ = Completed($1, $2, $3, $4); }
| with select_clause            { $$ = WithTables($1, $2); }
| with select_clause order_by   { $$ = WithTables($1, Completed($2, $3, {}, {})); }
| with select_clause optional_order locking optional_limits
                                { $$ = WithTables($1, Completed($2, $3, $5, $4)); }
| with select_clause optional_order limits optional_locking
                                { $$ = WithTables($1, Completed($2, $3, $4, $5)); }
;

select_clause:
  simple_select
| query_in_parens
;

simple_select:
  "select" all select_items from where group_by having windows
                                { $$ = QueryOf(Select{false, {}, $3, $4, $5, $6, $7, $8}, @1); }
| "select" "distinct" distinct_on select_items from where group_by having windows
                                { $$ = QueryOf(Select{true, $3, $4, $5, $6, $7, $8, $9}, @1); }
| "values" rows                 { $$ = QueryOf(ValuesList{$2}, @1); }
| select_clause "union" set_all select_clause
                                { $$ = Combined($1, SetOperation::Kind::kUnion, $3, $4, @2); }
| select_clause "intersect" set_all select_clause
                                { $$ = Combined($1, SetOperation::Kind::kIntersect, $3, $4, @2); }
| select_clause "except" set_all select_clause
                                { $$ = Combined($1, SetOperation::Kind::kExcept, $3, $4, @2); }
;

all: %empty | "all";

set_all:
  %empty                        { $$ = false; }
| "distinct"                    { $$ = false; }
| "all"                         { $$ = true; }
;

distinct_on:
  %empty                        { }
| "on" "(" exprs ")"            { $$ = $3; }
;

with:
  "with" recursive common_tables
                                { $$ = BoxOf(With{$2, $3}); }
;

recursive:
  %empty                        { $$ = false; }
| "recursive"                   { $$ = true; }
;

common_tables:
  common_table                  { $$ = ListOf($1); }
| common_tables "," common_table
                                { $$ = Append($1, $3); }
;

common_table:
  column_word optional_columns "as" materialized query_in_parens
                                { $$ = BoxOf(CommonTable{Named($1, @1), $2, $4, $5}); }
;

materialized:
  %empty                        { }
| "materialized"                { $$ = true; }
| "not" "materialized"          { $$ = false; }
;

select_items:
  select_item                   { $$ = ListOf($1); }
| select_items "," select_item  { $$ = Append($1, $3); }
;

select_item:
  expr                          { $$ = Item($1, std::nullopt, @1); }
| expr "as" any_word            { $$ = Item($1, Named($3, @3), @1); }
| expr bare_word                { $$ = Item($1, Named($2, @2), @1); }
| "*"                           { $$ = StarItem(std::nullopt, @1); }
| column_word "." "*"           { $$ = StarItem(Named($1, @1), @1); }
;

from:
  %empty                        { }
| "from" from_list              { $$ = $2; }
;

from_list:
  table_ref                     { $$ = ListOf($1); }
| from_list "," table_ref       { $$ = Append($1, $3); }
;

table_ref:
  relation_word optional_alias  { $$ = RelationRef(Named($1, @1), $2); }
| query_in_parens optional_alias
                                { $$ = QueryRef($1, $2, false, @1); }
| "lateral" query_in_parens optional_alias
                                { $$ = QueryRef($2, $3, true, @1); }
| function_base optional_alias  { $$ = FunctionRef($1, $2, false, @1); }
| "lateral" function_base optional_alias
                                { $$ = FunctionRef($2, $3, true, @1); }
| joined_table
| "(" joined_table ")" alias    { $$ = Aliased($2, $4); }
;

joined_table:
  "(" joined_table ")"          { $$ = $2; }
| table_ref "cross" "join" table_ref
                                { $$ = state->Joined($1, JoinWord::kCross, $4); }
| table_ref join_word "join" table_ref "on" expr
                                { $$ = state->Joined($1, $2, $4); $$->on = Open($6); }
| table_ref join_word "join" table_ref "using" "(" names ")"
                                { $$ = state->Joined($1, $2, $4); $$->using_columns = $7; }
| table_ref "join" table_ref "on" expr
                                { $$ = state->Joined($1, JoinWord::kInner, $3);
                                  $$->on = Open($5); }
| table_ref "join" table_ref "using" "(" names ")"
                                { $$ = state->Joined($1, JoinWord::kInner, $3);
                                  $$->using_columns = $6; }
| table_ref "natural" join_word "join" table_ref
                                { $$ = state->Joined($1, $3, $5); $$->natural = true; }
| table_ref "natural" "join" table_ref
                                { $$ = state->Joined($1, JoinWord::kInner, $4);
                                  $$->natural = true; }
;

join_word:
  "inner"                       { $$ = JoinWord::kInner; }
| "left" outer                  { $$ = JoinWord::kLeft; }
| "right" outer                 { $$ = JoinWord::kRight; }
| "full" outer                  { $$ = JoinWord::kFull; }
;

outer: %empty | "outer";

optional_alias:
  %empty                        { }
| alias
;

alias:
  "as" any_word optional_columns
                                { $$ = {Named($2, @2), $3}; }
| bare_word optional_columns    { $$ = {Named($1, @1), $2}; }
;

optional_columns:
  %empty                        { }
| "(" names ")"                 { $$ = $2; }
;

where:
  %empty                        { }
| "where" expr                  { $$ = Conjuncts($2); }
;

group_by:
  %empty                        { }
| "group" "by" grouping_items   { $$ = $3; }
;

grouping_items:
  grouping_item                 { $$ = ListOf($1); }
| grouping_items "," grouping_item
                                { $$ = Append($1, $3); }
;

grouping_item:
  expr                          { $$ = GroupingOf($1); }
| "(" ")"                       { $$ = BoxOf(GroupingItem{GroupingItem::Kind::kEmpty, {}, {}}); }
| "rollup" "(" grouping_items ")"
                                { $$ = BoxOf(GroupingItem{GroupingItem::Kind::kRollup, {}, $3}); }
| "cube" "(" grouping_items ")"
                                { $$ = BoxOf(GroupingItem{GroupingItem::Kind::kCube, {}, $3}); }
| "grouping" "sets" "(" grouping_items ")"
                                { $$ = BoxOf(GroupingItem{GroupingItem::Kind::kSets, {}, $4}); }
;

having:
  %empty                        { }
| "having" expr                 { $$ = Conjuncts($2); }
;

windows:
  %empty                        { }
| "window" named_windows        { $$ = $2; }
;

named_windows:
  name "as" window_specification
                                { $$.push_back(NamedWindow{Named($1, @1), Open($3)}); }
| named_windows "," name "as" window_specification
                                { $$ = $1; $$.push_back(NamedWindow{Named($3, @3), Open($5)}); }
;

optional_order:
  %empty                        { }
| order_by
;

order_by:
  "order" "by" order_items      { $$ = $3; }
;

order_items:
  order_item                    { $$ = ListOf($1); }
| order_items "," order_item    { $$ = Append($1, $3); }
;

order_item:
  expr direction nulls_order    { $$ = BoxOf(OrderItem{Open($1), $2, $3}); }
;

direction:
  %empty                        { $$ = false; }
| "asc"                         { $$ = false; }
| "desc"                        { $$ = true; }
;

nulls_order:
  %empty                        { }
| "nulls" "first"               { $$ = true; }
| "nulls" "last"                { $$ = false; }
;

optional_limits:
  %empty                        { }
| limits
;

limits:
  limit_clause
| offset_clause
| limit_clause offset_clause    { $$ = Both($1, $2); }
| offset_clause limit_clause    { $$ = Both($1, $2); }
;

limit_clause:
  "limit" expr                  { $$.limit = $2; }
| "limit" "all"                 { }
| "fetch" first_or_next row_or_rows "only"
                                { $$.limit = BoxOf(Expr(OneAt(@1))); }
| "fetch" first_or_next c_expr row_or_rows "only"
                                { $$.limit = $3; }
;

offset_clause:
  "offset" expr                 { $$.offset = $2; }
| "offset" c_expr row_or_rows   { $$.offset = $2; }
;

first_or_next: "first" | "next";
row_or_rows: "row" | "rows";

optional_locking:
  %empty                        { }
| locking
;

locking:
  locking_clause                { $$ = ListOf($1); }
| locking locking_clause        { $$ = Append($1, $2); }
;

locking_clause:
  "for" lock_strength of locked_rows
                                { $$ = BoxOf(RowLocking{$2, $3, $4}); }
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

/* ---- Changes. */

insert:
  "insert" "into" relation_word query
                                { $$ = MakeInsert(Named($3, @3), {}, $4); }
| "insert" "into" relation_word "(" names ")" query
                                { $$ = MakeInsert(Named($3, @3), $5, $7); }
;

rows:
  "(" exprs ")"                 { $$.push_back($2); }
| rows "," "(" exprs ")"        { $$ = $1; $$.push_back($4); }
;

assignments:
  assignment                    { $$ = ListOf($1); }
| assignments "," assignment    { $$ = Append($1, $3); }
;

assignment:
  target_column "=" expr        { $$ = BoxOf(Assignment{Open($1), Open($3)}); }
;

target_column:
  name                          { $$ = MakeColumnRef(Named($1, @1)); }
| name "." any_word             { $$ = MakeColumnRef(Named($1, @1), $3); }
;

using_clause:
  %empty                        { }
| "using" from_list             { $$ = $2; }
;

/* ---- Expressions. */

expr:
  c_expr
| expr "or" expr                { $$ = state->Nested(Expr::Or(Open($1), Open($3))); }
| expr "and" expr               { $$ = state->Nested(Expr::And(Open($1), Open($3))); }
| "not" expr                    { $$ = state->Nested(Expr::Not(Open($2), @1)); }
| "-" expr %prec UMINUS         { $$ = state->WithSign('-', $2, @1); }
| "+" expr %prec UMINUS         { $$ = state->WithSign('+', $2, @1); }
| "~" expr %prec UMINUS         { $$ = state->Nested(Expr::Unary(UnaryOp::kBitNot, Open($2),
                                                                 @1)); }
| expr "+" expr                 { $$ = state->Binary($1, BinaryOp::kAdd, $3); }
| expr "-" expr                 { $$ = state->Binary($1, BinaryOp::kSubtract, $3); }
| expr "*" expr                 { $$ = state->Binary($1, BinaryOp::kMultiply, $3); }
| expr "/" expr                 { $$ = state->Binary($1, BinaryOp::kDivide, $3); }
| expr "%" expr                 { $$ = state->Binary($1, BinaryOp::kModulo, $3); }
| expr "^" expr                 { $$ = state->Binary($1, BinaryOp::kPower, $3); }
| expr OPERATOR expr            { $$ = state->Binary($1, $2, $3); }
| expr "~" expr                 { $$ = state->Binary($1, BinaryOp::kMatch, $3); }
| expr "=" expr                 { $$ = state->Compared($1, ComparisonOp::kEq, $3); }
| expr COMPARE expr             { $$ = state->Compared($1, $2, $3); }
| expr "is" "null" %prec "is"   { $$ = state->Nested(Expr::NullTest(Open($1),
                                                                    ComparisonOp::kIsNull)); }
| expr "is" "not" "null" %prec "is"
                                { $$ = state->Nested(Expr::NullTest(Open($1),
                                                                    ComparisonOp::kIsNotNull)); }
| expr "is" "distinct" "from" expr %prec "is"
                                { $$ = state->Compared($1, ComparisonOp::kIsDistinct, $5); }
| expr "is" "not" "distinct" "from" expr %prec "is"
                                { $$ = state->Compared($1, ComparisonOp::kIsNotDistinct, $6); }
| expr "is" truth %prec "is"    { $$ = state->Nested(Expr::Test(Open($1), false, $3)); }
| expr "is" "not" truth %prec "is"
                                { $$ = state->Nested(Expr::Test(Open($1), true, $4)); }
| expr "between" b_expr "and" expr %prec "between"
                                { $$ = state->Nested(Expr::Between(Open($1), false, Open($3),
                                                                   Open($5))); }
| expr NOT_LA "between" b_expr "and" expr %prec NOT_LA
                                { $$ = state->Nested(Expr::Between(Open($1), true, Open($4),
                                                                   Open($6))); }
| expr "in" query_in_parens     { $$ = state->Quantified($1, Subquery::Kind::kAny,
                                                         ComparisonOp::kEq, $3); }
| expr "in" "(" exprs ")"       { $$ = state->Nested(Expr::In(Open($1), false, $4)); }
| expr NOT_LA "in" query_in_parens %prec NOT_LA
                                { $$ = state->Quantified($1, Subquery::Kind::kAll,
                                                         ComparisonOp::kNe, $4); }
| expr NOT_LA "in" "(" exprs ")" %prec NOT_LA
                                { $$ = state->Nested(Expr::In(Open($1), true, $5)); }
| expr like expr %prec "like"   { $$ = state->Nested(Expr::Like(Open($1), $2, Open($3),
                                                                std::nullopt)); }
| expr like expr "escape" STRING %prec "like"
                                { $$ = state->Nested(Expr::Like(Open($1), $2, Open($3),
                                                                Open($5))); }
| expr comparison_op quantifier query_in_parens %prec COMPARE
                                { $$ = state->Quantified($1, $3, $2, $4); }
| expr "at" "time" "zone" expr %prec "at"
                                { $$ = state->Nested(Expr::Function(
                                      "timezone", Two($5, $1), @1)); }
| expr "::" type                { $$ = state->Nested(Expr::Cast(Open($1), Open($3), @1)); }
;

/* What may stand before the `and` of between: no condition without parentheses. */
b_expr:
  c_expr
| "-" b_expr %prec UMINUS       { $$ = state->WithSign('-', $2, @1); }
| "+" b_expr %prec UMINUS       { $$ = state->WithSign('+', $2, @1); }
| "~" b_expr %prec UMINUS       { $$ = state->Nested(Expr::Unary(UnaryOp::kBitNot, Open($2),
                                                                 @1)); }
| b_expr "+" b_expr             { $$ = state->Binary($1, BinaryOp::kAdd, $3); }
| b_expr "-" b_expr             { $$ = state->Binary($1, BinaryOp::kSubtract, $3); }
| b_expr "*" b_expr             { $$ = state->Binary($1, BinaryOp::kMultiply, $3); }
| b_expr "/" b_expr             { $$ = state->Binary($1, BinaryOp::kDivide, $3); }
| b_expr "%" b_expr             { $$ = state->Binary($1, BinaryOp::kModulo, $3); }
| b_expr "^" b_expr             { $$ = state->Binary($1, BinaryOp::kPower, $3); }
| b_expr OPERATOR b_expr        { $$ = state->Binary($1, $2, $3); }
| b_expr "::" type              { $$ = state->Nested(Expr::Cast(Open($1), Open($3), @1)); }
;

c_expr:
  column_ref                    { $$ = BoxOf(Expr(Open($1))); }
| literal                       { $$ = BoxOf(Expr(Open($1))); }
| PARAMETER                     { $$ = BoxOf(Expr(Open($1))); }
| "(" expr ")"                  { $$ = $2; }
| "(" exprs "," expr ")"        { $$ = state->Nested(Expr::Row(Append($2, $4), @1)); }
| query_in_parens %prec UMINUS  { $$ = state->OfQuery(Subquery::Kind::kScalar, $1, @1); }
| "exists" query_in_parens      { $$ = state->OfQuery(Subquery::Kind::kExists, $2, @1); }
| function_call
| case
| "cast" "(" expr "as" type ")" { $$ = state->Nested(Expr::Cast(Open($3), Open($5), @1)); }
| function_word STRING          { $$ = TypedLiteral($1, $2, @1); }
| "timestamp" time_zone STRING  { $$ = TypedLiteral(TimeType("timestamp", $2), $3, @1); }
| "time" time_zone STRING       { $$ = TypedLiteral(TimeType("time", $2), $3, @1); }
| "interval" STRING interval_fields
                                { $$ = TypedLiteral("interval", WithUnit($2, $3), @1); }
;

column_ref:
  column_word                   { $$ = MakeColumnRef(Named($1, @1)); }
| column_word "." any_word      { $$ = MakeColumnRef(Named($1, @1), $3); }
;

case:
  "case" case_operand whens case_else "end"
                                { $$ = state->Nested(Expr::Case(Opened($2), $3, Opened($4), @1)); }
;

case_operand:
  %empty                        { }
| expr
;

whens:
  "when" expr "then" expr       { $$ = Two($2, $4); }
| whens "when" expr "then" expr { $$ = Append(Append($1, $3), $5); }
;

case_else:
  %empty                        { }
| "else" expr                   { $$ = $2; }
;

function_call:
  function_base filter over     { $$ = WithWindow($1, $2, $3); }
| "extract" "(" extract_field "from" expr ")"
                                { $$ = state->Nested(Expr::Function(
                                      "extract", Two(BoxOf(Expr(TextAt($3, @3))), $5), @1)); }
| "substring" "(" substring_arguments ")"
                                { $$ = state->Nested(Expr::Function("substring", $3, @1)); }
| "position" "(" b_expr "in" b_expr ")"
                                { $$ = state->Nested(Expr::Function("position", Two($5, $3),
                                                                    @1)); }
| "trim" "(" trim_arguments ")" { $$ = state->Nested(Expr::Function("btrim", $3, @1)); }
| "trim" "(" "both" trim_arguments ")"
                                { $$ = state->Nested(Expr::Function("btrim", $4, @1)); }
| "trim" "(" "leading" trim_arguments ")"
                                { $$ = state->Nested(Expr::Function("ltrim", $4, @1)); }
| "trim" "(" "trailing" trim_arguments ")"
                                { $$ = state->Nested(Expr::Function("rtrim", $4, @1)); }
| "overlay" "(" overlay_arguments ")"
                                { $$ = state->Nested(Expr::Function("overlay", $3, @1)); }
| "current_date"                { $$ = BoxOf(Expr::Function("current_date", {}, @1)); }
| "current_time"                { $$ = BoxOf(Expr::Function("current_time", {}, @1)); }
| "current_timestamp"           { $$ = BoxOf(Expr::Function("now", {}, @1)); }
| "localtime"                   { $$ = BoxOf(Expr::Function("localtime", {}, @1)); }
| "localtimestamp"              { $$ = BoxOf(Expr::Function("localtimestamp", {}, @1)); }
;

/* A call without what aggregates may have behind it. */
function_base:
  called_word "(" ")"           { $$ = Call(Named($1, @1), {}); }
| called_word "(" "*" ")"       { $$ = Call(Named($1, @1), {}); $$->function().star = true; }
| called_word "(" exprs optional_order ")"
                                { $$ = state->Nested(std::move(*Call(Named($1, @1), $3)));
                                  $$->function().order_by = $4; }
| called_word "(" "all" exprs optional_order ")"
                                { $$ = state->Nested(std::move(*Call(Named($1, @1), $4)));
                                  $$->function().order_by = $5; }
| called_word "(" "distinct" exprs optional_order ")"
                                { $$ = state->Nested(std::move(*Call(Named($1, @1), $4)));
                                  $$->function().distinct = true;
                                  $$->function().order_by = $5; }
;

called_word:
  function_word
| "left"
| "right"
;

substring_arguments:
  exprs
| expr "from" expr              { $$ = Two($1, $3); }
| expr "from" expr "for" expr   { $$ = Append(Two($1, $3), $5); }
| expr "for" expr               { $$ = Append(Two($1, BoxOf(Expr(OneAt(@1)))), $3); }
;

trim_arguments:
  expr "from" exprs             { $$ = Append($3, $1); }
| "from" exprs                  { $$ = $2; }
| exprs
;

overlay_arguments:
  expr "placing" expr "from" expr
                                { $$ = Append(Two($1, $3), $5); }
| expr "placing" expr "from" expr "for" expr
                                { $$ = Append(Append(Two($1, $3), $5), $7); }
;

extract_field:
  NAME
| interval_field
| STRING                        { $$ = state->Keep(std::get<std::string>(Open($1).value)); }
;

filter:
  %empty                        { }
| "filter" "(" "where" expr ")" { $$ = $4; }
;

over:
  %empty                        { }
| "over" window_specification   { $$ = $2; }
| "over" name                   { $$ = BoxOf(Window{Named($2, @2), {}, {}, {}}); }
;

window_specification:
  "(" partition_by optional_order frame ")"
                                { $$ = BoxOf(Window{{}, $2, $3, Opened($4)}); }
| "(" NAME partition_by optional_order frame ")"
                                { $$ = BoxOf(Window{Named($2, @2), $3, $4, Opened($5)}); }
;

partition_by:
  %empty                        { }
| "partition" "by" exprs        { $$ = $3; }
;

frame:
  %empty                        { }
| frame_unit frame_bound frame_exclude
                                { $$ = BoxOf(Frame{$1, Open($2), CurrentRow(), $3}); }
| frame_unit "between" frame_bound "and" frame_bound frame_exclude
                                { $$ = BoxOf(Frame{$1, Open($3), Open($5), $6}); }
;

frame_unit:
  "rows"                        { $$ = Frame::Unit::kRows; }
| "range"                       { $$ = Frame::Unit::kRange; }
| "groups"                      { $$ = Frame::Unit::kGroups; }
;

frame_bound:
  "unbounded" "preceding"       { $$ = Bound(FrameBound::Kind::kUnboundedPreceding, nullptr); }
| "unbounded" "following"       { $$ = Bound(FrameBound::Kind::kUnboundedFollowing, nullptr); }
| "current" "row"               { $$ = Bound(FrameBound::Kind::kCurrentRow, nullptr); }
| b_expr "preceding"            { $$ = Bound(FrameBound::Kind::kPreceding, $1); }
| b_expr "following"            { $$ = Bound(FrameBound::Kind::kFollowing, $1); }
;

frame_exclude:
  %empty                        { $$ = Frame::Exclude::kNothing; }
| "exclude" "current" "row"     { $$ = Frame::Exclude::kCurrentRow; }
| "exclude" "group"             { $$ = Frame::Exclude::kGroup; }
| "exclude" "ties"              { $$ = Frame::Exclude::kTies; }
| "exclude" "no" "others"       { $$ = Frame::Exclude::kNothing; }
;

quantifier:
  "any"                         { $$ = Subquery::Kind::kAny; }
| "some"                        { $$ = Subquery::Kind::kAny; }
| "all"                         { $$ = Subquery::Kind::kAll; }
;

truth:
  "true"                        { $$ = TruthTest::kTrue; }
| "false"                       { $$ = TruthTest::kFalse; }
| "unknown"                     { $$ = TruthTest::kUnknown; }
;

like:
  "like"                        { $$ = {false, false, false}; }
| NOT_LA "like"                 { $$ = {true, false, false}; }
| "ilike"                       { $$ = {false, true, false}; }
| NOT_LA "ilike"                { $$ = {true, true, false}; }
| "similar" "to"                { $$ = {false, false, true}; }
| NOT_LA "similar" "to"         { $$ = {true, false, true}; }
;

exprs:
  expr                          { $$ = ListOf($1); }
| exprs "," expr                { $$ = Append($1, $3); }
;

comparison_op:
  "="                           { $$ = ComparisonOp::kEq; }
| COMPARE
;

/* ---- Types. */

type:
  simple_type
| simple_type "[" "]"           { $$ = $1; $$->word += "[]"; }
;

simple_type:
  function_word                 { $$ = TypeOf($1, @1); }
| function_word "(" signed_integer ")"
                                { $$ = TypeOf($1, @1, state->IntegerOf($3)); }
| function_word "(" signed_integer "," signed_integer ")"
                                { $$ = TypeOf($1, @1, state->IntegerOf($3), state->IntegerOf($5)); }
| "double"                      { $$ = TypeOf("double precision", @1); }
| "double" "precision"          { $$ = TypeOf("double precision", @1); }
| "character"                   { $$ = TypeOf("char", @1); }
| "character" "(" INTEGER ")"   { $$ = TypeOf("char", @1, state->IntegerOf($3)); }
| "character" "varying"         { $$ = TypeOf("varchar", @1); }
| "character" "varying" "(" INTEGER ")"
                                { $$ = TypeOf("varchar", @1, state->IntegerOf($4)); }
| "timestamp" time_zone         { $$ = TypeOf(TimeType("timestamp", $2), @1); }
| "timestamp" "(" INTEGER ")" time_zone
                                { $$ = TypeOf(TimeType("timestamp", $5), @1, state->IntegerOf($3)); }
| "time" time_zone              { $$ = TypeOf(TimeType("time", $2), @1); }
| "time" "(" INTEGER ")" time_zone
                                { $$ = TypeOf(TimeType("time", $5), @1, state->IntegerOf($3)); }
| "interval" interval_fields    { $$ = TypeOf("interval", @1); }
;

time_zone:
  %empty                        { }
| "with" "time" "zone"          { $$ = "tz"; }
| "without" "time" "zone"       { }
;

interval_fields:
  %empty                        { }
| interval_field
| interval_field "to" interval_field
                                { $$ = $3; }
;

interval_field:
  "year"
| "month"
| "day"
| "hour"
| "minute"
| "second"
;

/* ---- Literals and names. */

literal:
  constant
| "null"                        { $$ = BoxOf(NullAt($1, @1)); }
| "true"                        { $$ = BoxOf(Literal{true, std::string($1), @1}); }
| "false"                       { $$ = BoxOf(Literal{false, std::string($1), @1}); }
;

constant:
  INTEGER
| REAL
| STRING
;

signed_number:
  signed_integer
| REAL
| "-" REAL                      { $$ = state->Signed('-', $2, @1); }
| "+" REAL                      { $$ = state->Signed('+', $2, @1); }
;

signed_integer:
  INTEGER
| "-" INTEGER                   { $$ = state->Signed('-', $2, @1); }
| "+" INTEGER                   { $$ = state->Signed('+', $2, @1); }
;

literals:
  plain_literal                 { $$ = ListOf($1); }
| literals "," plain_literal    { $$ = Append($1, $3); }
;

plain_literal:
  signed_number
| STRING
| "null"                        { $$ = BoxOf(NullAt($1, @1)); }
;

names:
  name                          { $$.push_back(Named($1, @1)); }
| names "," name                { $$ = $1; $$.push_back(Named($3, @3)); }
;

/* Where only a name can stand, later words are names, too. */
name: any_word;

relation_word:
  column_word
| later_word
;

any_word:
  relation_word
| "lateral"
| "recursive"
| "with"
;

column_word:
  function_word
| "extract"
| "substring"
| "position"
| "trim"
| "overlay"
| "rollup"
| "cube"
| "double"
| "character"
| "time"
| "timestamp"
| "interval"
| "over"
| "filter"
| "at"
| "without"
| "year"
| "month"
| "day"
| "hour"
| "minute"
| "second"
| "precision"
| "varying"
| "placing"
;

function_word: bare_word;

bare_word:
  NAME
| "page"
| "tree"
| "partitions"
| "unique"
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
| "rollback"
| "abort"
| "savepoint"
| "release"
| "checkpoint"
| "backup"
| "no"
| "key"
| "share"
| "of"
| "nowait"
| "skip"
| "locked"
| "lock"
| "mode"
| "access"
| "row"
| "exclusive"
| "by"
| "nulls"
| "first"
| "last"
| "next"
| "rows"
| "ties"
| "materialized"
| "unknown"
| "grouping"
| "sets"
| "partition"
| "range"
| "groups"
| "preceding"
| "following"
| "current"
| "exclude"
| "others"
| "zone"
;

later_word:
  "all"
| "any"
| "as"
| "asc"
| "both"
| "case"
| "cast"
| "cross"
| "current_date"
| "current_time"
| "current_timestamp"
| "localtime"
| "localtimestamp"
| "default"
| "desc"
| "distinct"
| "else"
| "end"
| "escape"
| "except"
| "exists"
| "false"
| "fetch"
| "for"
| "full"
| "group"
| "having"
| "ilike"
| "in"
| "inner"
| "intersect"
| "is"
| "join"
| "leading"
| "left"
| "like"
| "limit"
| "natural"
| "not"
| "null"
| "offset"
| "or"
| "order"
| "outer"
| "returning"
| "right"
| "similar"
| "some"
| "then"
| "trailing"
| "true"
| "union"
| "using"
| "when"
| "window"
| "between"
| "unbounded"
| "to"
;

%%

namespace redbase::parser::internal {

void GeneratedParser::report_syntax_error(const context& error) const {
  constexpr int kMaxTokens = 400;  // more than the grammar has
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
