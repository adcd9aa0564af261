// KeyReservation: keys that a transaction is going to insert into a unique tree, later than
// it has said so.
//
// From Add on until this goes, no other transaction inserts such a key: it has to wait for
// the end of the one that owns it, as for one that has inserted the key.
//
// Not thread-safe.
#pragma once

#include <memory>
#include <string_view>

#include "common/result.h"
#include "ix/bplus_tree.h"
#include "ix/internal/reserved_keys.h"

namespace redbase::ix {

class KeyReservation {
 public:
  // `tree` is there as long as Add is called.
  KeyReservation(BPlusTree& tree, ReservedKeys::Owner owner);
  ~KeyReservation() { keys_->End(handle_); }
  KeyReservation(const KeyReservation&) = delete;
  KeyReservation& operator=(const KeyReservation&) = delete;

  // False, and nothing is reserved, when Insert would do anything but succeed.
  // Requires: no value of the key is null.
  Result<bool> Add(std::string_view key, const ChangerOf& changer_of);

 private:
  BPlusTree::Impl& tree_;
  const std::shared_ptr<ReservedKeys> keys_;
  const ReservedKeys::Handle handle_;
};

}  // namespace redbase::ix
