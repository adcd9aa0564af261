#include "ix/key_reservation.h"

#include <utility>

#include "ix/internal/tree.h"

namespace redbase::ix {

KeyReservation::KeyReservation(BPlusTree& tree, ReservedKeys::Owner owner)
    : tree_(*tree.impl_), keys_(tree_.reserved()), handle_(keys_->Begin(std::move(owner))) {}

Result<bool> KeyReservation::Add(std::string_view key, const ChangerOf& changer_of) {
  return tree_.Reserve(handle_, key, changer_of);
}

}  // namespace redbase::ix
