#include "ex/transport.h"

#include <string>
#include <utility>

namespace redbase::ex {

Result<DataNode*> InProcessTransport::Find(uint32_t node) {
  if (node == 0 || node > nodes_.size()) {
    return Status(Code::kInternal, "there is no data node " + std::to_string(node));
  }
  return nodes_[node - 1].get();
}

Result<Reply> InProcessTransport::Call(uint32_t node, const Request& request,
                                       const CallContext& context) {
  ASSIGN_OR_RETURN(DataNode* const found, Find(node));
  return found->Handle(request, context);
}

Result<std::unique_ptr<FragmentStream>> InProcessTransport::RunFragment(
    uint32_t node, FragmentRequest request, const CallContext& context) {
  ASSIGN_OR_RETURN(DataNode* const found, Find(node));
  return found->RunFragment(std::move(request), context);
}

}  // namespace redbase::ex
