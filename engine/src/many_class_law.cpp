#include "igb/many_class_law.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "binomial.hpp"
#include "igb/architecture.hpp"
#include "igb/guessing_law.hpp"
#include "legendre.hpp"

namespace igb {
namespace {

constexpr double pi = std::numbers::pi;
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double reach = 9.5;  // standard deviations; 1e-21 lies beyond, negligible even K^2 times

bool is_class_count(double classes) { return classes >= 2.0 && classes <= classes_max; }

Status check_classes(std::size_t classes) {
  return check_range("classes", static_cast<double>(classes), 2.0, classes_max);
}

Status check_buffer(const char* name, std::size_t size, std::size_t needed) {
  if (size >= needed) return {};
  return {StatusCode::buffer_too_small, name, static_cast<double>(size),
          static_cast<double>(needed), infinity};
}

double normal_weight(double x) { return std::exp(-0.5 * x * x); }

/// Step of the trapezoid rule over functions of Phi^(K - 1), which bend within 1 / ln K: error
/// 1e-13.
double lattice_step(double classes) { return std::min(0.25, 0.7 / std::log(classes)); }

// ---- S_K --------------------------------------------------------------------------------------

/// The nodes w of an integral over a Gaussian phi(b - w) that moves along a lattice of b: from one
/// lattice point to the next phi(b - w_j) changes by a factor that is geometric in b.
class MovingGaussian {
 public:
  static constexpr std::size_t nodes_max = 120;

  void add(double w, double weight) {
    position_[count_] = w;
    factor_[count_++] = weight / std::sqrt(2.0 * pi);
  }
  /// One factor of the integrand at every node.
  template <class Function>
  void set_function(const Function& function) {
    for (std::size_t j = 0; j < count_; ++j) value_[j] = factor_[j] * function(position_[j]);
  }
  void start(double b, double step) {
    b_ = b;
    step_ = step;
    for (std::size_t j = 0; j < count_; ++j) {
      gaussian_[j] = normal_weight(b - position_[j]);
      ratio_[j] = std::exp(step * position_[j]);
    }
  }
  void advance() {
    const double common = std::exp(-step_ * (b_ + 0.5 * step_));
    for (std::size_t j = 0; j < count_; ++j) gaussian_[j] *= ratio_[j] * common;
    b_ += step_;
  }
  [[nodiscard]] double integral() const {
    double sum = 0.0;
    for (std::size_t j = 0; j < count_; ++j) sum += value_[j] * gaussian_[j];
    return sum;
  }

