#pragma once

// Pairs of inputs of large variance, where phi is a pair of straight lines but for a neighbourhood
// of the origin.

#include <array>
#include <optional>

#include "igb/activation.hpp"

namespace igb {

/// phi(u) = straight u + bent |u| + level + jump sgn(u) + rest(u), where rest(u) is 0 to all digits
/// for |u| >= reach.
struct Asymptote {
  double straight;
  double bent;
  double level;
  double jump;
  double reach;
};

/// None where phi has not become straight by |u| = 128, such as one that saturates as a power of u.
/// Cost: some 300 evaluations of phi and of phi'.
[[nodiscard]] std::optional<Asymptote> find_asymptote(const Activation& phi);

/// Expectations over pairs of variance q and correlation c = 1 - d. What the lines contribute has a
/// closed form, the products of lines and rest are integrals over one variable, and those of rest
/// and rest a sum of products of such: some hundred evaluations of phi whatever q is, instead of
/// the 10^6 of a plane of panels. Relative error some 1e-15.
class AsymptoticPair {
 public:
  /// For sqrt(q d (2 - d)) >= least_spread. fraction: of resolving_fraction (quadrature.hpp).
  AsymptoticPair(const Activation& phi, const Asymptote& lines, double q, double d,
                 double fraction);

  static constexpr double least_spread = 8.0;

  // None where the sum of products has not converged.
  [[nodiscard]] std::optional<double> gap() const;               ///< kappa(1) - kappa(c)
  [[nodiscard]] std::optional<double> slope_covariance() const;  ///< kappa_dot(c)

 private:
  /// E[f(u) f(v)] of an f that vanishes beyond reach, from its values. With the density
  /// exp(-(u^2 + v^2 - 2 c u v) / (2 spread^2)) / (2 pi sigma spread) it is
  /// SUM_k c^k / k! (INT f(u) (u / spread)^k exp(-u^2 / (2 spread^2)) du)^2 / (2 pi sigma spread).
  class Product {
   public:
    explicit Product(const AsymptoticPair& pair) : pair_(pair) {}
    void add(double u, double weighted_value);
    [[nodiscard]] std::optional<double> mean() const;

   private:
    static constexpr std::size_t orders = 48;
    const AsymptoticPair& pair_;
    std::array<double, orders> moments_{};
  };

  template <class Visit>
  void visit_rest(const Visit& visit) const;
  [[nodiscard]] double density(double u) const;

  const Activation& phi_;
  const Asymptote& lines_;
  double q_;
  double d_;
  double fraction_;
  double sigma_;
  double spread_;  // sigma sqrt(1 - c^2): the standard deviation of one input given the other
};

}  // namespace igb
