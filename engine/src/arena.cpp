#include "igb/arena.hpp"

namespace igb {

Status Arena::status() const {
  if (overflowed_) return {StatusCode::overflow, "memory"};
  if (base_ == nullptr && capacity_ == limit) return {};  // measuring
  if (reinterpret_cast<std::uintptr_t>(base_) % alignment != 0) {
    return {StatusCode::misaligned, "memory"};
  }
  if (used_ > capacity_) {
    return {StatusCode::buffer_too_small, "memory", static_cast<double>(capacity_),
            static_cast<double>(used_), static_cast<double>(limit)};
  }
  return {};
}

}  // namespace igb
