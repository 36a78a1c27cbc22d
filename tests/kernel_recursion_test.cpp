#include "igb/kernel_recursion.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "igb/expectation.hpp"
#include "igb/mean_field.hpp"
#include "igb/network.hpp"
#include "support/close.hpp"
#include "support/samples.hpp"

using namespace igb;
using igb::test::AlignedMemory;
using igb::test::close;
using igb::test::targets;

namespace {

constexpr double pi = std::numbers::pi;

Initialisation at(const std::string& name, double sigma_w2, double sigma_b2, Block block = {}) {
  return {find_activation(name), sigma_w2, sigma_b2, block};
}

/// A recursion with its memory, begun from covariances.
struct Run {
  AlignedMemory memory;
  KernelRecursion kernel;

  static std::size_t bytes(const Initialisation& init, std::size_t inputs) {
    std::size_t bytes = 0;
    REQUIRE(KernelRecursion::bytes(init, inputs, bytes).ok());
    return bytes;
  }
  Run(const Initialisation& init, const std::vector<double>& covariances,
      Target target = Target::best)
      : memory(bytes(init, static_cast<std::size_t>(
                               std::lround(std::sqrt(static_cast<double>(covariances.size())))))) {
    Arena arena(memory.bytes());
    REQUIRE(kernel.begin(init, covariances, arena, target).ok());
  }
  KernelRecursion& after(int layers) {
    while (layers-- > 0) REQUIRE(kernel.step().ok());
    return kernel;
  }
};

/// D inputs of variance q and correlation c, all alike.
std::vector<double> exchangeable(std::size_t inputs, double q, double c) {
  std::vector<double> k(inputs * inputs, c * q);
  for (std::size_t a = 0; a < inputs; ++a) k[a * inputs + a] = q;
  return k;
}

/// Inputs of different variances whose correlations span most of (-1, 1).
std::vector<double> diverse(std::size_t inputs) {
  std::vector<double> k(inputs * inputs);
  const auto q = [](std::size_t a) { return 0.3 * std::pow(1.31, static_cast<double>(a % 9)); };
  const auto angle = [](std::size_t a) { return 0.37 * static_cast<double>(a); };
  for (std::size_t a = 0; a < inputs; ++a) {
    for (std::size_t b = 0; b < inputs; ++b) {
      const double c = a == b ? 1.0 : std::cos(angle(a) - angle(b));
      k[a * inputs + b] = std::sqrt(q(a) * q(b)) * c;
    }
  }
  return k;
}

/// E[phi(u) phi(v)] as in the literature.
double relu_covariance(double q_a, double q_b, double q_ab) {
  const double c = q_ab / std::sqrt(q_a * q_b);
  const double theta = std::acos(std::clamp(c, -1.0, 1.0));
  return std::sqrt(q_a * q_b) * (std::sin(theta) + (pi - theta) * c) / (2.0 * pi);
}
double erf_covariance(double q_a, double q_b, double q_ab) {
  return 2.0 / pi * std::asin(2.0 * q_ab / std::sqrt((1.0 + 2.0 * q_a) * (1.0 + 2.0 * q_b)));
}
double linear_covariance(double /*q_a*/, double /*q_b*/, double q_ab) { return q_ab; }

using Covariance = double (*)(double q_a, double q_b, double q_ab);

/// The recursion on covariances themselves, one layer.
std::vector<double> next_covariances(const std::vector<double>& k, double sigma_w2, double sigma_b2,
                                     Covariance covariance) {
  const auto inputs = static_cast<std::size_t>(std::lround(std::sqrt(k.size())));
  std::vector<double> next(k.size());
  for (std::size_t a = 0; a < inputs; ++a) {
    for (std::size_t b = 0; b < inputs; ++b) {
      next[a * inputs + b] =
          sigma_w2 * covariance(k[a * inputs + a], k[b * inputs + b], k[a * inputs + b]) + sigma_b2;
    }
  }
  return next;
}

}  // namespace

TEST_CASE("two inputs follow the scalar maps") {
  for (const Activation& phi : activations()) {
    for (const double sigma_b2 : {0.0, 0.1}) {
      for (const double c0 : {-0.7, 0.0, 0.9, 1.0 - 1e-9}) {
        const Initialisation init{&phi, 1.7, sigma_b2};
        const std::string name = phi.name;
        CAPTURE(name);
        CAPTURE(sigma_b2);
        CAPTURE(c0);
        Run run(init, exchangeable(2, 1.3, c0));
        Signal signal = first_layer(init, {1.3, run.kernel.d(1, 0)});
        run.after(1);
        for (int layer = 1; layer < 6; ++layer) {
          CHECK(run.kernel.q()[0] == close(signal.q, 1e-12));
          CHECK(run.kernel.q()[1] == run.kernel.q()[0]);
          CHECK(run.kernel.d(1, 0) == close(signal.d, 1e-11));
          signal = next_layer(init, signal);
          run.after(1);
        }
      }
    }
  }
}

