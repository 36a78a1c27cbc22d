#include "c_api/convert.hpp"
#include "igb/guessing_law.hpp"
#include "igb/many_class_law.hpp"

using namespace igb::c_api;
using igb::Status;

namespace {

bool is_gamma(double gamma) { return gamma >= 0.0; }

}  // namespace

double igb_two_class_pdf(double gamma, double g) {
  return is_gamma(gamma) ? igb::TwoClassLaw{gamma}.pdf(g) : not_a_number;
}

double igb_two_class_cdf(double gamma, double g) {
  return is_gamma(gamma) ? igb::TwoClassLaw{gamma}.cdf(g) : not_a_number;
}

double igb_two_class_quantile(double gamma, double p) {
  return is_gamma(gamma) && p >= 0.0 && p <= 1.0 ? igb::TwoClassLaw{gamma}.quantile(p)
                                                 : not_a_number;
}

double igb_two_class_max_quantile(double gamma, double p) {
  return is_gamma(gamma) && p >= 0.0 && p <= 1.0 ? igb::TwoClassLaw{gamma}.max_quantile(p)
                                                 : not_a_number;
}

double igb_two_class_mean_max_frequency(double gamma) {
  return is_gamma(gamma) ? igb::TwoClassLaw{gamma}.mean_max_frequency() : not_a_number;
}

double igb_two_class_variance(double gamma) {
  return is_gamma(gamma) ? igb::TwoClassLaw{gamma}.variance() : not_a_number;
}

int32_t igb_finite_two_class_law(double gamma, uint32_t inputs, double* pmf, igb_status* why) {
  const Status checked = first_error(
      {require({{"pmf", pmf}}), igb::check_range("inputs", inputs, 1, igb::inputs_max)});
  if (!checked.ok()) return report_to(why, checked);
  return report_to(why, igb::finite_two_class_law(gamma, {pmf, std::size_t{inputs} + 1}));
}

int32_t igb_many_class_law(uint32_t classes, double gamma, igb_many_class_report* report,
                           igb_status* why) {
  const Status status =
      first_error({require({{"report", report}}), check_classes(classes), check_gamma(gamma)});
  if (status.ok()) {
    const igb::ManyClassLaw law{classes, gamma};
    *report = {law.mean_max_frequency(), law.mean_square_sum(), law.variance()};
  }
  return report_to(why, status);
}

int32_t igb_finite_many_class_variance(uint32_t classes, double gamma, uint32_t inputs,
                                       double* variance, igb_status* why) {
  const Status status =
      first_error({require({{"variance", variance}}), check_classes(classes), check_gamma(gamma),
                   igb::check_range("inputs", inputs, 1, igb::inputs_max)});
  if (status.ok()) *variance = igb::ManyClassLaw{classes, gamma}.finite_variance(inputs);
  return report_to(why, status);
}

int32_t igb_sample_drifts(const igb_draw* draw, uint32_t classes, double* drifts, igb_status* why) {
  if (const Status s = require({{"draw", draw}, {"drifts", drifts}}); !s.ok()) {
    return report_to(why, s);
  }
  return report_to(why, igb::sample_drifts({draw->seed, draw->network}, {drifts, classes}));
}

int32_t igb_class_fractions(double gamma, const double* drifts, uint32_t classes, double* g,
                            igb_status* why) {
  if (const Status s = require({{"drifts", drifts}, {"g", g}}); !s.ok()) return report_to(why, s);
  return report_to(why, igb::class_fractions(gamma, {drifts, classes}, {g, classes}));
}

int32_t igb_sample_counts(const igb_draw* draw, uint32_t inputs, const double* g, uint32_t classes,
                          uint32_t* counts, igb_status* why) {
  if (const Status s = require({{"draw", draw}, {"g", g}, {"counts", counts}}); !s.ok()) {
    return report_to(why, s);
  }
  return report_to(why, igb::sample_counts({draw->seed, draw->network}, inputs, {g, classes},
                                           {counts, classes}));
}

int32_t igb_null_mean_max_frequency(uint32_t classes, uint32_t inputs, double* frequency,
                                    igb_status* why) {
  if (const Status s = require({{"frequency", frequency}}); !s.ok()) return report_to(why, s);
  return report_to(why, igb::null_mean_max_frequency(classes, inputs, *frequency));
}

int32_t igb_finite_mean_max_frequency(uint32_t classes, double gamma, uint32_t inputs,
                                      const igb_draw* draw, uint32_t networks, double* scratch,
                                      igb_estimate* estimate, igb_status* why) {
  const Status checked =
      first_error({require({{"draw", draw}, {"scratch", scratch}, {"estimate", estimate}}),
                   check_classes(classes)});
  if (!checked.ok()) return report_to(why, checked);
  igb::Estimate found{};
  const Status status = igb::finite_mean_max_frequency(
      {classes, gamma}, inputs, {draw->seed, draw->network}, networks, {scratch, classes},
      {scratch + classes, classes}, found);
  if (status.ok()) *estimate = {found.mean, found.standard_error};
  return report_to(why, status);
}

int32_t igb_frequency_variance(uint32_t classes, const double* pairs, uint32_t inputs,
                               int32_t are_distances, double* variance, igb_status* why) {
  std::size_t size = 0;
  const Status checked = first_error({require({{"pairs", pairs}, {"variance", variance}}),
                                      checked_size<double>(inputs, inputs, size)});
  if (!checked.ok()) return report_to(why, checked);
  const auto measure =
      are_distances != 0 ? igb::PairMeasure::distance : igb::PairMeasure::correlation;
  return report_to(why,
                   igb::frequency_variance(classes, {pairs, size}, inputs, measure, *variance));
}
