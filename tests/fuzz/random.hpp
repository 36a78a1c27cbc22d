// Reproducible choices for the fuzzers (SplitMix64).
#pragma once

#include <cstddef>
#include <cstdint>

namespace igb::test {

class Choices {
 public:
  explicit Choices(std::uint64_t seed) : state_(seed) {}

  std::uint64_t bits() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
  }
  /// 0 .. count - 1.
  std::size_t below(std::size_t count) { return static_cast<std::size_t>(bits() % count); }
  /// One of the elements.
  template <class List>
  const auto& of(const List& list) {
    return list[below(std::size(list))];
  }
  double uniform(double low, double high) {
    return low + (high - low) * static_cast<double>(bits() >> 11) * 0x1p-53;
  }

 private:
  std::uint64_t state_;
};

}  // namespace igb::test