TEST_CASE("any data follow the covariances of the literature") {
  const struct {
    std::string name;
    Covariance covariance;
  } cases[] = {{"linear", linear_covariance}, {"relu", relu_covariance}, {"erf", erf_covariance}};
  for (const auto& [name, covariance] : cases) {
    for (const double sigma_b2 : {0.0, 0.2}) {
      CAPTURE(name);
      CAPTURE(sigma_b2);
      constexpr std::size_t inputs = 21;
      std::vector<double> expected = diverse(inputs);
      Run run(at(name, 1.8, sigma_b2), expected);
      for (double& k : expected) k = 1.8 * k + sigma_b2;
      run.after(1);
      for (int layer = 1; layer <= 8; ++layer) {
        for (std::size_t a = 0; a < inputs; ++a) {
          CHECK(run.kernel.q()[a] == close(expected[a * inputs + a], 1e-13));
          for (std::size_t b = 0; b < a; ++b) {
            const double c = expected[a * inputs + b] /
                             std::sqrt(expected[a * inputs + a] * expected[b * inputs + b]);
            CHECK(std::abs(run.kernel.d(a, b) - (1.0 - c)) < 1e-13 * layer);
          }
        }
        expected = next_covariances(expected, 1.8, sigma_b2, covariance);
        run.after(1);
      }
    }
  }
}

TEST_CASE("inputs alike stay alike and follow the scalar maps") {
  for (const Activation& phi : activations()) {
    const std::string name = phi.name;
    CAPTURE(name);
    const Initialisation init{&phi, 2.1, 0.05};
    Run run(init, exchangeable(19, 0.8, 0.4));
    Signal signal = first_layer(init, {0.8, 0.6});
    run.after(1);
    for (int layer = 1; layer < 20; ++layer) {
      signal = next_layer(init, signal);
      run.after(1);
      CHECK(run.kernel.d(18, 3) == close(signal.d, 1e-11));
      for (std::size_t a = 1; a < 19; ++a) {
        for (const double d : run.kernel.distances(a)) CHECK(d == run.kernel.d(1, 0));
      }
      const KernelMoments moments = run.kernel.moments();
      CHECK(moments.q == close(signal.q, 1e-13));
      CHECK(moments.c == close(signal.c(), 1e-11));
      CHECK(moments.gamma() == close(signal.gamma(), 1e-11));
      CHECK(moments.sigma_mu2 + moments.sigma_y2 == close(signal.q, 1e-14));
    }
  }
}

