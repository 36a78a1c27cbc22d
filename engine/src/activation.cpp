#include "igb/activation.hpp"

#include <array>

#include "activation_list.hpp"

namespace igb {
namespace {

template <class Phi>
constexpr bool has_closed_forms = requires(double x) {
  Phi::covariance_gap(x, x);
};

template <class Phi>
constexpr Activation::ClosedForms closed_forms{Phi::second_moment, Phi::slope_moment,
                                               Phi::growth_moment, Phi::covariance_gap,
                                               Phi::slope_covariance};

template <class Phi>
constexpr Activation describe() {
  Activation activation{Phi::name,  Phi::odd,        Phi::bounded, Phi::homogeneous,
                        Phi::value, Phi::derivative, nullptr};
  if constexpr (has_closed_forms<Phi>) activation.closed = &closed_forms<Phi>;
  return activation;
}

template <class... Phi>
constexpr auto describe_all(TypeList<Phi...> /*list*/) {
  return std::array{describe<Phi>()...};
}

constexpr auto table = describe_all(ActivationList{});

}  // namespace

std::span<const Activation> activations() { return table; }

const Activation* find_activation(std::string_view name) {
  for (const Activation& activation : table) {
    if (name == activation.name) return &activation;
  }
  return nullptr;
}

}  // namespace igb
