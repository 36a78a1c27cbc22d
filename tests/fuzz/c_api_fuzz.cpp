// c_api_fuzz [cases [seed]]: the C API called with random bytes, special values and plausible ones
// in every field and argument. Whatever comes in, a call returns a known code, a refusal has its
// words, an answer has no NaN, and no byte beyond a buffer is touched (the sanitizers see the
// rest).
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "fuzz/random.hpp"
#include "igb/igb.h"
#include "support/samples.hpp"

namespace {

using igb::test::AlignedMemory;
using igb::test::Choices;

constexpr uint32_t most = 40;  // entries of every buffer
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

int32_t kind_named(const std::string& name) {
  int32_t kind = 0;
  while (kind < igb_block_count() && igb_block_name(kind) != name) ++kind;
  return kind;
}

class Fuzzer {
 public:
  explicit Fuzzer(std::uint64_t seed) : choices_(seed), memory_(1U << 20) {}

  /// One call with arguments of all kinds; what is wrong with its outcome, or empty.
  std::string run() {
    why_ = {};
    make_user_activation();
    call();
    return wrong_;
  }

  int answered = 0;
  int refused = 0;

 private:
  // ---- arguments ----
  double real() {
    static constexpr double special[] = {0.0,  -0.0, 1.0,      -1.0, nan,   infinity, -infinity,
                                         1e-6, 1e6,  1e-300,   1e30, 1e308, -1e-12,   0.5,
                                         2.0,  1e12, 1.000001, 1e-9, 0.1,   64.0,     1e-3};
    switch (choices_.below(5)) {
      case 0: {
        const std::uint64_t bits = choices_.bits();
        double value = 0.0;
        std::memcpy(&value, &bits, sizeof value);
        return value;
      }
      case 1:
        return choices_.of(special);
      default:
        return choices_.uniform(0.0, 3.0);
    }
  }
  uint32_t whole() {
    static constexpr uint32_t special[] = {
        0,  1,    2,     3,        4,        7,          10,         64,
        65, 4096, 65536, 1U << 20, 1U << 24, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF};
    return choices_.below(4) == 0 ? static_cast<uint32_t>(choices_.bits()) : choices_.of(special);
  }
  /// A count that the buffers hold.
  uint32_t count() { return static_cast<uint32_t>(choices_.below(most + 1)); }
  bool rarely() { return choices_.below(12) == 0; }

  const igb_activation* activation() {
    if (rarely()) return nullptr;
    if (user_ != nullptr && choices_.below(3) == 0) return user_;
    const auto all = static_cast<std::size_t>(igb_activation_count());
    return igb_activation_at(static_cast<int32_t>(choices_.below(all)));
  }
  igb_initialisation init() {
    igb_initialisation init{activation(), real(), real(), {}, number_of(3)};
    igb_block& block = init.block;
    block.kind = choices_.below(3) == 0 ? static_cast<int32_t>(choices_.below(15)) - 1 : 0;
    block.pool = whole();
    block.pool_width = number_of(2);
    block.keep = real();
    block.residual_depth = whole();
    block.sigma_v2 = real();
    block.sigma_a2 = real();
    block.taps = whole();
    block.dimensions = whole();
    block.side = whole();
    if (rarely()) init.block.kind = static_cast<int32_t>(choices_.bits());
    return init;
  }
  /// Mostly the number of one of `count` names.
  int32_t number_of(std::size_t count) {
    return static_cast<int32_t>(rarely() ? choices_.bits() : choices_.below(count));
  }
  /// A network of any block that fits the buffers.
  igb_architecture small_network(const igb_initialisation& init) {
    igb_architecture small{init, 4, 8, 1 + count() % 4, 2 + count() % 3};
    igb_block& block = small.init.block;
    block.kind = number_of(static_cast<std::size_t>(igb_block_count()));
    block.pool = rarely() ? whole() : 4;
    block.keep = rarely() ? real() : 0.5;
    block.residual_depth = rarely() ? whole() : 3;
    block.taps = rarely() ? whole() : 3;
    block.dimensions = rarely() ? whole() : 1 + count() % 2;
    block.side = rarely() ? whole() : 1 + count() % 2;
    if (rarely()) small.input_width = 8;
    return small;
  }
  igb_draw draw() { return {choices_.bits(), whole()}; }
  std::vector<double> reals() {
    std::vector<double> list(most);
    const double fill = real();
    const std::size_t kind = choices_.below(3);
    for (double& value : list) value = kind == 0 ? real() : kind == 1 ? fill : 0.25 * fill;
    return list;
  }
  std::vector<float> floats() {
    std::vector<float> list(most);
    for (float& value : list)
      value = static_cast<float>(choices_.below(30) == 0 ? real() : choices_.uniform(-2, 2));
    return list;
  }
  template <class T>
  T* maybe(T& object) {
    return rarely() ? nullptr : &object;
  }
  void* memory() {
    if (rarely()) return nullptr;
    return memory_.bytes().data() + (rarely() ? 1 : 0);
  }
  size_t bytes() { return rarely() ? choices_.below(5000) : memory_.bytes().size(); }