namespace {

double sigmoid(const Activation& /*phi*/, double x) { return 1.0 / (1.0 + std::exp(-x)); }
double sigmoid_slope(const Activation& phi, double x) { return sigmoid(phi, x) * sigmoid(phi, -x); }
double sigmoid_bend(const Activation& phi, double x) {
  return sigmoid_slope(phi, x) * (1.0 - 2.0 * sigmoid(phi, x));
}
double soft_sign(const Activation& /*phi*/, double x) { return x / (1.0 + std::abs(x)); }
double soft_sign_slope(const Activation& /*phi*/, double x) {
  return 1.0 / ((1.0 + std::abs(x)) * (1.0 + std::abs(x)));
}
double soft_sign_bend(const Activation& phi, double x) {
  return -2.0 * std::copysign(soft_sign_slope(phi, x), x) / (1.0 + std::abs(x));
}
double scaled_elu(const Activation& /*phi*/, double x) {
  return x > 0.0 ? 1.05 * x : 1.76 * std::expm1(x);
}
double scaled_elu_slope(const Activation& /*phi*/, double x) {
  return x > 0.0 ? 1.05 : 1.76 * std::exp(x);
}
double scaled_elu_bend(const Activation& /*phi*/, double x) {
  return x > 0.0 ? 0.0 : 1.76 * std::exp(x);
}
double clipped(const Activation& /*phi*/, double x) { return std::clamp(x, -1.0, 1.0); }
double clipped_slope(const Activation& /*phi*/, double x) { return std::abs(x) < 1.0 ? 1.0 : 0.0; }
double clipped_bend(const Activation& /*phi*/, double /*x*/) { return 0.0; }
constexpr double at_zero[] = {0.0};
constexpr double at_one[] = {-1.0, 1.0};

const Activation users_own[] = {
    {.name = "sigmoid",
     .bounded = true,
     .kinks = {},
     .value_at = sigmoid,
     .slope_at = sigmoid_slope,
     .bend_at = sigmoid_bend},
    {.name = "soft sign",
     .odd = true,
     .bounded = true,
     .kinks = at_zero,
     .value_at = soft_sign,
     .slope_at = soft_sign_slope,
     .bend_at = soft_sign_bend},
    {.name = "scaled elu",
     .kinks = at_zero,
     .value_at = scaled_elu,
     .slope_at = scaled_elu_slope,
     .bend_at = scaled_elu_bend},
    {.name = "clipped",
     .odd = true,
     .bounded = true,
     .kinks = at_one,
     .value_at = clipped,
     .slope_at = clipped_slope,
     .bend_at = clipped_bend},
};

/// INT f over panels of length about `length`, ends among them, by the Gauss rule of 5 nodes.
template <class Function>
double panels(double from, double to, double length, std::vector<double> ends, const Function& f) {
  const double x[] = {0.0, 0.53846931010568309, 0.90617984593866399};
  const double w[] = {0.56888888888888889, 0.47862867049936647, 0.23692688505618909};
  ends.push_back(from);
  ends.push_back(to);
  std::sort(ends.begin(), ends.end());
  double sum = 0.0;
  for (std::size_t k = 0; k + 1 < ends.size(); ++k) {
    const double left = std::max(ends[k], from);
    const double right = std::min(ends[k + 1], to);
    if (left >= right) continue;
    const double count = std::ceil((right - left) / length);
    const double half = 0.5 * (right - left) / count;
    for (double panel = 0.0; panel < count; panel += 1.0) {
      const double centre = left + (2.0 * panel + 1.0) * half;
      sum += half * w[0] * f(centre);
      for (int i = 1; i < 3; ++i) {
        sum += half * w[i] * (f(centre - half * x[i]) + f(centre + half * x[i]));
      }
    }
  }
  return sum;
}

double normal_density(double z) { return std::exp(-0.5 * z * z) / std::sqrt(2.0 * pi); }

/// E[phi(u) phi(v)] by brute force: one variable given the other, phi between its kinks.
double covariance_by_quadrature(const Activation& phi, double q_a, double q_b, double c) {
  const double s = std::sqrt(1.0 - c * c);
  std::vector<double> ends_a;
  std::vector<double> kinks_b;
  for (const double kink : phi.kinks) {
    ends_a.push_back(kink / std::sqrt(q_a));
    kinks_b.push_back(kink / std::sqrt(q_b));
  }
  return panels(-9.0, 9.0, 0.1, ends_a, [&](double z) {
    std::vector<double> ends;
    for (const double kink : kinks_b) ends.push_back((kink - c * z) / s);
    const double given = panels(-9.0, 9.0, 0.2, ends, [&](double w) {
      return normal_density(w) * phi.value(std::sqrt(q_b) * (c * z + s * w));
    });
    return normal_density(z) * phi.value(std::sqrt(q_a) * z) * given;
  });
}

}  // namespace

TEST_CASE("a user's activation: the same as quadrature, for kinks anywhere and any variances") {
  for (const Activation& phi : users_own) {
    const std::string name = phi.name;
    CAPTURE(name);
    constexpr std::size_t inputs = 4;
    std::vector<double> expected = diverse(inputs);
    const Initialisation init{&phi, 1.9, 0.1};
    Run run(init, expected);
    for (double& k : expected) k = 1.9 * k + 0.1;
    run.after(2);
    for (std::size_t a = 0; a < inputs; ++a) {
      const double q_a = expected[a * inputs + a];
      const double next_a = 1.9 * covariance_by_quadrature(phi, q_a, q_a, 1.0 - 1e-15) + 0.1;
      CHECK(std::abs(next_a / run.kernel.q()[a] - 1.0) < 1e-7);  // brute force at c = 1
      for (std::size_t b = 0; b < a; ++b) {
        const double q_b = expected[b * inputs + b];
        const double c = expected[a * inputs + b] / std::sqrt(q_a * q_b);
        const double q_ab = 1.9 * covariance_by_quadrature(phi, q_a, q_b, c) + 0.1;
        const double c_next = q_ab / std::sqrt(run.kernel.q()[a] * run.kernel.q()[b]);
        CAPTURE(c);
        CHECK(std::abs(run.kernel.d(a, b) - (1.0 - c_next)) < 1e-10);
      }
    }
  }
}

