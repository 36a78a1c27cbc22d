#pragma once

#include <cstdint>

#include "layer_rule.hpp"

namespace igb {

/// The map of the variance alone.
class VarianceMap {
 public:
  explicit VarianceMap(const Initialisation& init) : init_(init), part_(linear_part(init)) {}

  /// Where iteration from inputs with q_0 = 1 ends: a fixed point, 0 or infinity.
  [[nodiscard]] double end() const;
  /// Whether it ends at the fixed point q > 0.
  [[nodiscard]] bool ends_at(double q) const;
  /// FixedPoint::q_fixed_points.
  [[nodiscard]] std::uint32_t fixed_points() const;
  /// dq' / dq of a homogeneous node, whose map is a straight line.
  [[nodiscard]] double chi() const;

 private:
  [[nodiscard]] double start() const { return init_.sigma_w2 + init_.sigma_b2; }
  [[nodiscard]] double growth(double q) const;  // q' / q - 1, without skip
  [[nodiscard]] bool fixes_zero() const;
  [[nodiscard]] bool is_lost(double q, double growth) const;
  [[nodiscard]] double end_of_line() const;
  [[nodiscard]] double root_from(double start) const;
  [[nodiscard]] double largest_bounded() const;

  const Initialisation& init_;
  LinearPart part_;
};

}  // namespace igb
