#include "training_run.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <span>
#include <string>

#include "failure.hpp"
#include "igb/backpropagation.hpp"
#include "igb/statistics.hpp"

namespace igb::cli {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Inputs that are measured together: what their memory allows at any size of the sets.
constexpr std::size_t chunk_inputs = 256;

const LabelledSet& set_of(const TrainingRequest& request, std::size_t split) {
  return split == 0 ? request.data->train : request.data->test;
}

std::size_t measured_inputs(const TrainingRequest& request, std::size_t split) {
  return std::min(request.measured_inputs, set_of(request, split).data.inputs);
}

std::size_t chunks_of(std::size_t inputs) { return (inputs + chunk_inputs - 1) / chunk_inputs; }

std::size_t layers_of(const TrainingRequest& request) {
  return request.all_layers ? request.architecture.depth + std::size_t{1} : 1;
}

/// The network as it runs from memory, which has the taps of a convolution.
Architecture stored(const TrainingRequest& request) {
  Architecture architecture = request.architecture;
  architecture.init.weights = WeightLaw::gaussian;
  BlockKind& kind = architecture.init.block.kind;
  if (kind == BlockKind::delta_orthogonal) kind = BlockKind::convolution;
  return architecture;
}

std::size_t training_bytes(const TrainingRequest& request) {
  std::size_t bytes = 0;
  check(Training::bytes(request.architecture, request.rule, request.batch, bytes));
  return bytes;
}

std::size_t network_bytes(const TrainingRequest& request) {
  std::size_t forward = 0;
  std::size_t backward = 0;
  std::size_t assessment = 0;
  check(Forward::bytes(stored(request), chunk_inputs, forward));
  check(Backpropagation::bytes(stored(request), chunk_inputs, backward));
  check(Assessment::bytes(request.architecture.classes, assessment));
  return assessment + std::max(forward, request.all_layers ? backward : 0);
}

std::size_t moments_bytes(const TrainingRequest& request) {
  const Architecture& architecture = request.architecture;
  std::size_t bytes = 0;
  check(
      layer_moments_bytes(std::max(architecture.width, architecture.classes), chunk_inputs, bytes));
  return bytes;
}

[[noreturn]] void fail(std::uint64_t step, const Status& status) {
  if (status.code != StatusCode::non_finite) {
    throw Failure("step " + std::to_string(step) + ": " + message(status));
  }
  const bool down = status.detail[0] != '\0';
  throw Failure("step " + std::to_string(step) + ", layer " +
                std::to_string(static_cast<std::uint64_t>(status.value)) + ": " +
                (down ? "gradients" : "pre-activations") +
                " overflow or are no numbers, the network is lost; a smaller learning_rate may "
                "keep it");
}

/// ln(e^a + e^b).
double log_sum(double a, double b) {
  const double larger = std::max(a, b);
  if (!std::isfinite(larger)) return larger;
  return larger + std::log1p(std::exp(std::min(a, b) - larger));
}

/// Whether step is the whole number closest to 10^(k / measure) for some k.
bool on_grid(std::uint64_t step, std::uint32_t measure) {
  const double k = std::log10(static_cast<double>(step)) * measure;
  for (const double place : {std::floor(k), std::ceil(k)}) {
    if (std::llround(std::pow(10.0, place / measure)) == static_cast<long long>(step)) return true;
  }
  return false;
}

/// Different networks of a seed see their data in different orders, the first by the seed itself.
std::uint64_t order_seed(Draw draw) {
  return draw.seed + draw.network * std::uint64_t{0x9E3779B97F4A7C15};
}

}  // namespace

double Measurement::max_frequency() const { return *std::ranges::max_element(frequencies); }

double Measurement::log_gradient_imbalance() const {
  if (log_gradient_squares.empty()) return nan;
  double least = std::numeric_limits<double>::infinity();
  double most = -least;
  for (std::size_t k = 0; k < frequencies.size(); ++k) {
    const double square = log_gradient_squares[k];
    if (std::isnan(square)) continue;
    least = std::min(least, square);
    most = std::max(most, square);
  }
  return most - least;
}