TEST_CASE("blocks follow the law of their layers") {
  // q' and q_ab' of ReLU by hand, from q = 1.2, q_ab = 0.3.
  const double q = 1.2;
  const double q_ab = 0.3;
  const double kappa = relu_covariance(q, q, q_ab);
  const double mean_square = q / (2.0 * pi);  // E[relu]^2
  const double sw2 = 1.6;
  const double sb2 = 0.2;
  const struct {
    Block block;
    double q_next;
    double q_ab_next;
  } cases[] = {
      {{.kind = BlockKind::average_pool, .pool = 3},
       sw2 * (q / 2.0 / 3.0 + 2.0 / 3.0 * mean_square) + sb2,
       sw2 * (kappa / 3.0 + 2.0 / 3.0 * mean_square) + sb2},
      {{.kind = BlockKind::dropout, .keep = 0.8}, sw2 * q / 2.0 / 0.8 + sb2, sw2 * kappa + sb2},
      {{.kind = BlockKind::residual_scaled, .residual_depth = 7},
       q + (sw2 * q / 2.0 + sb2) / 7.0,
       q_ab + (sw2 * kappa + sb2) / 7.0},
      {{.kind = BlockKind::residual, .sigma_v2 = 0.7, .sigma_a2 = 0.3},
       q + sw2 * (0.7 * q / 2.0 + 0.3),
       q_ab + sw2 * (0.7 * kappa + 0.3)},
      {{.kind = BlockKind::layer_norm_before}, sw2 / 2.0 + sb2, sw2 * kappa / q + sb2},
      {{.kind = BlockKind::convolution}, sw2 * q / 2.0 + sb2, sw2 * kappa + sb2},
      {{.kind = BlockKind::delta_orthogonal}, sw2 * q / 2.0 + sb2, sw2 * kappa + sb2},
  };
  for (const auto& [block, q_next, q_ab_next] : cases) {
    const std::string name = block_name(block.kind);
    CAPTURE(name);
    // Layer 1 has the covariances above.
    Run run(at("relu", sw2, sb2, block),
            exchangeable(3, (q - sb2) / sw2, (q_ab - sb2) / (q - sb2)));
    run.after(2);
    CHECK(run.kernel.q()[2] == close(q_next, 1e-14));
    CHECK(run.kernel.d(2, 1) == close(1.0 - q_ab_next / q_next, 1e-14));
  }
  for (const BlockKind kind :
       {BlockKind::max_pool, BlockKind::residual_after, BlockKind::layer_norm_after,
        BlockKind::batch_norm_before, BlockKind::batch_norm_after}) {
    std::size_t bytes = 0;
    const Status status = KernelRecursion::bytes(at("relu", 2.0, 0.0, {.kind = kind}), 10, bytes);
    CHECK(status.code == StatusCode::unknown_name);
    CHECK(std::string(status.parameter) == "block");
  }
}

TEST_CASE("the kernel of vectors is that of their products") {
  constexpr std::uint32_t width = 13;
  constexpr std::size_t inputs = 9;
  std::vector<float> x(width * inputs + 5);  // with a remainder
  REQUIRE(gaussian_inputs(3, width, x).ok());
  const Initialisation init = at("relu", 2.0, 0.0);
  AlignedMemory memory(Run::bytes(init, inputs));
  Arena arena(memory.bytes());
  KernelRecursion kernel;
  REQUIRE(kernel.begin(init, x, width, arena).ok());
  CHECK(kernel.layer() == 0);
  CHECK(kernel.inputs() == inputs);
  const auto product = [&](std::size_t a, std::size_t b) {
    double sum = 0.0;
    for (std::size_t i = 0; i < width; ++i) {
      sum += static_cast<double>(x[a * width + i]) * static_cast<double>(x[b * width + i]);
    }
    return sum / width;
  };
  for (std::size_t a = 0; a < inputs; ++a) {
    CHECK(kernel.q()[a] == close(product(a, a), 1e-14));
    for (std::size_t b = 0; b < a; ++b) {
      const double c = product(a, b) / std::sqrt(product(a, a) * product(b, b));
      CHECK(kernel.d(a, b) == close(1.0 - c, 1e-13));
      CHECK(kernel.d(b, a) == kernel.d(a, b));
    }
  }
}

