#pragma once

#include <cstddef>
#include <memory>
#include <new>

#include "igb/arena.hpp"

namespace igb::cli {

/// Memory for arenas, one after the other.
class Memory {
 public:
  explicit Memory(std::size_t bytes)
      : bytes_(bytes), memory_(static_cast<std::byte*>(::operator new(bytes, alignment))) {}
  /// An arena over all of it, which ends the use of any arena before.
  [[nodiscard]] Arena arena() { return Arena({memory_.get(), bytes_}); }

 private:
  static constexpr std::align_val_t alignment{Arena::alignment};
  struct Free {
    void operator()(std::byte* memory) const { ::operator delete(memory, alignment); }
  };
  std::size_t bytes_;
  std::unique_ptr<std::byte, Free> memory_;
};

}  // namespace igb::cli
