#include "igb/initialisation.hpp"

namespace igb {

Status validate(const Initialisation& init) {
  if (init.activation == nullptr) return {StatusCode::unknown_name, "activation"};
  if (const Status s = check_range("sigma_w2", init.sigma_w2, sigma_w2_min, sigma_w2_max);
      !s.ok()) {
    return s;
  }
  if (const Status s = check_range("sigma_b2", init.sigma_b2, sigma_b2_min, sigma_b2_max);
      !s.ok()) {
    return s;
  }
  return validate(init.block);
}

}  // namespace igb
