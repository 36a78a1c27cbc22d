#pragma once

namespace igb {

/// P(u <= x, v <= y) for standard normal u, v of correlation r, -1 <= r <= 1; x and y may be
/// infinite. Absolute error below 1e-15. NaN for NaN and for r out of range. Cost: 0.1 to 0.2 us.
/// Method: integral over the correlation (Drezner and Wesolowsky 1990, Genz 2004); near r = +-1
/// the series of bivariate_normal_crossing.
[[nodiscard]] double bivariate_normal_cdf(double x, double y, double r);

/// P(u <= min(x, y), v > max(x, y)) at correlation 1 - d, 0 <= d <= 2: what Phi(min(x, y)) exceeds
/// bivariate_normal_cdf by. It falls to 0 with sqrt(d): accurate relative to its value at x = y
/// where d <= 0.075, absolutely as above elsewhere.
[[nodiscard]] double bivariate_normal_crossing(double x, double y, double d);

}  // namespace igb
