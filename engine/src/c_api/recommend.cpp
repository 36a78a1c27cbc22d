#include "igb/recommend.hpp"

#include "c_api/convert.hpp"

using namespace igb::c_api;
using igb::Status;

namespace {

igb_outlook outlook_of(const igb::Outlook& outlook) {
  return {outlook.sigma_w2, outlook.ln_gradient, outlook.q, outlook.gamma,
          outlook.mean_max_frequency};
}

igb::Outlook outlook_from(const igb_outlook& outlook) {
  return {outlook.sigma_w2, outlook.ln_gradient, outlook.q, outlook.gamma,
          outlook.mean_max_frequency};
}

}  // namespace

int32_t igb_predict(const igb_initialisation* init, uint32_t depth, uint32_t classes,
                    igb_outlook* outlook, igb_status* why) {
  if (const Status s = require({{"init", init}, {"outlook", outlook}}); !s.ok()) {
    return report_to(why, s);
  }
  igb::Outlook found{};
  const Status status = igb::outlook(initialisation(*init), depth, classes, found);
  if (status.ok()) *outlook = outlook_of(found);
  return report_to(why, status);
}

int32_t igb_recommend(const igb_initialisation* init, uint32_t depth, uint32_t classes,
                      igb_recommendation* recommendation, igb_status* why) {
  if (const Status s = require({{"init", init}, {"recommendation", recommendation}}); !s.ok()) {
    return report_to(why, s);
  }
  igb::Recommendation found{};
  const Status status = igb::recommend(initialisation(*init), depth, classes, found);
  if (status.ok()) {
    *recommendation = {outlook_of(found.best), found.sigma_w2_low, found.sigma_w2_high,
                       found.has_edge, outlook_of(found.edge)};
  }
  return report_to(why, status);
}

size_t igb_reason(const igb_recommendation* recommendation, uint32_t depth, uint32_t classes,
                  char* buffer, size_t size) {
  if (recommendation == nullptr || (buffer == nullptr && size > 0)) return 0;
  return igb::write_reason({outlook_from(recommendation->best), recommendation->sigma_w2_low,
                            recommendation->sigma_w2_high, recommendation->has_edge != 0,
                            outlook_from(recommendation->edge)},
                           depth, classes, {buffer, size});
}

int32_t igb_recommend_gamma(const igb_initialisation* init, uint32_t depth, uint32_t classes,
                            double gamma, igb_outlook* outlook, igb_status* why) {
  if (const Status s = require({{"init", init}, {"outlook", outlook}}); !s.ok()) {
    return report_to(why, s);
  }
  igb::Outlook found{};
  const Status status = igb::recommend_gamma(initialisation(*init), depth, classes, gamma, found);
  if (status.ok()) *outlook = outlook_of(found);
  return report_to(why, status);
}

int32_t igb_gamma_of_frequency(uint32_t classes, double mean_max_frequency, double* gamma,
                               igb_status* why) {
  if (const Status s = require({{"gamma", gamma}}); !s.ok()) return report_to(why, s);
  return report_to(why, igb::gamma_of_frequency(classes, mean_max_frequency, *gamma));
}
