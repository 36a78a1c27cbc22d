#pragma once

// Gaussian moments of one activation for all q and d, tabulated as far as they are asked for.

#include <array>
#include <cstddef>
#include <span>

#include "igb/activation.hpp"
#include "igb/arena.hpp"

namespace igb {

/// The expectations of a layer at one q that do not depend on d.
struct Moments {
  double second;  ///< E[phi^2]
  double growth;  ///< d E[phi^2] / dq
  double slope;   ///< E[phi'^2]
};

/// S(d) = (kappa(1) - kappa(c)) / (q d) at one q, which falls from E[phi'^2] at d = 0: a Chebyshev
/// series in 2 t - 1 with sqrt(d) = sinh(t stretch) / end, end = sinh(stretch).
struct GapSeries {
  static constexpr std::size_t nodes = 40;

  std::size_t terms;
  double stretch;
  double end;
  std::array<double, nodes> coefficients;
};

/// One range of q: q = 0 .. lowest_q in sqrt(q), or a factor of `ratio` in ln q. Rows are Chebyshev
/// coefficients in q, columns the functions: E[phi^2] / (q + phi(0)^2), growth, slope, series.
struct MomentRange {
  static constexpr std::size_t q_nodes = 16;
  static constexpr std::size_t plain_columns = 4;  // one of them only fills up
  static constexpr std::size_t columns = plain_columns + GapSeries::nodes;

  enum class State { unknown, good, bad };
  State state;
  std::size_t q_terms;  ///< rows that matter
  std::size_t d_terms;  ///< terms of the series in d that matter, an even number
  double stretch;
  double end;
  double rows[q_nodes][columns];
};

class MomentTable {
 public:
  static constexpr double lowest_q = 0.01;
  static constexpr double ratio = 4.0;
  static constexpr std::size_t ranges = 15;

  struct Scratch {
    static constexpr std::size_t points = 1024;
    static constexpr std::size_t orders = 8192;
    std::array<double, points> even, odd, before, now;
    std::array<double, orders> squares;
  };

  /// Takes what it needs from the arena; null when measuring or when it does not fit.
  static MomentTable* make(const Activation& phi, Arena& arena);

  /// False where the table cannot tell.
  bool moments(double q, Moments& result);
  bool gap_series(double q, GapSeries& result);
  /// Whether E[phi^2] / q falls with q, as far as can be seen, so that the map of q has one fixed
  /// point but 0.
  [[nodiscard]] bool falls() const { return falls_; }

 private:
  struct Place {
    MomentRange* range;
    double x;  // -1 .. 1
  };
  Place place(double q);
  void tabulate(std::size_t index);
  static bool cut(MomentRange& range);

  const Activation* phi_;
  double offset_;  // phi(0)^2
  bool falls_;
  std::span<MomentRange> ranges_;
  Scratch* scratch_;
};

}  // namespace igb