TEST_CASE("distances far below the resolution of c keep their digits, variances differing") {
  // Homogeneous phi: d_phi is that of equal variances. sin theta - theta cos theta as a series.
  std::vector<double> k = exchangeable(2, 1.0, 1.0 - 0x1p-40);
  k[3] = 3.0;
  k[2] = std::sqrt(3.0) * (1.0 - 0x1p-40);
  Run run(at("relu", 2.0, 0.0), k);
  run.after(1);
  const double d = run.kernel.d(1, 0);
  CHECK(d == close(0x1p-40, 1e-3));
  const double theta = 2.0 * std::asin(std::sqrt(d / 2.0));
  const double chord = theta * theta * theta * (1.0 / 3.0 - theta * theta / 30.0);
  run.after(1);
  CHECK(run.kernel.d(1, 0) == close(d - chord / pi, 1e-14));
}

TEST_CASE("distances of homogeneous activations outlive their variances") {
  for (const double sigma_w2 : {0.02, 100.0}) {
    for (const double sigma_b2 : {0.0, 0.1}) {
      Run run(at("relu", sigma_w2, sigma_b2), exchangeable(2, 1.0, 0.0));
      Signal signal = first_layer(at("relu", sigma_w2, sigma_b2), {1.0, 1.0});
      run.after(1);
      for (int layer = 1; layer < 400; ++layer) {
        signal = next_layer(at("relu", sigma_w2, sigma_b2), signal);
      }
      run.after(399);
      CAPTURE(sigma_w2);
      CAPTURE(sigma_b2);
      CHECK(run.kernel.q()[0] == close(signal.q, 1e-11));
      CHECK(run.kernel.d(1, 0) == close(signal.d, 1e-11));
    }
  }
}

TEST_CASE("kernels on all targets agree to rounding") {
  for (const Activation& phi : activations()) {
    const Initialisation init{&phi, 1.6, 0.1};
    Run best(init, diverse(4));
    best.after(2);
    for (const Target target : targets()) {
      Run run(init, diverse(4), target);
      run.after(2);
      for (std::size_t a = 1; a < 4; ++a) {
        for (std::size_t b = 0; b < a; ++b) {
          CHECK(std::abs(run.kernel.d(a, b) - best.kernel.d(a, b)) < 1e-13);
        }
      }
    }
  }
}

TEST_CASE("kernel: what it cannot do is refused by name") {
  const Initialisation init = at("tanh", 1.5, 0.1);
  std::size_t bytes = 0;
  CHECK(KernelRecursion::bytes(at("tanh", -1.0, 0.1), 3, bytes).code == StatusCode::out_of_range);
  CHECK(KernelRecursion::bytes({}, 3, bytes).code == StatusCode::unknown_name);
  for (const std::size_t bad : {std::size_t{0}, std::size_t{kernel_inputs_max} + 1}) {
    const Status status = KernelRecursion::bytes(init, bad, bytes);
    CHECK(status.code == StatusCode::out_of_range);
    CHECK(std::string(status.parameter) == "inputs");
  }
  REQUIRE(KernelRecursion::bytes(init, 3, bytes).ok());
  const AlignedMemory memory(bytes);
  KernelRecursion kernel;
  CHECK(kernel.step().code == StatusCode::finished);

  const auto begin = [&](const std::vector<double>& covariances) {
    Arena arena(memory.bytes());
    return kernel.begin(init, covariances, arena);
  };
  const auto refuses = [&](const std::vector<double>& covariances, const std::string& parameter) {
    const Status status = begin(covariances);
    CHECK(status.code == StatusCode::out_of_range);
    CHECK(std::string(status.parameter) == parameter);
    CHECK(kernel.step().code == StatusCode::finished);
  };
  CHECK(begin(exchangeable(3, 1.0, 0.2)).ok());
  refuses(std::vector<double>(8, 1.0), "covariances");
  refuses({}, "inputs");
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
  for (const double bad : {0.0, -1.0, 2e12, 1e-310, infinity, not_a_number}) {
    std::vector<double> k = exchangeable(3, 1.0, 0.2);
    k[4] = bad;
    refuses(k, "q0");
  }
  for (const double bad : {1.1, -1.1, infinity, not_a_number}) {
    std::vector<double> k = exchangeable(3, 1.0, 0.2);
    k[6] = bad;
    refuses(k, "c0");
  }

  Arena shorter(memory.bytes().first(bytes - 1));
  CHECK(kernel.begin(init, exchangeable(3, 1.0, 0.2), shorter).code ==
        StatusCode::buffer_too_small);
  Arena arena(memory.bytes());
  std::vector<float> x = {1.0F, 2.0F, 3.0F, 0.5F, 1.0F, -1.0F};
  CHECK(kernel.begin(init, x, 0, arena).code == StatusCode::out_of_range);
  x[4] = std::numeric_limits<float>::infinity();
  CHECK(kernel.begin(init, x, 2, arena).code == StatusCode::non_finite);
  CHECK(kernel.step().code == StatusCode::finished);
}
