// Philox4x32-10 (Salmon et al. 2011), once for integers and for vectors of them.
#pragma once

#include <array>
#include <cstdint>

namespace igb {

inline constexpr int philox_rounds = 10;
inline constexpr std::array<std::uint32_t, 2> philox_multipliers{0xD2511F53U, 0xCD9E8D57U};
inline constexpr std::array<std::uint32_t, 2> philox_weyl{0x9E3779B9U, 0xBB67AE85U};

/// The keys of all rounds.
using PhiloxKeys = std::array<std::array<std::uint32_t, 2>, philox_rounds>;

constexpr PhiloxKeys philox_keys(std::array<std::uint32_t, 2> key) {
  PhiloxKeys keys{};
  for (auto& round : keys) {
    round = key;
    key = {key[0] + philox_weyl[0], key[1] + philox_weyl[1]};
  }
  return keys;
}

struct PhiloxProduct {
  std::uint32_t high;
  std::uint32_t low;
};

/// The halves of the 64-bit product.
[[gnu::always_inline]] inline PhiloxProduct philox_multiply(std::uint32_t a, std::uint32_t m) {
  const std::uint64_t product = std::uint64_t{a} * m;
  return {static_cast<std::uint32_t>(product >> 32), static_cast<std::uint32_t>(product)};
}
/// a ^ b ^ c.
[[gnu::always_inline]] inline std::uint32_t philox_mix(std::uint32_t a, std::uint32_t b,
                                                       std::uint32_t c) {
  return a ^ b ^ c;
}

/// words = the bijection of the counter (c0, c1, c2, c3). Each of its words is a number or a vector
/// that has functions of these names; what follows from numbers alone remains a number. Where three
/// words are numbers and the vector is the same for a whole loop, three of the 20 vector products
/// are left out and two move out of the loop.
template <int round = 0, class C0, class C1, class C2, class C3, class Word>
[[gnu::always_inline]] inline void philox_bijection(const C0& c0, const C1& c1, const C2& c2,
                                                    const C3& c3, const PhiloxKeys& keys,
                                                    std::array<Word, 4>& words) {
  if constexpr (round == philox_rounds) {
    words = {c0, c1, c2, c3};
  } else {
    const auto first = philox_multiply(c0, philox_multipliers[0]);
    const auto second = philox_multiply(c2, philox_multipliers[1]);
    philox_bijection<round + 1>(philox_mix(second.high, c1, keys[round][0]), second.low,
                                philox_mix(first.high, c3, keys[round][1]), first.low, keys, words);
  }
}

}  // namespace igb