  // ---- outcomes ----
  void fail(const std::string& what) {
    if (wrong_.empty()) wrong_ = what;
  }
  bool judge(const char* name, int32_t code) {
    if (code == IGB_OK) {
      ++answered;
      return true;
    }
    ++refused;
    char text[600];
    const size_t length = igb_message(&why_, text, sizeof text);
    if (code < 0 || code > IGB_NULL_POINTER) fail(std::string(name) + ": unknown code");
    if (why_.code != code) fail(std::string(name) + ": why has another code");
    if (length == 0 || length >= sizeof text) fail(std::string(name) + ": no message");
    if (why_.parameter == nullptr || why_.parameter[0] == '\0') {
      fail(std::string(name) + ": no parameter named");
    }
    return false;
  }
  void number(const char* name, double value) {
    if (std::isnan(value)) fail(std::string(name) + ": NaN in an answer");
  }
  void check_report(const char* name, const igb_fixed_point_report& report) {
    for (const double value :
         {report.q_star, report.c_star, report.gamma_star, report.chi_1, report.chi_c_star,
          report.xi_q, report.xi_c, report.xi_grad, report.chi_grad}) {
      number(name, value);
    }
    if (std::abs(report.c_star) > 1.0) fail(std::string(name) + ": c_star");
    if (std::string(igb_phase_name(report.phase)) == "unknown") fail(std::string(name) + ": phase");
  }

  void make_user_activation() {
    static const char* const texts[] = {"x/(1+abs(x))", "max(x, 0.1*x)", "tanh(x)^2", "exp(x)",
                                        "x^3",          "sin(3*x)",      "1/x",       "x+"};
    const igb_activation* made = nullptr;
    int32_t code = 0;
    const std::vector<double> x = reals();
    const double steps[] = {-2.0, -1.0, 0.5, real()};
    switch (choices_.below(3)) {
      case 0: {
        const char* const text = choices_.of(texts);
        code = igb_expression(text, std::strlen(text), user_memory_.bytes().data(),
                              user_memory_.bytes().size(), &made, &why_);
        break;
      }
      case 1:
        code = igb_table(choices_.below(2) == 0 ? steps : x.data(), x.data(),
                         static_cast<uint32_t>(choices_.below(5)), user_memory_.bytes().data(),
                         user_memory_.bytes().size(), &made, &why_);
        break;
      default:
        code = igb_leaky_relu(real(), user_memory_.bytes().data(), user_memory_.bytes().size(),
                              &made, &why_);
    }
    user_ = judge("activation", code) ? made : nullptr;
  }

