#include "igb/architecture.hpp"

#include <algorithm>
#include <cmath>

namespace igb {

namespace {

bool is_convolution(const Block& block) {
  return block.kind == BlockKind::convolution || block.kind == BlockKind::delta_orthogonal;
}

Status check_pools(const Architecture& architecture) {
  const std::uint32_t pool = architecture.init.block.pool;
  if (architecture.width % pool == 0) return {};
  return {StatusCode::out_of_range, "width (a multiple of pool)",
          static_cast<double>(architecture.width), static_cast<double>(pool), width_max};
}

/// Columns of weights are counted by 32 bits.
Status check_fan_in(const Architecture& architecture) {
  const Block& block = architecture.init.block;
  const double taps = std::pow(block.taps, block.dimensions);
  const auto positions = static_cast<double>(positions_of(block));
  const double units = std::max(architecture.width, architecture.input_width);
  if (units * std::max(taps, positions) <= 0x1p31) return {};
  return {StatusCode::overflow, "width", static_cast<double>(architecture.width)};
}

Status check_combination(const Architecture& architecture) {
  const Block& block = architecture.init.block;
  switch (block.kind) {
    case BlockKind::max_pool:
    case BlockKind::average_pool:
      return check_pools(architecture);
    case BlockKind::residual_scaled:
      return check_range("classes", architecture.classes, 2, architecture.width);
    case BlockKind::convolution:
      if (architecture.init.weights == WeightLaw::orthogonal) {
        return {StatusCode::unknown_name, "weights"};
      }
      return check_fan_in(architecture);
    case BlockKind::delta_orthogonal:
      return check_fan_in(architecture);
    default:
      return {};
  }
}

}  // namespace

std::size_t positions_of(const Block& block) {
  if (!is_convolution(block)) return 1;
  return block.dimensions == 2 ? std::size_t{block.side} * block.side : block.side;
}

Status validate(const Architecture& architecture) {
  const Status checks[] = {
      validate(architecture.init),
      check_range("input_width", architecture.input_width, 1, width_max),
      check_range("width", architecture.width, 1, width_max),
      check_range("depth", architecture.depth, 1, depth_max),
      check_range("classes", architecture.classes, 2, classes_max),
  };
  for (const Status& status : checks) {
    if (!status.ok()) return status;
  }
  return check_combination(architecture);
}

}  // namespace igb