double TrainingRun::bytes(const TrainingRequest& request) {
  return static_cast<double>(training_bytes(request)) +
         static_cast<double>(network_bytes(request)) + static_cast<double>(moments_bytes(request)) +
         4.0 * request.batch * static_cast<double>(request.data->train.data.components());
}

TrainingRun::TrainingRun(const TrainingRequest& request)
    : request_(request),
      training_memory_(training_bytes(request)),
      network_memory_(network_bytes(request)),
      moments_memory_(moments_bytes(request)),
      inputs_(request.batch * request.data->train.data.components()),
      labels_(request.batch) {
  Arena arena = training_memory_.arena();
  check(training_.begin(request.architecture, request.draw, request.rule, request.batch, arena,
                        request.target));
}

void TrainingRun::start() { measure_both(); }

/// The next mini-batch.
void TrainingRun::gather() {
  const LabelledSet& set = request_.data->train;
  const std::size_t width = set.data.components();
  const std::uint64_t first = steps() * request_.batch;
  for (std::uint32_t i = 0; i < request_.batch; ++i) {
    const std::uint64_t place = first + i;
    const std::uint32_t input =
        shuffled(order_seed(request_.draw), static_cast<std::uint32_t>(place / set.data.inputs),
                 static_cast<std::uint32_t>(place % set.data.inputs), set.data.inputs);
    const float* const from = set.data.values.data() + input * width;
    std::copy(from, from + width, inputs_.begin() + static_cast<std::ptrdiff_t>(i * width));
    labels_[i] = set.labels[input];
  }
}

void TrainingRun::step() {
  gather();
  const Status status = training_.train_step(inputs_, labels_);
  if (!status.ok()) fail(steps() + 1, status);
  if (done() || on_grid(steps(), request_.measure)) measure_both();
}

void TrainingRun::measure_both() {
  for (std::size_t split = 0; split < split_names.size(); ++split) {
    measurements_.push_back(measure(split));
  }
}

struct TrainingRun::Chunk {
  std::span<const float> inputs;
  std::span<const std::uint16_t> labels;
};

Measurement TrainingRun::measure(std::size_t split) {
  const LabelledSet& set = set_of(request_, split);
  const std::size_t classes = request_.data->classes;
  const std::size_t count = measured_inputs(request_, split);
  const std::size_t width = set.data.components();
  std::size_t assessment_bytes = 0;
  check(Assessment::bytes(classes, assessment_bytes));
  Memory assessment_memory(assessment_bytes);
  Arena assessment_arena = assessment_memory.arena();
  Assessment assessment;
  check(assessment.begin(classes, assessment_arena));

  moments_.assign(layers_of(request_), {});
  log_squares_.assign(request_.all_layers ? layers_of(request_) * (classes + 1) : 0, -HUGE_VAL);
  const std::size_t chunks = chunks_of(count);
  for (std::size_t i = 0; i < chunks; ++i) {
    const std::size_t first = count * i / chunks;
    const std::size_t size = count * (i + 1) / chunks - first;
    const Chunk chunk{std::span(set.data.values).subspan(first * width, size * width),
                      std::span(set.labels).subspan(first, size)};
    measure_gammas(chunk, assessment);
    if (request_.all_layers) measure_gradients(chunk);
  }

  Measurement m;
  m.step = steps();
  m.split = split;
  m.loss = assessment.loss();
  m.accuracy = assessment.accuracy();
  for (std::size_t k = 0; k < classes; ++k) {
    m.frequencies.push_back(assessment.frequency(k));
    m.accuracies.push_back(assessment.class_accuracy(k));
  }
  for (const LayerMoments& moments : moments_) m.gammas.push_back(moments.gamma());
  for (std::size_t i = 0; i < log_squares_.size(); ++i) {
    const std::size_t k = i % (classes + 1);
    const auto inputs = static_cast<double>(k < classes ? assessment.labels()[k] : count);
    m.log_gradient_squares.push_back(inputs > 0.0 ? log_squares_[i] - std::log(inputs) : nan);
  }
  return m;
}