 private:
  std::size_t count_ = 0;
  double b_ = 0.0;
  double step_ = 0.0;
  double position_[nodes_max];
  double factor_[nodes_max];
  double value_[nodes_max];
  double gaussian_[nodes_max];
  double ratio_[nodes_max];
};

/// Calls add(w, weight) for Gauss-Legendre nodes of [0, 2 reach], where a Gaussian centred within
/// `reach` of 0 has ended.
template <class Add>
void half_line(const Add& add) {
  constexpr int panels = 3;
  constexpr double half = reach / panels;
  for (int panel = 0; panel < panels; ++panel) {
    for (const LegendreNode& node : legendre_20) {
      add(half * (2 * panel + 1 - node.position), half * node.weight);
      add(half * (2 * panel + 1 + node.position), half * node.weight);
    }
  }
}

/// S_K = K INTINT phi(u) phi(v) P(u, v)^(K-1) du dv over the rotated pair x, y = a u +- b v with
/// a, b = sqrt((1 +- r) / 2) and P = Phi_2(x, y; r) = E Phi(u - t |V - v|), V ~ N(0, 1), t = b / a.
/// In (u, v) everything bends on the scale of 1 whatever r is. For r >= 0, through 1 - P, which
/// keeps its digits where the power needs them.
double same_class_correlated(double classes, double t) {
  const double step = lattice_step(classes);
  MovingGaussian rule;
  half_line([&](double w, double weight) {
    rule.add(w, weight);
    rule.add(-w, weight);
  });
  double sum = 0.0;
  for (double u = reach; u >= -reach; u -= step) {
    rule.set_function([&](double w) { return normal_cdf(t * std::abs(w) - u); });
    rule.start(0.0, step);
    double row = 0.0;
    for (double v = 0.0; v <= reach; v += step) {
      const double miss = std::min(rule.integral(), 1.0);
      const double term = std::exp((classes - 1.0) * std::log1p(-miss)) * normal_weight(v);
      row += v > 0.0 ? 2.0 * term : term;
      if (term <= 1e-18 * row) break;  // P falls with |v|
      rule.advance();
    }
    sum += normal_weight(u) * row;
    if (row < 1e-30) break;  // P falls with u, too
  }
  return classes * sum * step * step / (2.0 * pi);
}

/// For r < 0 with the roles of u and v exchanged:
/// P = INT_0^inf phi(u - s) [Phi(v + s / t) - Phi(v - s / t)] ds.
double same_class_anticorrelated(double classes, double t) {
  const double step = lattice_step(classes);
  MovingGaussian rule;
  half_line([&](double s, double weight) { rule.add(s, weight); });
  double sum = 0.0;
  for (double v = 0.0; v <= reach; v += step) {
    rule.set_function([&](double s) { return normal_cdf(v + s / t) - normal_cdf(v - s / t); });
    rule.start(-reach, step);
    double row = 0.0;
    for (double u = -reach; u <= reach; u += step) {
      row += std::pow(std::min(rule.integral(), 1.0), classes - 1.0) * normal_weight(u);
      rule.advance();
    }
    sum += (v > 0.0 ? 2.0 : 1.0) * normal_weight(v) * row;
  }
  return classes * sum * step * step / (2.0 * pi);
}

/// S_K as a function of the angle asin(r), in which it is analytic up to r = +-1: interpolation at
/// the Chebyshev nodes.
class SameClassTable {
 public:
  explicit SameClassTable(std::uint32_t classes) {
    std::array<double, nodes> values;
    for (std::size_t i = 0; i < nodes; ++i) {
      const double half_angle = 0.25 * pi * (1.0 - std::cos(node_angle(i)));
      values[i] = same_class_probability(classes, 2.0 * std::pow(std::sin(half_angle), 2));
    }
    for (std::size_t k = 0; k < nodes; ++k) {
      double sum = 0.0;
      for (std::size_t i = 0; i < nodes; ++i) {
        sum += values[i] * std::cos(static_cast<double>(k) * node_angle(i));
      }
      coefficients_[k] = (k == 0 ? 1.0 : 2.0) / nodes * sum;
    }
  }

  [[nodiscard]] double at(double d) const {
    const double x = 1.0 - 4.0 / pi * std::asin(std::sqrt(d / 2.0));
    double next = 0.0;
    double after = 0.0;
    for (std::size_t k = nodes - 1; k > 0; --k) {
      const double here = coefficients_[k] + 2.0 * x * next - after;
      after = next;
      next = here;
    }
    return coefficients_[0] + x * next - after;
  }

 private:
  static constexpr std::size_t nodes = 64;
  static double node_angle(std::size_t i) { return pi * (static_cast<double>(i) + 0.5) / nodes; }

