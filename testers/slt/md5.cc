#include "testers/slt/md5.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

namespace redbase::slt {
namespace {

using State = std::array<uint32_t, 4>;

constexpr size_t kBlock = 64;
// How far each of a round's four steps rotates.
constexpr std::array<std::array<int, 4>, 4> kRotations = {
    {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}}};

uint32_t Mix(size_t round, uint32_t b, uint32_t c, uint32_t d) {
  switch (round) {
    case 0:
      return (b & c) | (~b & d);
    case 1:
      return (d & b) | (~d & c);
    case 2:
      return b ^ c ^ d;
    default:
      return c ^ (b | ~d);
  }
}

// Which of the block's words a step takes.
size_t WordOf(size_t round, size_t step) {
  constexpr std::array<size_t, 4> kFactor = {1, 5, 3, 7};
  constexpr std::array<size_t, 4> kStart = {0, 1, 5, 0};
  return (kFactor[round] * step + kStart[round]) % 16;
}

uint32_t LittleEndian(std::string_view bytes) {
  uint32_t word = 0;
  for (size_t i = 0; i < 4; ++i) {
    word |= uint32_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return word;
}

void AddBlock(std::string_view block, State* state) {
  auto [a, b, c, d] = *state;
  for (size_t step = 0; step < 64; ++step) {
    const size_t round = step / 16;
    const auto sine = static_cast<uint32_t>(
        std::floor(0x1p32 * std::fabs(std::sin(static_cast<double>(step + 1)))));
    const uint32_t word = LittleEndian(block.substr(4 * WordOf(round, step), 4));
    const uint32_t sum = a + Mix(round, b, c, d) + sine + word;
    a = d;
    d = c;
    c = b;
    b += std::rotl(sum, kRotations[round][step % 4]);
  }
  (*state)[0] += a;
  (*state)[1] += b;
  (*state)[2] += c;
  (*state)[3] += d;
}

}  // namespace

std::string Md5(std::string_view bytes) {
  std::string padded(bytes);
  padded.push_back('\x80');
  padded.resize((padded.size() + 8 + kBlock - 1) / kBlock * kBlock - 8, '\0');
  const uint64_t bits = uint64_t{bytes.size()} * 8;
  for (int shift = 0; shift < 64; shift += 8) {
    padded.push_back(static_cast<char>(bits >> shift));
  }
  State state = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476};
  for (size_t at = 0; at < padded.size(); at += kBlock) {
    AddBlock({padded.data() + at, kBlock}, &state);
  }
  std::string digest;
  for (const uint32_t word : state) {
    for (int shift = 0; shift < 32; shift += 8) {
      const uint32_t byte = (word >> shift) & 0xFF;
      digest.push_back("0123456789abcdef"[byte / 16]);
      digest.push_back("0123456789abcdef"[byte % 16]);
    }
  }
  return digest;
}

}  // namespace redbase::slt
