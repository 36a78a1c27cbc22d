#include "igb/activation.hpp"

#include <array>
#include <type_traits>

#include "activation_list.hpp"

namespace igb {
namespace {

template <class Phi>
constexpr bool has_closed_forms = requires {
  &Phi::covariance_gap;
};

/// f(x...) or f(x..., parameter) as a function of the activation.
template <auto f>
constexpr auto of_phi = []([[maybe_unused]] const Activation& phi, auto... x) {
  if constexpr (std::is_invocable_v<decltype(f), decltype(x)...>) {
    return f(x...);
  } else {
    return f(x..., phi.parameter);
  }
};

template <class Phi>
constexpr Activation::ClosedForms closed_forms{
    of_phi<Phi::mean>,          of_phi<Phi::second_moment>,  of_phi<Phi::slope_moment>,
    of_phi<Phi::growth_moment>, of_phi<Phi::covariance_gap>, of_phi<Phi::slope_covariance>,
    of_phi<Phi::covariance>};

template <class Phi>
constexpr Activation describe(int kernel) {
  Activation activation{.name = Phi::name,
                        .odd = Phi::odd,
                        .bounded = Phi::bounded,
                        .homogeneous = Phi::homogeneous,
                        .kinks = Phi::kinks,
                        .value_at = of_phi<Phi::value>,
                        .slope_at = of_phi<Phi::derivative>,
                        .bend_at = of_phi<Phi::second_derivative>,
                        .kernel = kernel};
  if constexpr (requires { Phi::parameter; }) activation.parameter = Phi::parameter;
  if constexpr (has_closed_forms<Phi>) activation.closed = &closed_forms<Phi>;
  return activation;
}

template <class... Phi>
constexpr auto describe_all(TypeList<Phi...> /*list*/) {
  int kernel = 0;
  return std::array{describe<Phi>(kernel++)...};
}

template <class Wanted, class... Phi>
constexpr std::size_t position(TypeList<Phi...> /*list*/) {
  std::size_t before = 0;
  (void)((std::is_same_v<Wanted, Phi> || (++before, false)) || ...);
  return before;
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

Status leaky_relu(double slope, Activation& phi) {
  constexpr double steepest = 1e3;
  if (const Status s = check_range("slope", slope, -steepest, steepest); !s.ok()) return s;
  phi = table[position<LeakyRelu>(ActivationList{})];
  phi.parameter = slope;
  phi.odd = slope == 1.0;
  return {};
}

}  // namespace igb