/// Every chunk has unbiased moments of its own, which are averaged; one of a single input has none.
void TrainingRun::measure_gammas(const Chunk& chunk, Assessment& assessment) {
  Arena arena = network_memory_.arena();
  Forward network;
  Status status = network.begin(training_.parameters(), chunk.inputs, arena, request_.target);
  while (status.ok() && !network.done()) {
    status = network.step();
    if (!status.ok()) break;
    if (!request_.all_layers && !network.done()) continue;
    LayerMoments moments;
    if (chunk.labels.size() > 1) {
      Arena scratch = moments_memory_.arena();
      check(layer_moments(network.preactivations(), scratch, moments));
    }
    LayerMoments& sum = moments_[request_.all_layers ? network.layer() - 1 : 0];
    const auto weight = static_cast<double>(chunk.labels.size());
    sum.sigma_mu2 += weight * moments.sigma_mu2;
    sum.sigma_y2 += weight * moments.sigma_y2;
  }
  if (!status.ok()) fail(steps(), status);
  check(assessment.add(network.preactivations(), chunk.labels));
}

void TrainingRun::measure_gradients(const Chunk& chunk) {
  Arena arena = network_memory_.arena();
  Backpropagation run;
  Status status =
      run.begin(training_.parameters(), chunk.inputs, chunk.labels, arena, request_.target);
  const std::size_t columns = request_.data->classes + std::size_t{1};
  while (status.ok() && !(run.descending() && run.layer() == 1)) {
    status = run.step();
    if (!status.ok() || !run.descending()) continue;
    const auto sums = std::span(log_squares_).subspan((run.layer() - 1) * columns, columns);
    for (std::size_t a = 0; a < chunk.labels.size(); ++a) {
      const double square = run.log_squares()[a];
      for (double* const sum : {&sums[chunk.labels[a]], &sums.back()}) {
        *sum = log_sum(*sum, square);
      }
    }
  }
  if (!status.ok()) fail(steps(), status);
}

// ---- to save and to resume -------------------------------------------------------------------

namespace {

/// All numbers of a measurement, in an order of their own.
template <class M, class Visit>
void visit_numbers(M& m, const Visit& visit) {
  visit(m.loss);
  visit(m.accuracy);
  for (auto* const values : {&m.frequencies, &m.accuracies, &m.gammas, &m.log_gradient_squares}) {
    for (auto& value : *values) visit(value);
  }
}

Measurement empty_measurement(const TrainingRequest& request) {
  const std::size_t classes = request.data->classes;
  Measurement m;
  m.frequencies.resize(classes);
  m.accuracies.resize(classes);
  m.gammas.resize(layers_of(request));
  m.log_gradient_squares.resize(request.all_layers ? layers_of(request) * (classes + 1) : 0);
  return m;
}

template <class Value>
void append(std::string& bytes, const Value& value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

/// False where there are too few bytes.
template <class Value>
bool take(std::string_view& bytes, Value& value) {
  if (bytes.size() < sizeof value) return false;
  std::memcpy(&value, bytes.data(), sizeof value);
  bytes.remove_prefix(sizeof value);
  return true;
}

}  // namespace

std::string TrainingRun::save() const {
  std::string bytes;
  append(bytes, std::uint64_t{measurements_.size()});
  for (const Measurement& m : measurements_) {
    append(bytes, m.step);
    append(bytes, std::uint64_t{m.split});
    visit_numbers(m, [&](double value) { append(bytes, value); });
  }
  const std::size_t first = bytes.size();
  bytes.resize(first + training_.snapshot_bytes());
  check(training_.save(std::as_writable_bytes(std::span(bytes).subspan(first))));
  return bytes;
}

void TrainingRun::resume(std::string_view saved) {
  std::uint64_t count = 0;
  bool whole = take(saved, count);
  std::vector<Measurement> measurements;
  for (std::uint64_t i = 0; i < count && whole; ++i) {
    Measurement& m = measurements.emplace_back(empty_measurement(request_));
    std::uint64_t split = 0;
    whole = take(saved, m.step) && take(saved, split) && split < split_names.size();
    m.split = split;
    visit_numbers(m, [&](double& value) { whole = whole && take(saved, value); });
  }
  if (!whole) throw Failure("it is cut short");
  const Status status = training_.restore(std::as_bytes(std::span(saved)));
  if (status.code == StatusCode::syntax) {
    throw Failure(std::string("it does not hold ") + status.detail);
  }
  check(status);
  measurements_ = std::move(measurements);
}

}  // namespace igb::cli
