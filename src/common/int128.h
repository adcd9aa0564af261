// Int128: the integer that decimals of many digits and uuids lie in.
#pragma once

namespace redbase {

// A typedef: __extension__, without which the standard has no such type, takes no `using`.
__extension__ typedef __int128 Int128;            // NOLINT(modernize-use-using)
__extension__ typedef unsigned __int128 UInt128;  // NOLINT(modernize-use-using)

inline constexpr Int128 kMaxInt128 = static_cast<Int128>(~UInt128{0} >> 1);
inline constexpr Int128 kMinInt128 = -kMaxInt128 - 1;

}  // namespace redbase
