// Small networks of every block.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <vector>

#include "close.hpp"
#include "igb/architecture.hpp"

namespace igb::test {

/// One architecture a block and convention, odd sizes where they are free.
inline std::vector<Architecture> every_block() {
  const auto with = [](BlockKind kind, auto change, const char* activation = "tanh") {
    Architecture a{{find_activation(activation), 1.7, 0.3}, 9, 12, 4, 3};
    a.init.block.kind = kind;
    change(a);
    return a;
  };
  const auto nothing = [](Architecture&) {};
  std::vector<Architecture> all;
  for (const BlockKind kind : {BlockKind::max_pool, BlockKind::average_pool}) {
    for (const PoolWidth width : {PoolWidth::reduced, PoolWidth::repeated}) {
      for (const std::uint32_t pool : {2U, 3U}) {
        all.push_back(with(kind, [&](Architecture& a) {
          a.init.block.pool_width = width;
          a.init.block.pool = pool;
        }));
      }
    }
  }
  all.push_back(with(BlockKind::dropout, [](Architecture& a) { a.init.block.keep = 0.7; }));
  for (const BlockKind kind : {BlockKind::residual_scaled, BlockKind::residual_after}) {
    all.push_back(with(kind, [](Architecture& a) { a.init.block.residual_depth = 3; }));
  }
  for (const std::uint32_t input_width : {9U, 12U}) {
    all.push_back(with(BlockKind::residual, [&](Architecture& a) {
      a.init.block.sigma_v2 = 0.6;
      a.init.block.sigma_a2 = 0.2;
      a.input_width = input_width;
    }));
  }
  for (const BlockKind kind : {BlockKind::layer_norm_before, BlockKind::layer_norm_after,
                               BlockKind::batch_norm_before, BlockKind::batch_norm_after}) {
    all.push_back(with(kind, nothing));
  }
  for (const BlockKind kind : {BlockKind::convolution, BlockKind::delta_orthogonal}) {
    for (const std::uint32_t dimensions : {1U, 2U}) {
      for (const std::uint32_t taps : {1U, 3U, 5U}) {  // a side of 4: windows that meet themselves
        all.push_back(with(kind, [&](Architecture& a) {
          a.init.block.dimensions = dimensions;
          a.init.block.taps = taps;
          a.init.block.side = 4;
        }));
      }
      all.push_back(with(kind, [&](Architecture& a) {  // a position that is its own neighbour
        a.init.block.dimensions = dimensions;
        a.init.block.side = 1;
      }));
    }
  }
  return all;
}

/// The architecture that a row of a table describes, a column a field.
inline Architecture architecture_of(const Table& table, std::size_t row) {
  const auto number = [&](const char* column) { return table.number(row, column); };
  const auto whole = [&](const char* column) {
    return static_cast<std::uint32_t>(table.number(row, column));
  };
  const auto place = [&](const char* column, std::span<const char* const> names) {
    const auto found = std::find(names.begin(), names.end(), table.text(row, column));
    if (found == names.end()) throw std::runtime_error("no such " + table.text(row, column));
    return found - names.begin();
  };
  Block block;
  block.kind = static_cast<BlockKind>(place("block", block_names()));
  block.pool = whole("pool");
  block.pool_width = static_cast<PoolWidth>(place("pool_width", pool_width_names()));
  block.keep = number("keep");
  block.residual_depth = whole("residual_depth");
  block.sigma_v2 = number("sigma_v2");
  block.sigma_a2 = number("sigma_a2");
  block.taps = whole("taps");
  block.dimensions = whole("dimensions");
  block.side = whole("side");
  return {{find_activation(table.text(row, "activation")), number("sigma_w2"), number("sigma_b2"),
           block, static_cast<WeightLaw>(place("weights", weight_law_names()))},
          whole("input_width"),
          whole("width"),
          whole("depth"),
          whole("classes")};
}

}  // namespace igb::test