  void call() {
    const igb_initialisation init = this->init();
    const igb_draw draw = this->draw();
    const uint32_t n = count();
    switch (choices_.below(24)) {
      case 0: {
        igb_fixed_point_report report{};
        if (judge("fixed_point", igb_fixed_point(maybe(init), maybe(report), &why_)))
          check_report("fixed_point", report);
        break;
      }
      case 1: {
        std::vector<igb_signal> signals(most + 1);
        std::memset(static_cast<void*>(signals.data()), 0x5a, sizeof(igb_signal) * signals.size());
        const igb_signal canary = signals[n];
        (void)judge("trajectory",
                    igb_trajectory(maybe(init), real(), real(), n, signals.data(), &why_));
        if (std::memcmp(&canary, &signals[n], sizeof canary) != 0) fail("trajectory: overrun");
        break;
      }
      case 2: {
        igb_line_point point{};
        if (judge("edge_of_chaos", igb_edge_of_chaos(maybe(init), maybe(point), &why_)))
          number("edge_of_chaos", point.sigma_w2);
        break;
      }
      case 3: {
        igb_line_point point{};
        if (judge("iso_gamma", igb_iso_gamma(maybe(init), real(), maybe(point), &why_)))
          number("iso_gamma", point.sigma_w2);
        break;
      }
      case 4: {
        igb_phase_map* map = nullptr;
        if (!judge("phase_map_begin",
                   igb_phase_map_begin(maybe(init), memory(), bytes(), &map, &why_)))
          break;
        std::vector<igb_fixed_point_report> points(most);
        const std::vector<double> row = reals();
        const uint32_t few = n % 4;
        if (judge("phase_map_row",
                  igb_phase_map_row(map, real(), row.data(), few, points.data(), &why_)))
          for (uint32_t j = 0; j < few; ++j) check_report("phase_map_row", points[j]);
        break;
      }
      case 5: {
        igb_many_class_report report{};
        if (judge("many_class_law", igb_many_class_law(whole(), real(), maybe(report), &why_)))
          number("many_class_law", report.mean_max_frequency + report.variance);
        break;
      }
      case 6: {
        std::vector<double> drifts = reals();
        std::vector<double> g(most);
        std::vector<uint32_t> counts(most);
        (void)judge("sample_drifts", igb_sample_drifts(maybe(draw), n, drifts.data(), &why_));
        if (judge("class_fractions",
                  igb_class_fractions(real(), drifts.data(), n, g.data(), &why_)))
          for (uint32_t k = 0; k < n; ++k) number("class_fractions", g[k]);
        const uint32_t inputs = whole();
        if (judge("sample_counts",
                  igb_sample_counts(&draw, inputs, g.data(), n, counts.data(), &why_))) {
          std::uint64_t sum = 0;
          for (uint32_t k = 0; k < n; ++k) sum += counts[k];
          if (sum != inputs) fail("sample_counts: sum");
        }
        break;
      }
      case 7: {
        double value = 0.0;
        if (judge("null_mean_max", igb_null_mean_max_frequency(whole(), n, maybe(value), &why_)))
          number("null_mean_max", value);
        if (judge("finite_variance",
                  igb_finite_many_class_variance(whole(), real(), whole(), &value, &why_)))
          number("finite_variance", value);
        break;
      }
      case 8: {
        double variance = 0.0;
        const std::vector<double> pairs = reals();
        const auto inputs = static_cast<uint32_t>(choices_.below(7));
        if (judge("frequency_variance",
                  igb_frequency_variance(static_cast<uint32_t>(choices_.below(6)), pairs.data(),
                                         inputs, static_cast<int32_t>(n % 2), maybe(variance),
                                         &why_)))
          number("frequency_variance", variance);
        break;
      }
      case 9: {
        igb_outlook outlook{};
        if (judge("predict", igb_predict(maybe(init), n, static_cast<uint32_t>(choices_.below(5)),
                                         maybe(outlook), &why_)))
          number("predict", outlook.gamma);
        break;
      }
      case 10: {
        igb_recommendation advice{};
        const uint32_t depth = n % 6;
        if (judge("recommend", igb_recommend(maybe(init), depth, 2, maybe(advice), &why_))) {
          number("recommend", advice.best.sigma_w2);
          char text[40];
          (void)igb_reason(&advice, depth, 2, text, sizeof text);
        }
        break;
      }
      case 11: {
        if (init.sigma_w2 < 1e-2) break;  // its pairs are mapped one by one, some s each
        igb_kernel* kernel = nullptr;
        const std::vector<float> inputs = floats();
        const auto rows = static_cast<uint32_t>(choices_.below(6));
        const auto width = static_cast<uint32_t>(choices_.below(7));
        if (!judge("kernel_begin", igb_kernel_begin(maybe(init), inputs.data(), rows, width,
                                                    memory(), bytes(), &kernel, &why_)))
          break;
        step_kernel(kernel, rows);
        break;
      }
      case 12: {
        if (init.sigma_w2 < 1e-2) break;
        igb_kernel* kernel = nullptr;
        std::vector<double> covariances = reals();
        const auto rows = static_cast<uint32_t>(choices_.below(6));
        for (uint32_t a = 0; a < rows; ++a) {
          if (!rarely()) covariances[a * rows + a] = 1.5;
        }
        if (!judge("kernel_begin_covariances",
                   igb_kernel_begin_covariances(maybe(init), covariances.data(), rows, memory(),
                                                bytes(), &kernel, &why_)))
          break;
        step_kernel(kernel, rows);
        break;
      }
      case 13: {
        const igb_architecture shape{init, whole() % 9, whole(), whole(), whole()};
        run_network(choices_.below(3) == 0 ? shape : small_network(init), draw);
        break;
      }
      case 14: {
        std::vector<float> out(most + 1, 7.0F);
        const uint32_t layer = whole();
        (void)judge("normals", igb_normals(maybe(draw), whole(), layer, whole(), whole(), n,
                                           out.data(), &why_));
        (void)judge("uniforms", igb_uniforms(maybe(draw), whole(), layer, whole(), whole(), n,
                                             out.data(), &why_));
        if (out[n] != 7.0F) fail("normals: overrun");
        break;
      }
      case 15: {
        std::vector<double> pmf(most + 1);
        const double gamma = real();
        if (judge("finite_two_class_law", igb_finite_two_class_law(gamma, n, pmf.data(), &why_))) {
          double sum = 0.0;
          for (uint32_t k = 0; k <= n; ++k) sum += pmf[k];
          if (!(std::abs(sum - 1.0) < 1e-9)) fail("finite_two_class_law: mass");
        }
        (void)igb_two_class_cdf(gamma, real());
        (void)igb_two_class_quantile(gamma, real());
        (void)igb_two_class_max_quantile(gamma, real());
        (void)igb_two_class_pdf(real(), real());
        break;
      }
      case 16: {
        igb_jet jet{};
        igb_activation_facts facts{};
        (void)judge("evaluate", igb_evaluate(activation(), real(), maybe(jet), &why_));
        (void)judge("describe", igb_describe_activation(activation(), maybe(facts), &why_));
        (void)igb_activation_name(activation());
        (void)igb_block_name(static_cast<int32_t>(choices_.bits()));
        (void)igb_activation_at(static_cast<int32_t>(choices_.bits()));
        break;
      }
      case 17: {
        const uint32_t depth = n % 6;
        std::vector<igb_layer_gradient> gradients(most);
        (void)judge("backward", igb_backward(maybe(init), real(), real(), depth, memory(), bytes(),
                                             gradients.data(), &why_));
        std::vector<double> report(std::size_t{6} * 5);
        const double probabilities[] = {0.3, choices_.uniform(-0.1, 1.1)};
        if (judge("gradient_report",
                  igb_gradient_report(maybe(init), real(), real(), depth, whole(),
                                      static_cast<int32_t>(choices_.below(4)), probabilities, 2,
                                      memory(), bytes(), report.data(), &why_))) {
          for (uint32_t i = 0; i < depth * 5; ++i) number("gradient_report", report[i]);
        }
        break;
      }
      case 18: {
        igb_initialisation residual = init;
        if (!rarely()) residual.block.kind = kind_named("residual_after");
        const igb_population population{rarely() ? whole() : 1024, choices_.bits(),
                                        static_cast<int32_t>(n % 2)};
        std::vector<igb_population_layer> layers(most);
        const uint32_t few = n % 5;
        if (judge("population_trajectory",
                  igb_population_trajectory(maybe(residual), real(), real(), maybe(population),
                                            memory(), bytes(), few, layers.data(), &why_))) {
          for (uint32_t l = 0; l < few; ++l) number("population", layers[l].signal.q);
        }
        break;
      }
      case 19: {
        std::vector<double> values = reals();
        std::vector<double> others = reals();
        igb_estimate estimate{};
        igb_interval interval{};
        double quantile = 0.0;
        (void)judge("mean",
                    igb_mean(values.data(), n, real(), maybe(estimate), maybe(interval), &why_));
        (void)judge("ratio", igb_ratio(values.data(), others.data(), n, maybe(estimate), &why_));
        (void)igb_ks_two_sample_distance(values.data(), n, others.data(), count());
        (void)igb_ks_two_sample_p_value(real(), whole(), whole());
        for (double& value : values) {
          if (std::isnan(value)) value = 0.0;
        }
        std::sort(values.begin(), values.begin() + n);
        if (judge("quantile", igb_quantile(values.data(), n, real(), real(), maybe(quantile),
                                           maybe(interval), &why_))) {
          if (!(interval.low <= quantile && quantile <= interval.high)) fail("quantile: interval");
        }
        break;
      }
      case 20:
        run_gram(small_network(init), draw);
        break;
      case 21:
        run_training(small_network(init), draw);
        break;
      case 22: {
        const igb_planar_set set{number_of(5), real(), choices_.below(2) == 0 ? 2 : whole()};
        std::vector<float> inputs(2 * most + 1, 7.0F);
        std::vector<uint16_t> labels(most);
        if (judge("planar_points", igb_planar_points(maybe(set), maybe(draw), inputs.data(),
                                                     labels.data(), n, &why_))) {
          for (uint32_t i = 0; i < n; ++i) {
            if (labels[i] >= set.classes) fail("planar_points: label");
          }
          for (const float x : inputs) number("planar_points", x);
        }
        if (inputs[std::size_t{2} * n] != 7.0F) fail("planar_points: overrun");
        std::vector<uint32_t> order(most + 1, 7);
        const uint32_t places = choices_.below(2) == 0 ? n : whole();
        const uint32_t first = count() / 2;
        if (judge("shuffled", igb_shuffled(choices_.bits(), whole(), places, first, n / 2,
                                           order.data(), &why_))) {
          for (uint32_t i = 0; i < n / 2; ++i) {
            if (order[i] >= places) fail("shuffled: place");
          }
        }
        if (order[n / 2] != 7) fail("shuffled: overrun");
        break;
      }
      default: {
        std::vector<double> angles = reals();
        igb_fourier_report mode{};
        if (judge("fourier_mode",
                  igb_fourier_mode(maybe(init), angles.data(), n % 4, maybe(mode), &why_)))
          number("fourier_mode", mode.factor);
      }
    }
  }

