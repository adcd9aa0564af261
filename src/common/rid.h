// Rid: the address of a record, a page of its file and a slot of that page.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace redbase {

enum class PageNum : uint32_t {};
enum class SlotNum : uint16_t {};

inline constexpr PageNum kNoPage{std::numeric_limits<uint32_t>::max()};

struct Rid {
  PageNum page = kNoPage;
  SlotNum slot{0};

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy mistakes the 0 it expands to
  auto operator<=>(const Rid&) const = default;
};

// 48 bits, ordered as the RID is: page, then slot.
inline uint64_t PackRid(Rid rid) {
  return (uint64_t{static_cast<uint32_t>(rid.page)} << 16) | static_cast<uint16_t>(rid.slot);
}
inline Rid UnpackRid(uint64_t packed) {
  return {PageNum{static_cast<uint32_t>(packed >> 16)}, SlotNum{static_cast<uint16_t>(packed)}};
}

}  // namespace redbase
