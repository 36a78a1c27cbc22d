#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "igb/status.hpp"

namespace igb {

/// A stack of scratch memory over bytes that the caller owns. Every block starts at a multiple of
/// 64 bytes, so the memory must, too.
///
/// An arena without memory only measures: it hands out empty spans and counts. Each `..._bytes`
/// twin runs the very layout of its entry point over a measuring arena, so the two cannot drift
/// apart.
class Arena {
 public:
  static constexpr std::size_t alignment = 64;

  /// Measures; `take` never touches memory.
  constexpr Arena() = default;
  explicit Arena(std::span<std::byte> memory)
      : base_(memory.data()), capacity_(memory.size()), measuring_(false) {}

  /// `count` uninitialised objects of T, or an empty span when measuring or when they do not fit.
  /// After a failure everything fails; ask `status()` once, after the last block.
  template <class T>
  [[nodiscard]] std::span<T> take(std::size_t count) {
    static_assert(alignof(T) <= alignment);
    const std::size_t start = used_;
    if (count > (limit - start - (alignment - 1)) / sizeof(T)) {
      overflowed_ = true;
      return {};
    }
    used_ = (start + count * sizeof(T) + alignment - 1) / alignment * alignment;
    if (measuring_ || !status().ok()) return {};
    return {reinterpret_cast<T*>(base_ + start), count};
  }

  /// rows x columns of them, the product checked.
  template <class T>
  [[nodiscard]] std::span<T> take(std::size_t rows, std::size_t columns) {
    if (columns > 0 && rows > limit / columns) {
      overflowed_ = true;
      return {};
    }
    return take<T>(rows * columns);
  }

  /// Bytes taken so far, those that did not fit included.
  [[nodiscard]] std::size_t used() const { return used_; }

  /// overflow, misaligned, buffer_too_small, or ok.
  [[nodiscard]] Status status() const;

 private:
  static constexpr std::size_t limit = std::numeric_limits<std::ptrdiff_t>::max();

  std::byte* base_ = nullptr;
  std::size_t capacity_ = limit;
  std::size_t used_ = 0;
  bool measuring_ = true;
  bool overflowed_ = false;
};

}  // namespace igb
