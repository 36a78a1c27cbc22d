// What tests of random quantities share: every target, samples, and the chance of a false alarm.
#pragma once

#include <cmath>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "igb/arena.hpp"
#include "igb/target.hpp"

namespace igb::test {

/// The targets that this machine can run, all of which must agree.
inline std::vector<Target> targets() {
  std::vector<Target> available;
  for (const Target target : {Target::emulated, Target::baseline, Target::avx2, Target::avx512}) {
    if (target_available(target)) available.push_back(target);
  }
  return available;
}

/// Statistical checks allow this many standard errors: two-sided false-alarm rate 5.7e-7 each.
/// Seeds are fixed, so a check that passed once passes always.
inline constexpr double five_sigma = 5.0;

struct Moments {
  double mean = 0.0;
  double variance = 0.0;
};

inline Moments moments_of(const std::vector<double>& sample) {
  double sum = 0.0;
  for (const double x : sample) sum += x;
  const double mean = sum / static_cast<double>(sample.size());
  double squares = 0.0;
  for (const double x : sample) squares += (x - mean) * (x - mean);
  return {mean, squares / static_cast<double>(sample.size() - 1)};
}

/// Heap memory aligned as arenas want it.
class AlignedMemory {
 public:
  explicit AlignedMemory(std::size_t bytes) : storage_(bytes + Arena::alignment, std::byte{0xff}) {
    void* start = storage_.data();
    std::size_t space = storage_.size();
    start_ = static_cast<std::byte*>(std::align(Arena::alignment, bytes, start, space));
    bytes_ = bytes;
  }
  [[nodiscard]] std::span<std::byte> bytes() const { return {start_, bytes_}; }

 private:
  std::vector<std::byte> storage_;
  std::byte* start_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace igb::test
