#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <string>

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

/// Bytes of physical memory of this machine.
[[nodiscard]] double machine_memory();

/// Throws Failure where so many bytes are more than that: the system would hand them out, and end
/// the program when they are used. `subject`: whose bytes, as in "inputs = 9: their kernel".
void check_memory(double bytes, const std::string& subject);

}  // namespace igb::cli
