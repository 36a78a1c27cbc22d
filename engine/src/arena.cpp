#include "igb/arena.hpp"

namespace igb {

Status Arena::status() const {
  if (overflowed_) return {StatusCode::overflow, "memory"};
  if (measuring_) return {};
  if (reinterpret_cast<std::uintptr_t>(base_) % alignment != 0) {
    return {StatusCode::misaligned, "memory"};
  }
  const std::size_t capacity = base_ != nullptr ? capacity_ : 0;
  if (used_ > capacity) {
    return {StatusCode::buffer_too_small, "memory", static_cast<double>(capacity),
            static_cast<double>(used_), static_cast<double>(limit)};
  }
  return {};
}

}  // namespace igb
