// Philox4x32-10 (Salmon et al. 2011), once for integers and for vectors of them.
#pragma once

#include <array>
#include <cstdint>

namespace igb {

inline constexpr int philox_rounds = 10;
inline constexpr std::array<std::uint32_t, 2> philox_multipliers{0xD2511F53U, 0xCD9E8D57U};
inline constexpr std::array<std::uint32_t, 2> philox_weyl{0x9E3779B9U, 0xBB67AE85U};

/// `multiply(word, constant)` returns the halves .high and .low of the 64-bit product.
template <class Word, class Multiply>
[[gnu::always_inline]] inline void philox_bijection(std::array<Word, 4>& counter,
                                                    std::array<std::uint32_t, 2> key,
                                                    Multiply multiply) {
  for (int round = 0; round < philox_rounds; ++round) {
    const auto first = multiply(counter[0], philox_multipliers[0]);
    const auto second = multiply(counter[2], philox_multipliers[1]);
    counter = {second.high ^ counter[1] ^ Word(key[0]), second.low,
               first.high ^ counter[3] ^ Word(key[1]), first.low};
    key = {key[0] + philox_weyl[0], key[1] + philox_weyl[1]};
  }
}

}  // namespace igb