  void step_kernel(igb_kernel* kernel, uint32_t rows) {
    std::vector<double> q(rows);
    std::vector<double> distances(std::size_t{rows} * rows);
    igb_layer_report report{};
    for (int layer = 0; layer < 2; ++layer) {
      if (!judge("kernel_step", igb_kernel_step(kernel, maybe(report), &why_))) return;
      (void)judge("kernel_variances", igb_kernel_variances(kernel, q.data(), &why_));
      (void)judge("kernel_distances", igb_kernel_distances(kernel, distances.data(), &why_));
      for (const double d : distances) number("kernel_distances", d);
    }
    run_process(kernel, rows);
  }

  /// Networks on the inputs of a kernel that has moved on by some layers.
  void run_process(const igb_kernel* kernel, uint32_t rows) {
    size_t needed = 0;
    if (!judge("gaussian_process_bytes", igb_gaussian_process_bytes(rows, &needed, &why_))) return;
    const AlignedMemory place(needed);
    igb_gaussian_process* process = nullptr;
    if (!judge("gaussian_process_begin",
               igb_gaussian_process_begin(kernel, place.bytes().data(),
                                          rarely() ? needed / 2 : needed, &process, &why_))) {
      return;
    }
    for (int32_t done = 0; done == 0;) {
      if (!judge("gaussian_process_step", igb_gaussian_process_step(process, &done, &why_))) return;
    }
    const igb_draw draw = this->draw();
    std::vector<double> values(rows);
    std::vector<uint16_t> guesses(rows);
    if (judge("gaussian_process_outputs",
              igb_gaussian_process_outputs(process, maybe(draw), whole(), values.data(), &why_))) {
      for (const double value : values) number("gaussian_process_outputs", value);
    }
    (void)judge(
        "gaussian_process_classes",
        igb_gaussian_process_classes(process, maybe(draw), static_cast<uint32_t>(choices_.below(6)),
                                     guesses.data(), &why_));
  }

