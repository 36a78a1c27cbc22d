#pragma once

#include <algorithm>
#include <cstring>
#include <initializer_list>
#include <limits>
#include <new>
#include <span>

#include "igb/architecture.hpp"
#include "igb/arena.hpp"
#include "igb/igb.h"
#include "igb/initialisation.hpp"
#include "igb/network.hpp"
#include "igb/status.hpp"

/// What the functions of igb.h share: statuses, plain structs and the caller's memory.
namespace igb::c_api {

inline int32_t report_to(igb_status* why, const Status& status) {
  const auto code = static_cast<int32_t>(status.code);
  if (why != nullptr) {
    *why = {code, status.parameter, status.value, status.low, status.high, status.detail};
  }
  return code;
}

struct Pointer {
  const char* name;
  const void* address;
};

/// null_pointer for the first that is.
inline Status require(std::initializer_list<Pointer> pointers) {
  for (const auto& [name, address] : pointers) {
    if (address == nullptr) return {StatusCode::null_pointer, name};
  }
  return {};
}

inline Status first_error(std::initializer_list<Status> checks) {
  for (const Status& status : checks) {
    if (!status.ok()) return status;
  }
  return {};
}

inline const igb_activation* opaque(const Activation* phi) {
  return reinterpret_cast<const igb_activation*>(phi);
}

inline const Activation* activation_of(const igb_activation* activation) {
  return reinterpret_cast<const Activation*>(activation);
}

inline Block block_of(const igb_block& block) {
  return {.kind = static_cast<BlockKind>(block.kind),
          .pool = block.pool,
          .pool_width = static_cast<PoolWidth>(block.pool_width),
          .keep = block.keep,
          .residual_depth = block.residual_depth,
          .sigma_v2 = block.sigma_v2,
          .sigma_a2 = block.sigma_a2,
          .taps = block.taps,
          .dimensions = block.dimensions,
          .side = block.side};
}

inline Initialisation initialisation(const igb_initialisation& init) {
  return {activation_of(init.activation), init.sigma_w2, init.sigma_b2, block_of(init.block),
          static_cast<WeightLaw>(init.weights)};
}

inline Architecture architecture_of(const igb_architecture& architecture) {
  return {initialisation(architecture.init), architecture.input_width, architecture.width,
          architecture.depth, architecture.classes};
}

/// One of the names, or "unknown".
inline const char* name_of(std::span<const char* const> names, int32_t index) {
  const auto place = static_cast<std::size_t>(index);
  return place < names.size() ? names[place] : "unknown";
}

/// Where the numbers of a layer lie, and how.
inline const float* view_of(const LayerView& layer, igb_layer_shape& shape) {
  shape = {static_cast<uint32_t>(layer.inputs), static_cast<uint32_t>(layer.positions),
           static_cast<uint32_t>(layer.units), static_cast<uint32_t>(layer.stride)};
  return layer.values;
}

/// rows x columns objects of T, or overflow where that many do not fit the address space.
template <class T>
Status checked_size(std::uint64_t rows, std::uint64_t columns, std::size_t& size) {
  constexpr auto most = static_cast<double>(std::numeric_limits<std::ptrdiff_t>::max()) / sizeof(T);
  if (static_cast<double>(rows) * static_cast<double>(columns) > most) {
    return {StatusCode::overflow, "memory"};
  }
  size = static_cast<std::size_t>(rows * columns);
  return {};
}

/// Floats of `count` inputs of a network that `validate` has accepted.
inline Status inputs_size(const Architecture& architecture, uint32_t count, std::size_t& size) {
  const std::size_t positions = positions_of(architecture.init.block);
  return checked_size<float>(count, positions * std::uint64_t{architecture.input_width}, size);
}

inline Status inputs_size(const igb_architecture& architecture, uint32_t count, std::size_t& size) {
  return inputs_size(architecture_of(architecture), count, size);
}

inline Status check_classes(uint32_t classes) {
  return check_range("classes", classes, 2, classes_max);
}

inline Status check_gamma(double gamma) {
  return check_range("gamma", gamma, 0.0, std::numeric_limits<double>::infinity());
}

/// An object at the start of an arena over the caller's memory, with what it takes from the rest.
template <class Object>
Status make_with_arena(void* memory, size_t bytes, Arena& arena, Object*& object) {
  if (const Status s = require({{"memory", memory}}); !s.ok()) return s;
  arena = Arena({static_cast<std::byte*>(memory), bytes});
  const std::span<Object> place = arena.take<Object>(1);
  if (const Status status = arena.status(); !status.ok()) return status;
  object = new (place.data()) Object{};
  return {};
}

/// Whether memory[bytes] holds that many: null_pointer, misaligned, buffer_too_small.
inline Status check_memory(void* memory, size_t bytes, std::size_t needed) {
  if (const Status s = require({{"memory", memory}}); !s.ok()) return s;
  Arena whole({static_cast<std::byte*>(memory), bytes});
  (void)whole.take<std::byte>(needed);
  return whole.status();
}

/// Bytes of an object and of what it takes.
template <class Object>
Status bytes_with(std::size_t taken, size_t& bytes) {
  Arena measure;
  (void)measure.take<Object>(1);
  (void)measure.take<std::byte>(taken);
  bytes = measure.used();
  return measure.status();
}

inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace igb::c_api
