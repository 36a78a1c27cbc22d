#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "igb/activation.hpp"
#include "igb/status.hpp"

namespace igb {

/// An activation through given points (x_i, y_i): straight between them, so that it is monotonic
/// and bounded where the points are, and straight on beyond the first and the last with the slope
/// that is there; a bounded activation ends in two equal values on either side. Its kinks are the
/// points where the slope changes, by more than 1e-12 of itself.
///
/// The values are copied into this object, 1.7 KB. Expectations of pairs cut the plane at every
/// kink: their cost grows with the square of the number of points.
class Table {
 public:
  static constexpr std::size_t points_max = kinks_max + 2;

  /// Takes the points anew, x ascending.
  /// Errors: out_of_range (points, 2 .. points_max, of x and of y; x, y, -1e100 .. 1e100; slope,
  /// between two points, the same); those of find_facts, that is constant values, or points so
  /// close that the activation jumps. After an error `activation` must not be used.
  Status set(std::span<const double> x, std::span<const double> y);

  /// Refers to this table, which must outlive it and stay where it is.
  [[nodiscard]] const Activation& activation() const { return activation_; }

  [[nodiscard]] double value(double x) const;
  /// At a point the slope to its right.
  [[nodiscard]] double slope(double x) const;

 private:
  [[nodiscard]] std::size_t segment(double x) const;

  std::array<double, points_max> x_{};
  std::array<double, points_max> y_{};
  std::array<double, points_max - 1> slopes_{};
  std::array<double, kinks_max> kinks_{};
  std::size_t size_ = 0;
  Activation activation_;
};

}  // namespace igb
