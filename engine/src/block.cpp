#include "igb/block.hpp"

#include <array>

#include "igb/architecture.hpp"

namespace igb {
namespace {

constexpr std::array<const char*, 13> names{
    "plain",
    "max_pool",
    "average_pool",
    "dropout",
    "residual_scaled",
    "residual",
    "residual_after",
    "layer_norm_before",
    "layer_norm_after",
    "batch_norm_before",
    "batch_norm_after",
    "convolution",
    "delta_orthogonal",
};
static_assert(names.size() == static_cast<std::size_t>(BlockKind::delta_orthogonal) + 1);

constexpr std::array<const char*, 2> width_names{"reduced", "repeated"};

Status check_convolution(const Block& block) {
  const Status checks[] = {check_range("taps", block.taps, 1, taps_max),
                           check_range("dimensions", block.dimensions, 1, 2),
                           check_range("side", block.side, 1, side_max)};
  for (const Status& status : checks) {
    if (!status.ok()) return status;
  }
  if (block.taps % 2 == 1) return {};
  return {StatusCode::out_of_range, "taps (odd)", static_cast<double>(block.taps), 1, taps_max};
}

Status check_pool(const Block& block) {
  if (const auto width = static_cast<std::size_t>(block.pool_width); width >= width_names.size()) {
    return {StatusCode::unknown_name, "pool_width"};
  }
  return check_range("pool", block.pool, 2, pool_max);
}

}  // namespace

Status validate(const Block& block) {
  switch (block.kind) {
    case BlockKind::max_pool:
    case BlockKind::average_pool:
      return check_pool(block);
    case BlockKind::dropout:
      return check_range("keep", block.keep, keep_min, 1.0);
    case BlockKind::residual_scaled:
    case BlockKind::residual_after:
      return check_range("residual_depth", block.residual_depth, 1, depth_max);
    case BlockKind::residual: {
      const Status status = check_range("sigma_v2", block.sigma_v2, sigma_w2_min, sigma_w2_max);
      if (!status.ok()) return status;
      return check_range("sigma_a2", block.sigma_a2, sigma_b2_min, sigma_b2_max);
    }
    case BlockKind::convolution:
    case BlockKind::delta_orthogonal:
      return check_convolution(block);
    case BlockKind::plain:
    case BlockKind::layer_norm_before:
    case BlockKind::layer_norm_after:
    case BlockKind::batch_norm_before:
    case BlockKind::batch_norm_after:
      return {};
  }
  return check_range("block", static_cast<double>(block.kind), 0,
                     static_cast<double>(BlockKind::delta_orthogonal));
}

std::span<const char* const> pool_width_names() { return width_names; }

std::span<const char* const> block_names() { return names; }

const char* block_name(BlockKind kind) {
  const auto index = static_cast<std::size_t>(kind);
  return index < names.size() ? names[index] : "unknown";
}

Status find_block(std::string_view name, BlockKind& kind) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (name == names[i]) {
      kind = static_cast<BlockKind>(i);
      return {};
    }
  }
  return {StatusCode::unknown_name, "block"};
}

}  // namespace igb