  std::array<double, nodes> coefficients_;
};

// ---- sampling ---------------------------------------------------------------------------------

double uniform_of_counts(Draw draw, std::uint32_t k) {
  const auto words =
      philox({k, 0, static_cast<std::uint32_t>(Stream::counts) << 24, draw.network},
             {static_cast<std::uint32_t>(draw.seed), static_cast<std::uint32_t>(draw.seed >> 32)});
  const std::uint64_t bits = (std::uint64_t{words[0]} << 32 | words[1]) >> 11;
  return (static_cast<double>(bits) + 0.5) * 0x1p-53;
}

/// A binomial count, by inversion of `uniform` over the counts listed from the mode outwards.
std::uint32_t binomial_count(std::uint32_t inputs, double p, double uniform) {
  if (p <= 0.0) return 0;
  if (p >= 1.0) return inputs;
  constexpr double negligible = 1e-18;
  const double total = inputs;
  const double odds = p / (1.0 - p);
  const double mode = std::min(total, std::floor((total + 1.0) * p));
  double low = mode;
  double high = mode;
  double p_low = std::exp(Binomial(total, mode).log_probability(p, 1.0 - p));
  double p_high = p_low;
  double rest = uniform - p_low;
  while (rest >= 0.0 && (p_low > negligible || p_high > negligible)) {
    p_high *= (total - high) / (high + 1.0) * odds;
    high += 1.0;
    rest -= p_high;
    if (rest < 0.0) return static_cast<std::uint32_t>(high);
    p_low *= low / ((total - low + 1.0) * odds);
    low -= 1.0;
    rest -= p_low;
    if (rest < 0.0) return static_cast<std::uint32_t>(low);
  }
  return static_cast<std::uint32_t>(mode);
}

/// visit(k, n_k) for every class.
template <class Visit>
void for_each_count(Draw draw, std::uint32_t inputs, std::span<const double> g,
                    const Visit& visit) {
  std::uint32_t left = inputs;
  double probability_left = 1.0;
  for (std::size_t k = 0; k < g.size(); ++k) {
    std::uint32_t count = left;
    if (k + 1 < g.size() && left > 0) {
      const double rate = probability_left > 0.0 ? g[k] / probability_left : 1.0;
      count = binomial_count(left, rate, uniform_of_counts(draw, static_cast<std::uint32_t>(k)));
    }
    visit(k, count);
    left -= count;
    probability_left -= g[k];
  }
}

// ---- the floor --------------------------------------------------------------------------------

struct Complex {
  double re;
  double im;
};

Complex operator*(Complex a, Complex b) {
  return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

Complex direction(double angle) { return {std::cos(angle), std::sin(angle)}; }

Complex power(Complex base, std::uint32_t exponent) {
  Complex result{1.0, 0.0};
  for (; exponent > 0; exponent /= 2) {
    if (exponent % 2 == 1) result = result * base;
    base = base * base;
  }
  return result;
}

/// P(max_k n_k <= m) for D inputs thrown into K classes: with n_k Poisson of mean D / K,
/// P(all n_k <= m, SUM n_k = D) / P(SUM n_k = D); the joint probability is the D-th coefficient of
/// f_m^K, f_m(t) = SUM_{j <= m} P(j) exp(i j t).
struct LargestCount {
  static constexpr std::size_t block = 512;

  std::uint32_t classes;
  double inputs;
  double mean = inputs / classes;
  double lowest = std::max(0.0, std::floor(mean - 9.5 * std::sqrt(mean)));  // P below: 1e-20
  /// Angles; coefficients D +- angles, which alias, have probability 1e-20.
  double angles = std::ceil(9.5 * std::sqrt(inputs)) + 20.0;

  /// at[i] = P(max <= first + i).
  void distribution(double first, std::span<double> at) const {
    std::fill(at.begin(), at.end(), 0.0);
    for (double n = 0.0; n <= angles / 2.0; n += 1.0) {
      const double theta = 2.0 * pi * n / angles;
      const double mirrored = n > 0.0 && 2.0 * n < angles ? 2.0 : 1.0;
      const Complex turn = direction(theta);
      Complex phase = direction((lowest - mean) * theta);
      Complex sum{0.0, 0.0};
      double probability = std::exp(log_poisson(lowest, mean));
      double j = lowest;
      const auto add = [&] {
        sum.re += probability * phase.re;
        sum.im += probability * phase.im;
        phase = phase * turn;
        j += 1.0;
        probability *= mean / j;
      };
      while (j < first) add();
      for (double& probability_at : at) {
        add();
        probability_at += mirrored * power(sum, classes).re;
      }
    }
    const double scale = angles * std::exp(log_poisson(inputs, inputs));
    for (double& probability_at : at) probability_at /= scale;
  }

  /// Smallest m beyond which P(max > m) is negligible.
  double last() const {
    double m = std::ceil(mean);
    const auto tail = [&] {
      return classes * std::exp(log_poisson(m, mean)) * (m + 1.0) / (m + 1.0 - mean);
    };
    while (m < inputs && tail() > 1e-18) m += 1.0;
    return m;
  }

  /// SUM_m P(max > m), m from 0.
  double expectation() const {
    std::array<double, block> at;
    const double end = last();
    double sum = std::ceil(mean);  // it cannot be less
    for (double first = sum; first < end; first += block) {
      const auto count = static_cast<std::size_t>(std::min<double>(block, end - first));
      const std::span<double> used = std::span(at).first(count);
      distribution(first, used);
      for (const double probability : used) sum += 1.0 - probability;
    }
    return sum;
  }
};

}  // namespace

double same_class_probability(std::uint32_t classes, double d) {
  if (!is_class_count(classes) || !(d >= 0.0 && d <= 2.0)) return nan;
  const double t = std::sqrt(d / (2.0 - d));
  return d <= 1.0 ? same_class_correlated(classes, t) : same_class_anticorrelated(classes, t);
}

double ManyClassLaw::mean_max_frequency() const {
  if (!(gamma >= 0.0)) return nan;
  const double d = 1.0 / (1.0 + gamma);
  const double c = gamma <= 1.0 ? gamma * d : 1.0 - d;
  return same_class_probability(classes, d / (1.0 + std::sqrt(c)));  // d of sqrt(c)
}

double ManyClassLaw::mean_square_sum() const {
  return gamma >= 0.0 ? same_class_probability(classes, 1.0 / (1.0 + gamma)) : nan;
}

double ManyClassLaw::variance() const { return (mean_square_sum() - 1.0 / classes) / classes; }

double ManyClassLaw::finite_variance(std::uint64_t inputs) const {
  if (inputs == 0) return nan;
  const double count = static_cast<double>(inputs);
  const double p = 1.0 / classes;
  return variance() * (1.0 - 1.0 / count) + p * (1.0 - p) / count;
}

Status class_fractions(double gamma, std::span<const double> drifts, std::span<double> g) {
  constexpr double drift_max = 1e6;
  const std::size_t classes = drifts.size();
  if (const Status s = check_classes(classes); !s.ok()) return s;
  if (const Status s = check_buffer("g", g.size(), classes); !s.ok()) return s;
  if (const Status s = check_range("gamma", gamma, 0.0, infinity); !s.ok()) return s;
  std::size_t favoured = 0;
  for (std::size_t k = 0; k < classes; ++k) {
    if (const Status s = check_range("drift", drifts[k], -drift_max, drift_max); !s.ok()) return s;
    if (drifts[k] > drifts[favoured]) favoured = k;
  }

  std::fill(g.begin(), g.end(), 0.0);
  if (gamma == infinity) {
    g[favoured] = 1.0;
    return {};
  }
  // With s = t + sqrt(gamma) z_k the integrand is F(s) (phi / Phi)(s - m_k): one product F of all
  // Phi(s - m_j) serves every class. The lead of the favoured class is m_k <= 0.
  const double sigma = std::sqrt(gamma);
  const double step = lattice_step(static_cast<double>(classes));
  const auto lag = [&](std::size_t k) { return sigma * (drifts[favoured] - drifts[k]); };
  double total = 0.0;
  for (double s = reach; s > -reach; s -= step) {
    double product = 1.0;
    for (std::size_t k = 0; k < classes; ++k) {
      if (s + lag(k) < reach) product *= normal_cdf(s + lag(k));
    }
    if (product < 1e-18) break;  // F falls with s
    for (std::size_t k = 0; k < classes; ++k) {
      const double x = s + lag(k);
      if (x > reach) continue;
      const double term = product * normal_weight(x) / normal_cdf(x);
      g[k] += term;
      total += term;
    }
  }
  for (std::size_t k = 0; k < classes; ++k) g[k] /= total;
  return {};
}

Status sample_drifts(Draw draw, std::span<double> drifts) {
  constexpr std::size_t chunk = 256;
  if (const Status s = check_classes(drifts.size()); !s.ok()) return s;
  std::array<float, chunk> z;
  for (std::size_t first = 0; first < drifts.size(); first += chunk) {
    const std::size_t count = std::min(chunk, drifts.size() - first);
    normals(draw, Stream::drifts, 0, 0, static_cast<std::uint32_t>(first),
            std::span(z).first(count));
    std::copy_n(z.begin(), count, drifts.begin() + static_cast<std::ptrdiff_t>(first));
  }
  return {};
}

Status sample_counts(Draw draw, std::uint32_t inputs, std::span<const double> g,
                     std::span<std::uint32_t> counts) {
  if (const Status s = check_classes(g.size()); !s.ok()) return s;
  if (const Status s = check_range("inputs", inputs, 1.0, inputs_max); !s.ok()) return s;
  if (const Status s = check_buffer("counts", counts.size(), g.size()); !s.ok()) return s;
  double sum = 0.0;
  for (const double rate : g) {
    if (const Status s = check_range("g", rate, 0.0, 1.0); !s.ok()) return s;
    sum += rate;
  }
  if (const Status s = check_range("sum of g", sum, 1.0 - 1e-9, 1.0 + 1e-9); !s.ok()) return s;
  for_each_count(draw, inputs, g, [&](std::size_t k, std::uint32_t n) { counts[k] = n; });
  return {};
}

Status finite_mean_max_frequency(const ManyClassLaw& law, std::uint32_t inputs, Draw draw,
                                 std::uint32_t networks, std::span<double> drifts,
                                 std::span<double> g, Estimate& estimate) {
  const Status checks[] = {
      check_classes(law.classes),
      check_range("gamma", law.gamma, 0.0, infinity),
      check_range("inputs", inputs, 1.0, inputs_max),
      check_range("networks", networks, 2.0, 0x1p32 - draw.network),
      check_buffer("drifts", drifts.size(), law.classes),
      check_buffer("g", g.size(), law.classes),
  };
  for (const Status& status : checks) {
    if (!status.ok()) return status;
  }
  drifts = drifts.first(law.classes);
  g = g.first(law.classes);
  double mean = 0.0;
  double squares = 0.0;
  for (std::uint32_t n = 0; n < networks; ++n) {
    const Draw network{draw.seed, draw.network + n};
    if (const Status s = sample_drifts(network, drifts); !s.ok()) return s;
    if (const Status s = class_fractions(law.gamma, drifts, g); !s.ok()) return s;
    std::uint32_t largest = 0;
    for_each_count(network, inputs, g,
                   [&](std::size_t, std::uint32_t count) { largest = std::max(largest, count); });
    const double difference =
        static_cast<double>(largest) / inputs - *std::max_element(g.begin(), g.end());
    const double deviation = difference - mean;
    mean += deviation / (n + 1.0);
    squares += deviation * (difference - mean);
  }
  const double count = networks;
  estimate = {mean + law.mean_max_frequency(), std::sqrt(squares / (count - 1.0) / count)};
  return {};
}

Status null_mean_max_frequency(std::uint32_t classes, std::uint32_t inputs, double& frequency) {
  if (const Status s = check_classes(classes); !s.ok()) return s;
  if (const Status s = check_range("inputs", inputs, 1.0, null_inputs_max); !s.ok()) return s;
  frequency = LargestCount{classes, static_cast<double>(inputs)}.expectation() / inputs;
  return {};
}

Status frequency_variance(std::uint32_t classes, std::span<const double> pairs,
                          std::uint32_t inputs, PairMeasure measure, double& variance) {
  constexpr std::uint32_t matrix_inputs_max = 1U << 16;
  constexpr double slack = 1e-12;
  if (const Status s = check_classes(classes); !s.ok()) return s;
  if (const Status s = check_range("inputs", inputs, 1.0, matrix_inputs_max); !s.ok()) return s;
  const std::size_t size = inputs;
  if (const Status s = check_buffer("pairs", pairs.size(), size * size); !s.ok()) return s;

  const bool correlations = measure == PairMeasure::correlation;
  // Sum over a < b of E[1(a, b in the same class)].
  const auto sum_over_pairs = [&](const auto& probability, double& sum) -> Status {
    for (std::size_t a = 0; a < size; ++a) {
      for (std::size_t b = a + 1; b < size; ++b) {
        const double entry = pairs[a * size + b];
        const double low = correlations ? -1.0 : 0.0;
        const Status s =
            check_range(correlations ? "c" : "d", entry, low - slack, low + 2.0 + slack);
        if (!s.ok()) return {s.code, s.parameter, s.value, low, low + 2.0};
        sum += probability(std::clamp(correlations ? 1.0 - entry : entry, 0.0, 2.0));
      }
    }
    return {};
  };
  double sum = 0.0;
  const double p = 1.0 / classes;
  if (classes == 2) {
    const auto excess = [](double d) { return 0.5 - 2.0 / pi * std::asin(std::sqrt(d / 2.0)); };
    if (const Status s = sum_over_pairs(excess, sum); !s.ok()) return s;
  } else {
    const SameClassTable table(classes);
    const auto excess = [&](double d) { return table.at(d) - p; };
    if (const Status s = sum_over_pairs(excess, sum); !s.ok()) return s;
  }
  variance = p * (2.0 * sum / inputs + 1.0 - p) / inputs;
  return {};
}

}  // namespace igb