  /// As many inputs as a buffer of `most` floats holds.
  uint32_t rows_of(const igb_architecture& shape) {
    uint32_t positions = 1;
    if (!judge("positions", igb_positions(&shape.init.block, maybe(positions), &why_))) return 0;
    const std::uint64_t width = std::uint64_t{positions} * shape.input_width;
    return width == 0 ? 3 : static_cast<uint32_t>(most / width);
  }

  void run_network(const igb_architecture& shape, const igb_draw& draw) {
    const std::vector<float> inputs = floats();
    const uint32_t rows = rows_of(shape);
    size_t needed = 0;
    (void)judge("forward_bytes", igb_forward_bytes(&shape, whole(), &needed, &why_));
    (void)judge("backpropagation_bytes",
                igb_backpropagation_bytes(&shape, whole(), &needed, &why_));
    run_backpropagation(shape, draw, inputs, rows);
    igb_forward* run = nullptr;
    if (!judge("forward_begin", igb_forward_begin(&shape, maybe(draw), inputs.data(), rows,
                                                  memory(), bytes(), &run, &why_))) {
      return;
    }
    igb_layer_report report{};
    for (int layer = 0; layer < 6; ++layer) {
      if (!judge("forward_step", igb_forward_step(run, maybe(report), &why_))) break;
      igb_layer_shape view{};
      check_view("forward_preactivations", igb_forward_preactivations(run, &view), view, rows);
    }
    std::vector<uint16_t> classes(most);
    igb_effective_rank rank{};
    (void)judge("forward_effective_rank", igb_forward_effective_rank(run, maybe(rank), &why_));
    (void)judge("forward_classes", igb_forward_classes(run, classes.data(), &why_));
  }

