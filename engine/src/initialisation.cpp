#include "igb/initialisation.hpp"

#include <array>

namespace igb {

namespace {

constexpr std::array<const char*, 3> law_names{"gaussian", "uniform", "orthogonal"};

}  // namespace

std::span<const char* const> weight_law_names() { return law_names; }

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
  if (static_cast<std::size_t>(init.weights) >= law_names.size()) {
    return {StatusCode::unknown_name, "weights"};
  }
  return validate(init.block);
}

}  // namespace igb
