#include "ql/parameters.h"

#include <algorithm>
#include <cassert>
#include <string>
#include <utility>

namespace redbase::ql {
namespace {

std::string NameOf(size_t index) { return "$" + std::to_string(index + 1); }

Status OfParameter(size_t index, const Status& status) {
  return status.Annotate("parameter " + NameOf(index));
}

bool IsAlike(LogicalType a, LogicalType b) {
  return IsString(a.id) ? IsString(b.id) : PhysicalTypeOf(a) == PhysicalTypeOf(b);
}

bool IsShorter(LogicalType a, LogicalType b) {
  return a.length != 0 && (b.length == 0 || a.length < b.length);
}

// Finds the parameters in one node's values.
class PlaceFinder {
 public:
  explicit PlaceFinder(std::vector<ParameterPlace>* places) : places_(*places) {}

  void operator()(FileScan& scan) const { Visit(scan.predicates); }
  void operator()(IndexScan& scan) const {
    for (std::optional<KeyBound>* bound : {&scan.lower, &scan.upper}) {
      if (*bound) {
        Visit((*bound)->values);
      }
    }
    Visit(scan.predicates);
  }
  void operator()(Filter& filter) const { Visit(filter.predicate.get()); }
  void operator()(Project& project) const {
    for (const ExprPtr& expression : project.expressions) {
      Visit(expression.get());
    }
  }
  void operator()(NestedLoopJoin& join) const { Visit(join.condition.get()); }
  void operator()(HashJoin& join) const { Visit(join.residual.get()); }
  void operator()(IndexJoin& join) const {
    (*this)(join.inner);
    Visit(join.residual.get());
  }
  void operator()(Values& values) const {
    for (std::vector<Value>& row : values.rows) {
      Visit(row);
    }
  }
  void operator()(Update& update) const {
    for (const Assignment& assignment : update.assignments) {
      Visit(assignment.value.get());
    }
  }
  // Nodes without values.
  template <typename Other>
  void operator()(Other& /*node*/) const {}

 private:
  void Visit(Value* value) const {
    if (value->is_parameter()) {
      places_.push_back({value, static_cast<size_t>(value->parameter_number()) - 1});
    }
  }
  void Visit(std::vector<Value>& values) const {
    for (Value& value : values) {
      Visit(&value);
    }
  }
  void Visit(std::vector<rm::ColumnPredicate>& predicates) const {
    for (rm::ColumnPredicate& predicate : predicates) {
      Visit(&predicate.value);
    }
  }
  void Visit(Expr* expr) const {
    if (expr == nullptr) {
      return;
    }
    Visit(&expr->value);
    for (const ExprPtr& child : expr->children) {
      Visit(child.get());
    }
  }

  std::vector<ParameterPlace>& places_;
};

void FindParameters(PlanNode& plan, std::vector<ParameterPlace>* places) {
  std::visit(PlaceFinder(places), plan.detail);
  for (const PlanPtr& child : plan.children) {
    FindParameters(*child, places);
  }
}

}  // namespace

Result<Value> Parameters::Compared(parser::Parameter parameter, LogicalType type) {
  if (IsString(type.id)) {
    type = {TypeId::kVarchar, 0};  // one that no column could hold is equal to none
  }
  return Take(parameter, type, /*stored=*/false);
}

Result<Value> Parameters::Stored(parser::Parameter parameter, LogicalType type) {
  return Take(parameter, type, IsString(type.id));
}

Result<Value> Parameters::Take(parser::Parameter parameter, LogicalType type, bool stored) {
  const size_t index = parameter.number - 1;
  if (values_) {
    if (index >= values_->size()) {
      return Status(Code::kInvalidArgument, "there is no parameter " + NameOf(index));
    }
    return (*values_)[index];
  }
  uses_.resize(std::max(uses_.size(), index + 1));
  Use& use = uses_[index];
  if (use.type && !IsAlike(*use.type, type)) {
    return Status(Code::kTypeMismatch, "inconsistent types deduced for parameter " + NameOf(index) +
                                           ": " + TypeName(*use.type) + " and " + TypeName(type));
  }
  if (stored) {
    use.stored.push_back(type);
  }
  if (!use.type || IsShorter(type, *use.type)) {
    use.type = type;
  }
  return Value::Parameter(ParameterNumber{parameter.number});
}

Status Parameters::Check() const {
  for (size_t i = 0; i < uses_.size(); ++i) {
    if (!uses_[i].type) {
      return {Code::kTypeMismatch, "could not determine data type of parameter " + NameOf(i)};
    }
  }
  return {};
}

std::vector<LogicalType> Parameters::types() const {
  std::vector<LogicalType> types;
  for (const Use& use : uses_) {
    types.push_back(*use.type);
  }
  return types;
}

Status Parameters::Convert(size_t index, const Value& value, Value* out) const {
  const Use& use = uses_[index];
  const bool is_right =
      value.is_int() ? use.type->id == TypeId::kInt : value.is_string() && IsString(use.type->id);
  if (!is_right) {
    Result<Value> converted = value.CastTo(*use.type);
    RETURN_IF_ERROR(converted.ok() ? Status() : OfParameter(index, converted.status()));
    *out = *std::move(converted);
    return {};
  }
  for (const LogicalType type : use.stored) {
    const bool fits =
        type.id == TypeId::kClassicString && value.string_value().size() <= type.length;
    const Status stored = fits ? Status() : value.CastTo(type).status();
    RETURN_IF_ERROR(stored.ok() ? stored : OfParameter(index, stored));
  }
  *out = value;
  return {};
}

std::vector<ParameterPlace> ParametersOf(PlanNode& plan) {
  std::vector<ParameterPlace> places;
  FindParameters(plan, &places);
  return places;
}

}  // namespace redbase::ql
