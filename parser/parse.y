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
%token <std::string>
  PAGE "page" TREE "tree" PARTITIONS "partitions" UNIQUE "unique" NULLWORD "null" IS "is" NOT "not"

%token <std::string> NAME "a name"
%token <Literal> INTEGER "an integer" REAL "a real number" STRING "a string"
%token <ComparisonOp> COMPARE "a comparison"

%nterm <Statement> statement create_table create_index print select insert
%nterm <std::string> word
%nterm <Identifier> name
%nterm <std::vector<Identifier>> names
%nterm <ColumnDefinition> column_definition
%nterm <std::vector<ColumnDefinition>> column_definitions
%nterm <TypeName> type
%nterm <std::optional<Distribute>> distribute
%nterm <Literal> constant literal
%nterm <std::vector<Literal>> literals
%nterm <std::vector<std::vector<Literal>>> rows
%nterm <ColumnRef> column plain_column
%nterm <std::vector<ColumnRef>> columns
%nterm <Expr> operand
%nterm <ComparisonOp> comparison_op
%nterm <Comparison> comparison
%nterm <std::vector<Comparison>> where comparisons
%nterm <Assignment> assignment
%nterm <std::vector<Assignment>> assignments

%start input

%%

input:
  statement ";"                 { state->Finish($1); }
;

statement:
  %empty                        { $$ = Empty{}; }
| create_table
| create_index
| print
| select
| insert
| "drop" "table" name           { $$ = DropTable{$3}; }
| "drop" "index" name "(" names ")"
                                { $$ = DropIndex{$3, $5}; }
| "load" name "(" STRING ")"    { $$ = Load{$2, $4}; }
| "set" name "=" STRING         { $$ = Set{$2, $4}; }
| "help"                        { $$ = Help{}; }
| "help" name                   { $$ = Help{$2}; }
| "delete" "from" name where    { $$ = Delete{$3, $4}; }
| "update" name "set" assignments where
                                { $$ = Update{$2, $4, $5}; }
| "queryplans" "on"             { $$ = QueryPlans{true}; }
| "queryplans" "off"            { $$ = QueryPlans{false}; }
| "reset" "io"                  { $$ = ResetIo{}; }
| "reset" "buffer"              { $$ = ResetBuffer{}; }
| "resize" "buffer" INTEGER     { $$ = ResizeBuffer{IntegerOf($3), @3}; }
| "exit"                        { $$ = Exit{}; }
;

create_table:
  "create" "table" name "(" column_definitions ")" distribute
                                { $$ = CreateTable{$3, $5, $7}; }
;

column_definitions:
  column_definition             { $$ = ListOf($1); }
| column_definitions "," column_definition
                                { $$ = Append($1, $3); }
;

column_definition:
  name type                     { $$ = ColumnDefinition{$1, $2}; }
;

type:
  word                          { $$ = TypeName{$1, std::nullopt, @1}; }
| word "(" INTEGER ")"          { $$ = TypeName{$1, IntegerOf($3), @1}; }
;

distribute:
  %empty                        { $$ = std::nullopt; }
| "distribute" name "(" literals ")"
                                { $$ = Distribute{$2, $4}; }
;

create_index:
  "create" "index" name "(" names ")"
                                { $$ = CreateIndex{$3, $5, false}; }
| "create" "unique" "index" name "(" names ")"
                                { $$ = CreateIndex{$4, $6, true}; }
;

print:
  "print" name                  { $$ = Print{Print::Target::kRelation, $2, 0, {}, {}}; }
| "print" "buffer"              { $$ = Print{Print::Target::kBuffer, {}, 0, {}, {}}; }
| "print" "io"                  { $$ = Print{Print::Target::kIo, {}, 0, {}, {}}; }
| "print" "page" name INTEGER   { $$ = Print{Print::Target::kPage, $3, IntegerOf($4), @4, {}}; }
| "print" "tree" name "(" names ")"
                                { $$ = Print{Print::Target::kTree, $3, 0, {}, $5}; }
| "print" "partitions" name     { $$ = Print{Print::Target::kPartitions, $3, 0, {}, {}}; }
;

select:
  "select" "*" "from" names where
                                { $$ = Select{true, {}, $4, $5}; }
| "select" columns "from" names where
                                { $$ = Select{false, $2, $4, $5}; }
;

insert:
  "insert" "into" name "values" rows
                                { $$ = Insert{$3, $5}; }
;

rows:
  "(" literals ")"              { $$ = ListOf($2); }
| rows "," "(" literals ")"     { $$ = Append($1, $4); }
;

assignments:
  assignment                    { $$ = ListOf($1); }
| assignments "," assignment    { $$ = Append($1, $3); }
;

assignment:
  column "=" operand            { $$ = Assignment{$1, $3}; }
;

where:
  %empty                        { $$ = std::vector<Comparison>(); }
| "where" comparisons           { $$ = $2; }
;

comparisons:
  comparison                    { $$ = ListOf($1); }
| comparisons "and" comparison  { $$ = Append($1, $3); }
;

/* The column is put on the left. */
comparison:
  column comparison_op operand  { $$ = MakeComparison(Expr($1), $2, $3); }
| constant comparison_op plain_column
                                { $$ = MakeComparison(Expr($3), Flip($2), Expr($1)); }
| column "is" "null"            { $$ = MakeNullTest($1, ComparisonOp::kIsNull, NullAt($3, @3)); }
| column "is" "not" "null"      { $$ = MakeNullTest($1, ComparisonOp::kIsNotNull,
                                                    NullAt($4, @4)); }
;

comparison_op:
  "="                           { $$ = ComparisonOp::kEq; }
| COMPARE
;

/* On the right of an operator `null` is the value, not a column's name. */
operand:
  literal                       { $$ = Expr($1); }
| plain_column                  { $$ = Expr($1); }
;

literal:
  constant
| "null"                        { $$ = NullAt($1, @1); }
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

column:
  name                          { $$ = ColumnOf($1); }
| name "." name                 { $$ = ColumnOf($1, $3); }
;

/* Any column but an unqualified `null`. */
plain_column:
  word                          { $$ = ColumnOf(Identifier{$1, @1}); }
| word "." name                 { $$ = ColumnOf(Identifier{$1, @1}, $3); }
| "null" "." name               { $$ = ColumnOf(Identifier{$1, @1}, $3); }
;

columns:
  column                        { $$ = ListOf($1); }
| columns "," column            { $$ = Append($1, $3); }
;

names:
  name                          { $$ = ListOf($1); }
| names "," name                { $$ = Append($1, $3); }
;

name:
  word                          { $$ = Identifier{$1, @1}; }
| "null"                        { $$ = Identifier{$1, @1}; }
;

word:
  NAME
| "page"
| "tree"
| "partitions"
| "unique"
| "is"
| "not"
;

%%

namespace redbase::parser::internal {

void GeneratedParser::report_syntax_error(const context& error) const {
  constexpr int kMaxTokens = 100;  // more than the grammar has
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
