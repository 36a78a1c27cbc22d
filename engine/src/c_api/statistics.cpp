#include "c_api/convert.hpp"
#include "igb/accumulator.hpp"
#include "igb/kolmogorov_smirnov.hpp"
#include "igb/quantiles.hpp"

using namespace igb::c_api;
using igb::Status;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double count_max = std::numeric_limits<uint32_t>::max();

/// Between 0 and 1, neither of which is allowed.
Status check_inside(const char* parameter, double value) {
  if (value > 0.0 && value < 1.0) return {};
  return {igb::StatusCode::out_of_range, parameter, value, 0.0, 1.0};
}

igb_estimate estimate_of(const igb::Estimate& estimate) {
  return {estimate.mean, estimate.standard_error};
}

}  // namespace

double igb_ks_distance(const uint32_t* networks, const double* pmf, uint32_t inputs) {
  if (networks == nullptr || pmf == nullptr) return not_a_number;
  const std::size_t size = std::size_t{inputs} + 1;
  return igb::ks_distance({networks, size}, {pmf, size});
}

double igb_ks_p_value(double distance, uint32_t networks) {
  return igb::ks_p_value(distance, networks);
}

double igb_ks_two_sample_distance(const double* a, uint32_t count_a, const double* b,
                                  uint32_t count_b) {
  if (a == nullptr || b == nullptr) return not_a_number;
  return igb::ks_distance(std::span(a, count_a), std::span(b, count_b));
}

double igb_ks_two_sample_p_value(double distance, uint32_t count_a, uint32_t count_b) {
  return igb::ks_p_value(distance, count_a, count_b);
}

int32_t igb_mean(const double* values, uint32_t count, double confidence, igb_estimate* mean,
                 igb_interval* interval, igb_status* why) {
  const Status checked = first_error(
      {require({{"values", values}, {"mean", mean}, {"interval", interval}}),
       igb::check_range("count", count, 1, count_max), check_inside("confidence", confidence)});
  if (!checked.ok()) return report_to(why, checked);
  igb::Accumulator sum;
  for (uint32_t i = 0; i < count; ++i) sum.add(values[i]);
  *mean = estimate_of(sum.estimate());
  const igb::Interval found = sum.mean_interval(confidence);
  *interval = {found.low, found.high};
  return report_to(why, {});
}

int32_t igb_ratio(const double* x, const double* y, uint32_t count, igb_estimate* ratio,
                  igb_status* why) {
  const Status checked = first_error({require({{"x", x}, {"y", y}, {"ratio", ratio}}),
                                      igb::check_range("count", count, 2, count_max)});
  if (!checked.ok()) return report_to(why, checked);
  igb::RatioAccumulator sums;
  for (uint32_t i = 0; i < count; ++i) sums.add(x[i], y[i]);
  *ratio = estimate_of(sums.ratio());
  return report_to(why, {});
}

int32_t igb_quantile(const double* sorted, uint32_t count, double p, double confidence,
                     double* quantile, igb_interval* interval, igb_status* why) {
  igb::RankInterval ranks{};
  const Status checked =
      first_error({require({{"sorted", sorted}, {"quantile", quantile}, {"interval", interval}}),
                   igb::check_range("count", count, 1, count_max),
                   igb::quantile_ranks(count, p, confidence, ranks)});
  if (!checked.ok()) return report_to(why, checked);
  const auto value = [&](std::uint64_t rank) { return sorted[static_cast<std::size_t>(rank) - 1]; };
  *quantile = value(igb::quantile_rank(count, p));
  *interval = {ranks.low == 0 ? -infinity : value(ranks.low),
               ranks.high > count ? infinity : value(ranks.high)};
  return report_to(why, {});
}
