#include "igb/table.hpp"

#include <algorithm>
#include <cmath>

namespace igb {
namespace {

constexpr double largest = 1e100;

const Table& self(const Activation& phi) { return *static_cast<const Table*>(phi.context); }

bool changes(double before, double after) {
  return std::abs(after - before) > 1e-12 * std::max(std::abs(before), std::abs(after));
}

Status check_points(std::span<const double> x, std::span<const double> y) {
  const auto count = static_cast<double>(x.size());
  if (const Status s = check_range("points", count, 2, Table::points_max); !s.ok()) return s;
  if (const Status s = check_range("points of y", static_cast<double>(y.size()), count, count);
      !s.ok()) {
    return s;
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double low = i == 0 ? -largest : x[i - 1];
    if (const Status s = check_range("x", x[i], low, largest); !s.ok()) return s;
    if (i > 0 && x[i] == low) return {StatusCode::out_of_range, "x (repeated)", low, low, largest};
    if (const Status s = check_range("y", y[i], -largest, largest); !s.ok()) return s;
  }
  return {};
}

}  // namespace

Status Table::set(std::span<const double> x, std::span<const double> y) {
  if (const Status s = check_points(x, y); !s.ok()) return s;
  size_ = x.size();
  std::copy(x.begin(), x.end(), x_.begin());
  std::copy(y.begin(), y.end(), y_.begin());
  std::size_t kinks = 0;
  for (std::size_t i = 0; i + 1 < size_; ++i) {
    slopes_[i] = (y_[i + 1] - y_[i]) / (x_[i + 1] - x_[i]);
    if (const Status s = check_range("slope", slopes_[i], -largest, largest); !s.ok()) return s;
    if (i > 0 && changes(slopes_[i - 1], slopes_[i])) kinks_[kinks++] = x_[i];
  }
  activation_ = {.name = "table",
                 .kinks = std::span(kinks_).first(kinks),
                 .value_at = [](const Activation& phi, double at) { return self(phi).value(at); },
                 .slope_at = [](const Activation& phi, double at) { return self(phi).slope(at); },
                 .bend_at = [](const Activation& /*phi*/, double /*at*/) { return 0.0; },
                 .context = this};
  return find_facts(activation_);
}

std::size_t Table::segment(double x) const {
  const auto inner = std::span(x_).first(size_ - 1).subspan(1);
  return static_cast<std::size_t>(std::upper_bound(inner.begin(), inner.end(), x) - inner.begin());
}

double Table::value(double x) const {
  const std::size_t i = segment(x);
  // From the nearer end, so that the value at a point is the one given.
  const std::size_t end = x - x_[i] <= x_[i + 1] - x ? i : i + 1;
  return y_[end] + slopes_[i] * (x - x_[end]);
}

double Table::slope(double x) const { return slopes_[segment(x)]; }

}  // namespace igb