  void run_training(const igb_architecture& shape, const igb_draw& draw) {
    igb_learning_rule rule{number_of(3), 0.1, 0.9, 0.999, 1e-8, 0.0};
    for (double* const field :
         {&rule.learning_rate, &rule.momentum, &rule.beta2, &rule.epsilon, &rule.weight_decay}) {
      if (rarely()) *field = real();
    }
    const uint32_t batch = rows_of(shape);
    size_t needed = 0;
    (void)judge("training_bytes", igb_training_bytes(&shape, maybe(rule), whole(), &needed, &why_));
    igb_training* training = nullptr;
    if (!judge("training_begin", igb_training_begin(&shape, maybe(draw), &rule, batch, memory(),
                                                    bytes(), &training, &why_))) {
      return;
    }
    size_t snapshot_bytes = 0;
    if (!judge("training_snapshot_bytes",
               igb_training_snapshot_bytes(training, &snapshot_bytes, &why_))) {
      return;
    }
    std::vector<std::byte> snapshot(snapshot_bytes);
    const bool saved = judge("training_save",
                             igb_training_save(training, snapshot.data(), snapshot.size(), &why_));
    std::vector<double> squares(std::size_t{shape.depth + 1} * (shape.classes + 1));
    for (int step = 0; step < 3; ++step) {
      const std::vector<float> inputs = floats();
      std::vector<uint16_t> labels(most);
      for (uint16_t& label : labels) label = static_cast<uint16_t>(choices_.below(2));
      if (rarely()) labels[0] = static_cast<uint16_t>(choices_.bits());
      igb_training_state state{};
      if (judge("training_step",
                igb_training_step(training, inputs.data(), labels.data(),
                                  rarely() ? whole() % 9 : batch, &state, &why_))) {
        number("training_step", state.loss);
        number("training_step", state.accuracy);
      }
      (void)judge("training_gradient_squares",
                  igb_training_gradient_squares(training, squares.data(), &why_));
    }
    run_trained(training, batch);
    if (!saved || snapshot.empty()) return;
    const std::size_t place = choices_.below(snapshot.size());
    if (choices_.below(2) == 0) snapshot[place] ^= std::byte{1};
    (void)judge(
        "training_restore",
        igb_training_restore(training, snapshot.data(), rarely() ? place : snapshot.size(), &why_));
  }

  void run_trained(const igb_training* training, uint32_t rows) {
    size_t needed = 0;
    if (!judge("forward_bytes_trained",
               igb_forward_bytes_trained(training, rows, &needed, &why_))) {
      return;
    }
    const AlignedMemory place(needed);
    const std::vector<float> inputs = floats();
    igb_forward* run = nullptr;
    if (!judge("forward_begin_trained",
               igb_forward_begin_trained(training, inputs.data(), rows, place.bytes().data(),
                                         rarely() ? needed / 2 : needed, &run, &why_))) {
      return;
    }
    while (judge("forward_step", igb_forward_step(run, nullptr, &why_))) {
      igb_layer_shape view{};
      check_view("forward_preactivations", igb_forward_preactivations(run, &view), view, rows);
    }
  }

