// Md5: the digest (RFC 1321) by which logic tests name long results.
#pragma once

#include <string>
#include <string_view>

namespace redbase::slt {

// 32 lower-case hexadecimal digits.
std::string Md5(std::string_view bytes);

}  // namespace redbase::slt
