#include "pf/internal/log_frame.h"

#include "common/bytes.h"
#include "common/crc32c.h"

namespace redbase::pf {

namespace {

uint32_t ChecksumOf(const LogFrameHeader& header, std::span<const std::byte> group) {
  const auto bytes = std::as_bytes(std::span<const LogFrameHeader, 1>(&header, 1));
  return common::ExtendCrc32c(common::Crc32c(bytes.subspan(sizeof(header.crc32c))), group);
}

}  // namespace

uint32_t AppendLogFrame(LogFrameHeader header, std::span<const std::byte> group, std::string* out) {
  header.length = static_cast<uint32_t>(group.size());
  header.zero = 0;
  header.crc32c = ChecksumOf(header, group);
  const size_t begin = out->size();
  ByteWriter writer(out);
  writer.Put(header);
  writer.PutBytes(AsChars(group));
  out->resize(begin + LogFrameBytes(group.size()));
  return header.crc32c;
}

bool IsLogFrame(const LogFrameHeader& header, std::span<const std::byte> group) {
  return header.zero == 0 && header.length == group.size() &&
         header.crc32c == ChecksumOf(header, group);
}

}  // namespace redbase::pf