  void run_gram(igb_architecture shape, const igb_draw& draw) {
    if (!rarely()) shape.init.weights = 0;
    const std::vector<float> inputs = floats();
    const uint32_t rows = shape.input_width == 0 ? 3 : most / shape.input_width;
    size_t needed = 0;
    (void)judge("gram_bytes", igb_gram_bytes(&shape, whole(), &needed, &why_));
    igb_gram* gram = nullptr;
    if (!judge("gram_begin", igb_gram_begin(&shape, maybe(draw), inputs.data(), rows, memory(),
                                            bytes(), &gram, &why_))) {
      return;
    }
    std::vector<uint16_t> classes(most);
    for (int layer = 0; layer < 6; ++layer) {
      igb_layer_report report{};
      if (!judge("gram_step", igb_gram_step(gram, maybe(report), &why_))) break;
      number("gram_step", report.q);
      (void)judge("gram_classes", igb_gram_classes(gram, classes.data(), &why_));
    }
    (void)judge("gram_classes", igb_gram_classes(gram, classes.data(), &why_));
  }

  /// Finite numbers of all inputs at every position.
  void check_view(const char* name, const float* values, const igb_layer_shape& shape,
                  uint32_t rows) {
    if (values == nullptr) return fail(std::string(name) + ": null");
    if (shape.inputs != rows) fail(std::string(name) + ": inputs");
    for (std::size_t row = 0; row < std::size_t{shape.inputs} * shape.positions; ++row) {
      for (uint32_t i = 0; i < shape.units; ++i) number(name, values[row * shape.stride + i]);
    }
  }

  void run_backpropagation(const igb_architecture& shape, const igb_draw& draw,
                           const std::vector<float>& inputs, uint32_t rows) {
    std::vector<uint16_t> labels(most);
    for (uint16_t& label : labels) {
      label = static_cast<uint16_t>(choices_.below(50) == 0 ? choices_.bits() : choices_.below(2));
    }
    igb_backpropagation* run = nullptr;
    if (!judge("backpropagation_begin",
               igb_backpropagation_begin(&shape, maybe(draw), inputs.data(), labels.data(), rows,
                                         memory(), bytes(), &run, &why_))) {
      return;
    }
    std::vector<double> numbers(most);
    std::vector<uint16_t> classes(most);
    igb_backpropagation_state state{};
    for (int layer = 0; layer < 12; ++layer) {
      if (!judge("backpropagation_step", igb_backpropagation_step(run, maybe(state), &why_))) break;
      igb_layer_shape view{};
      const float* const values = igb_backpropagation_gradients(run, &view);
      if (values != nullptr) check_view("backpropagation_gradients", values, view, rows);
      (void)judge("backpropagation_classes",
                  igb_backpropagation_classes(run, classes.data(), &why_));
      for (const auto get : {igb_backpropagation_losses, igb_backpropagation_log_squares,
                             igb_backpropagation_log_scales}) {
        if (!judge("backpropagation numbers", get(run, numbers.data(), &why_))) continue;
        for (uint32_t a = 0; a < rows; ++a) number("backpropagation numbers", numbers[a]);
      }
      (void)judge("backpropagation_log_weight_squares",
                  igb_backpropagation_log_weight_squares(run, numbers.data(), &why_));
    }
  }

  Choices choices_;
  AlignedMemory memory_;
  AlignedMemory user_memory_{igb_user_activation_bytes()};
  const igb_activation* user_ = nullptr;
  igb_status why_{};
  std::string wrong_;
};

}  // namespace

int main(int count, char** arguments) {
  const long cases = count > 1 ? std::atol(arguments[1]) : 100;
  Fuzzer fuzzer(count > 2 ? std::strtoull(arguments[2], nullptr, 10) : 1);
  for (long i = 0; i < cases; ++i) {
    const std::string wrong = fuzzer.run();
    if (!wrong.empty()) {
      std::printf("case %ld: %s\n", i, wrong.c_str());
      return 1;
    }
  }
  std::printf("%ld cases: %d calls answered, %d refused\n", cases, fuzzer.answered, fuzzer.refused);
  return fuzzer.answered > cases / 4 && fuzzer.refused > cases / 4 ? 0
                                                                   : 1;  // or nothing was tested
}
