#include "igb/training.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <string_view>

#include "kernels.hpp"
#include "learner.hpp"
#include "weights.hpp"

namespace igb {

namespace {

constexpr std::array<const char*, 3> names{"sgd", "momentum", "adam"};

/// Check sum: FNV-1a of 64 bits.
class CheckSum {
 public:
  void add(std::span<const std::byte> bytes) {
    for (const std::byte byte : bytes) {
      sum_ = (sum_ ^ std::to_integer<std::uint64_t>(byte)) * 0x100000001b3U;
    }
  }
  template <class Value>
  void add_value(const Value& value) {
    add(std::as_bytes(std::span(&value, 1)));
  }
  [[nodiscard]] std::uint64_t value() const { return sum_; }

 private:
  std::uint64_t sum_ = 0xcbf29ce484222325U;
};

struct SnapshotHeader {
  std::array<char, 8> magic{'i', 'g', 'b', 'l', 'e', 'a', 'r', 'n'};
  std::uint32_t version = 1;
  std::uint32_t header_bytes = 128;
  std::uint64_t fingerprint = 0;  ///< of architecture, draw and rule
  std::uint64_t steps = 0;
  std::uint64_t floats = 0;
  std::uint64_t check_sum = 0;  ///< of the floats
  std::array<std::uint64_t, 9> reserved{};
  std::uint64_t header_sum = 0;  ///< of all before
};
static_assert(sizeof(SnapshotHeader) == 128);
static_assert(std::endian::native == std::endian::little);

std::uint64_t sum_of(const SnapshotHeader& header) {
  CheckSum sum;
  sum.add(std::as_bytes(std::span(&header, 1)).first(sizeof header - sizeof header.header_sum));
  return sum.value();
}

std::uint64_t sum_of(std::span<const std::byte> floats) {
  CheckSum sum;
  sum.add(floats);
  return sum.value();
}

/// The block with the fields that its kind needs, all others as they are by default.
Block looked_at(const Block& block) {
  Block same{.kind = block.kind};
  switch (block.kind) {
    case BlockKind::max_pool:
    case BlockKind::average_pool:
      same.pool = block.pool;
      same.pool_width = block.pool_width;
      break;
    case BlockKind::dropout:
      same.keep = block.keep;
      break;
    case BlockKind::residual_scaled:
    case BlockKind::residual_after:
      same.residual_depth = block.residual_depth;
      break;
    case BlockKind::residual:
      same.sigma_v2 = block.sigma_v2;
      same.sigma_a2 = block.sigma_a2;
      break;
    case BlockKind::convolution:
    case BlockKind::delta_orthogonal:
      same.taps = block.taps;
      same.dimensions = block.dimensions;
      same.side = block.side;
      break;
    case BlockKind::plain:
    case BlockKind::layer_norm_before:
    case BlockKind::layer_norm_after:
    case BlockKind::batch_norm_before:
    case BlockKind::batch_norm_after:
      break;
  }
  return same;
}

/// Likewise of the rule.
LearningRule looked_at(const LearningRule& rule) {
  LearningRule same{.optimiser = rule.optimiser,
                    .learning_rate = rule.learning_rate,
                    .weight_decay = rule.weight_decay};
  if (rule.optimiser != Optimiser::sgd) same.momentum = rule.momentum;
  if (rule.optimiser == Optimiser::adam) {
    same.beta2 = rule.beta2;
    same.epsilon = rule.epsilon;
  }
  return same;
}

Status refused(const char* detail) {
  return {StatusCode::syntax, "snapshot", 0.0, 0.0, 0.0, detail};
}

}  // namespace

std::span<const char* const> optimiser_names() { return names; }

Status find_optimiser(std::string_view name, Optimiser& optimiser) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (name != names[i]) continue;
    optimiser = static_cast<Optimiser>(i);
    return {};
  }
  return {StatusCode::unknown_name, "optimiser"};
}

Status validate(const LearningRule& rule) {
  constexpr double smallest = std::numeric_limits<float>::min();
  constexpr double below_one = 1.0 - 1e-7;  // the last float before 1
  const auto optimiser = static_cast<std::size_t>(rule.optimiser);
  const Status checks[] = {
      check_range("optimiser", static_cast<double>(optimiser), 0, names.size() - 1),
      check_range("learning_rate", rule.learning_rate, smallest, learning_rate_max),
      check_range("momentum", rule.momentum, 0.0, below_one),
      check_range("beta2", rule.beta2, 0.0, below_one),
      check_range("epsilon", rule.epsilon, 1e-30, 1.0),
      check_range("weight_decay", rule.weight_decay, 0.0, 1.0 / rule.learning_rate),
  };
  for (const Status& status : checks) {
    if (!status.ok()) return status;
  }
  return {};
}

std::uint32_t shuffled(std::uint64_t seed, std::uint32_t epoch, std::uint32_t index,
                       std::uint32_t count) {
  if (count < 2) return 0;
  const auto half_bits = static_cast<std::uint32_t>(std::bit_width(count - 1) + 1) / 2;
  const std::uint32_t mask = (1U << half_bits) - 1;
  const std::array<std::uint32_t, 2> key{static_cast<std::uint32_t>(seed),
                                         static_cast<std::uint32_t>(seed >> 32)};
  std::uint32_t place = index;
  do {
    std::uint32_t left = place >> half_bits;
    std::uint32_t right = place & mask;
    constexpr std::uint32_t rounds = 6;
    for (std::uint32_t round = 0; round < rounds; ++round) {
      const std::uint32_t word = static_cast<std::uint32_t>(Stream::order) << 24 | round;
      const std::uint32_t mixed = philox({right, epoch, word, half_bits}, key)[0] & mask;
      const std::uint32_t next = left ^ mixed;
      left = right;
      right = next;
    }
    place = left << half_bits | right;
  } while (place >= count);
  return place;
}

std::size_t Training::state_copies() const { return static_cast<std::size_t>(rule_.optimiser); }

Status Training::take_buffers(const Architecture& architecture, std::size_t batch, Arena& arena) {
  state_ = arena.take<float>(state_copies(), parameters_.count());
  gradient_ = arena.take<float>(parameters_.largest_count());
  gradient_squares_ = arena.take<double>(architecture.depth + std::size_t{1},
                                         architecture.classes + std::size_t{1});
  std::size_t run = 0;
  if (const Status s = Backpropagation::layout(architecture, batch, true, run); !s.ok()) return s;
  scratch_ = arena.take<std::byte>(run);
  return arena.status();
}

Status Training::bytes(const Architecture& architecture, const LearningRule& rule,
                       std::size_t batch, std::size_t& bytes) {
  Arena measure;
  Training training;
  const Status status = training.begin(architecture, {}, rule, batch, measure);
  bytes = measure.used();
  return status;
}

Status Training::begin(const Architecture& architecture, Draw draw, const LearningRule& rule,
                       std::size_t batch, Arena& arena, Target target) {
  *this = Training();
  if (const Status s = validate(rule); !s.ok()) return s;
  rule_ = rule;
  if (const Status s = parameters_.begin(architecture, draw, arena, target); !s.ok()) return s;
  if (const Status s = take_buffers(parameters_.architecture(), batch, arena); !s.ok()) return s;
  architecture_ = architecture;
  draw_ = draw;
  target_ = target;
  batch_ = batch;
  running_ = !parameters_.values().empty();
  std::fill(state_.begin(), state_.end(), 0.0F);
  return {};
}

/// What one step of the optimiser needs beside the gradient.
struct Training::Step {
  Training* training;
  double share;  ///< of an input in the mean loss
  UpdateJob rule{};
};

void Training::learn(void* self, const Weights& weights, const ConstRows& gradient,
                     const ConstRows& features) {
  const Step& step = *static_cast<const Step*>(self);
  Training& training = *step.training;
  const Kernels& kernels = kernels_of(training.target_);
  const ParameterMatrix m = training.parameters_.matrix(weights.stream, weights.layer);
  const std::span<float> values = training.parameters_.values();
  float* const by_weights = training.gradient_.data();
  kernels.weight_gradient({.gradient = gradient.values,
                           .out_units = m.out_units,
                           .gradient_stride = gradient.stride,
                           .features = features.values,
                           .in_units = m.in_units,
                           .features_stride = features.stride,
                           .rows = gradient.count,
                           .scale = static_cast<float>(weights.branch * step.share),
                           .out = by_weights});
  if (weights.stream == Stream::branch_weights && weights.layer == 0) {  // E has no biases
    for (std::size_t i = 0; i < m.out_units; ++i) {
      const std::size_t row = i / panel_units_max * (m.in_units + 1) + m.in_units;
      by_weights[row * panel_units_max + i % panel_units_max] = 0.0F;
    }
  }
  UpdateJob job = step.rule;
  job.values = values.data() + m.first;
  job.gradient = by_weights;
  job.count = m.count;
  if (training.state_copies() > 0) job.first = training.state_.data() + m.first;
  if (training.state_copies() > 1) job.second = job.first + values.size();
  constexpr std::array update{&Kernels::sgd, &Kernels::momentum, &Kernels::adam};
  (kernels.*update[static_cast<std::size_t>(training.rule_.optimiser)])(job);
}

Status Training::train_step(std::span<const float> inputs, std::span<const std::uint16_t> labels) {
  if (!running_ || failed_) return {StatusCode::finished, "steps", static_cast<double>(steps_)};
  const Architecture& architecture = parameters_.architecture();
  const std::size_t floats =
      positions_of(architecture.init.block) * std::size_t{architecture.input_width};
  if (inputs.size() != labels.size() * floats || labels.size() > batch_ || labels.empty()) {
    return {StatusCode::out_of_range, "batch", static_cast<double>(labels.size()), 1.0,
            static_cast<double>(batch_)};
  }
  for (const std::uint16_t label : labels) {
    const Status s = check_range("label", label, 0, architecture.classes - 1.0);
    if (!s.ok()) return s;
  }

  const auto step_number = static_cast<double>(steps_ + 1);
  const double decay = rule_.learning_rate * rule_.weight_decay;
  const bool adam = rule_.optimiser == Optimiser::adam;
  const double first = adam ? 1.0 - std::pow(rule_.momentum, step_number) : 1.0;
  const double second = 1.0 - std::pow(rule_.beta2, step_number);
  Step step{this, 1.0 / static_cast<double>(labels.size())};
  step.rule.keep = static_cast<float>(1.0 - decay);
  step.rule.rate = static_cast<float>(rule_.learning_rate / first);
  step.rule.momentum = static_cast<float>(rule_.momentum);
  step.rule.first_share = static_cast<float>(1.0 - rule_.momentum);
  step.rule.beta2 = static_cast<float>(rule_.beta2);
  step.rule.second_share = static_cast<float>(1.0 - rule_.beta2);
  step.rule.root_scale = static_cast<float>(1.0 / std::sqrt(second));
  step.rule.epsilon = static_cast<float>(rule_.epsilon);
  const Backpropagation::Learner learner{&step, &Training::learn};

  // Masks of dropout that are new in every step.
  const std::array<std::uint32_t, 4> words = philox(
      {static_cast<std::uint32_t>(steps_), static_cast<std::uint32_t>(steps_ >> 32),
       static_cast<std::uint32_t>(Stream::order) << 24 | 0xFFFFFFU, draw_.network},
      {static_cast<std::uint32_t>(draw_.seed), static_cast<std::uint32_t>(draw_.seed >> 32)});
  const Draw masks{std::uint64_t{words[1]} << 32 | words[0], draw_.network};

  Arena arena(scratch_);
  Backpropagation run;
  Status status = run.begin(parameters_, masks, learner, inputs, labels, arena, target_);
  if (!status.ok()) return status;
  while (status.ok() && !run.done()) {
    status = run.step();
    if (status.ok() && run.descending() && run.layer() > 0) measure(run, labels);
  }
  if (!status.ok()) {
    failed_ = true;
    return status;
  }
  ++steps_;
  return {};
}

void Training::measure(const Backpropagation& run, std::span<const std::uint16_t> labels) {
  const std::size_t classes = parameters_.architecture().classes;
  const std::size_t columns = classes + 1;
  if (run.layer() > run.depth()) {
    const auto count = static_cast<double>(labels.size());
    double right = 0.0;
    double sum = 0.0;
    for (std::size_t a = 0; a < labels.size(); ++a) {
      const std::span<const float> output = run.output().row(a);
      const auto guess = std::max_element(output.begin(), output.end()) - output.begin();
      right += guess == labels[a] ? 1.0 : 0.0;
      sum += run.losses()[a];
    }
    loss_ = sum / count;
    accuracy_ = right / count;
  }
  const std::span<double> squares = gradient_squares_.subspan((run.layer() - 1) * columns, columns);
  for (std::size_t k = 0; k < columns; ++k) {
    double sum = 0.0;
    std::size_t count = 0;
    for (std::size_t a = 0; a < labels.size(); ++a) {
      if (k < classes && labels[a] != k) continue;
      sum += std::exp(run.log_squares()[a]);
      ++count;
    }
    squares[k] = sum / static_cast<double>(count);
  }
}

std::size_t Training::snapshot_bytes() const {
  return sizeof(SnapshotHeader) + (parameters_.values().size() + state_.size()) * sizeof(float);
}

/// Of everything that the floats of a snapshot depend on.
std::uint64_t Training::fingerprint() const {
  const Initialisation& init = architecture_.init;
  const Block block = looked_at(init.block);
  const LearningRule rule = looked_at(rule_);
  CheckSum sum;
  const std::string_view name = init.activation->name;
  sum.add(std::as_bytes(std::span(name.data(), name.size())));
  for (const double value : {init.activation->parameter, init.sigma_w2, init.sigma_b2, block.keep,
                             block.sigma_v2, block.sigma_a2, rule.learning_rate, rule.momentum,
                             rule.beta2, rule.epsilon, rule.weight_decay}) {
    sum.add_value(value);
  }
  for (const std::uint32_t value :
       {static_cast<std::uint32_t>(block.kind), block.pool,
        static_cast<std::uint32_t>(block.pool_width), block.residual_depth, block.taps,
        block.dimensions, block.side, static_cast<std::uint32_t>(init.weights),
        architecture_.input_width, architecture_.width, architecture_.depth, architecture_.classes,
        static_cast<std::uint32_t>(rule.optimiser), draw_.network}) {
    sum.add_value(value);
  }
  sum.add_value(draw_.seed);
  return sum.value();
}

Status Training::save(std::span<std::byte> snapshot) const {
  if (failed_) return {StatusCode::non_finite, "steps", static_cast<double>(steps_)};
  if (snapshot.size() < snapshot_bytes()) {
    return {StatusCode::buffer_too_small, "snapshot", static_cast<double>(snapshot.size()),
            static_cast<double>(snapshot_bytes())};
  }
  const std::span<const std::byte> values = std::as_bytes(parameters_.values());
  const std::span<const std::byte> state = std::as_bytes(state_);
  const std::span<std::byte> floats =
      snapshot.subspan(sizeof(SnapshotHeader), values.size() + state.size());
  std::copy(state.begin(), state.end(), std::copy(values.begin(), values.end(), floats.begin()));
  SnapshotHeader header;
  header.fingerprint = fingerprint();
  header.steps = steps_;
  header.floats = floats.size() / sizeof(float);
  header.check_sum = sum_of(floats);
  header.header_sum = sum_of(header);
  std::memcpy(snapshot.data(), &header, sizeof header);
  return {};
}

Status Training::restore(std::span<const std::byte> snapshot) {
  if (!running_) return {StatusCode::finished, "steps", 0.0};
  SnapshotHeader header;
  const SnapshotHeader ours;
  if (snapshot.size() < sizeof header) {
    return {StatusCode::buffer_too_small, "snapshot", static_cast<double>(snapshot.size()),
            static_cast<double>(snapshot_bytes())};
  }
  std::memcpy(&header, snapshot.data(), sizeof header);
  if (header.magic != ours.magic) return refused("a snapshot of training");
  if (header.version != ours.version) return refused("a snapshot of version 1");
  if (header.header_sum != sum_of(header)) return refused("an undamaged snapshot");
  if (header.fingerprint != fingerprint() ||
      header.floats != parameters_.values().size() + state_.size()) {
    return refused("a snapshot of the same architecture, draw and learning rule");
  }
  if (snapshot.size() < snapshot_bytes()) {
    return {StatusCode::buffer_too_small, "snapshot", static_cast<double>(snapshot.size()),
            static_cast<double>(snapshot_bytes())};
  }
  const std::size_t bytes = snapshot_bytes() - sizeof header;
  const std::span<const std::byte> floats = snapshot.subspan(sizeof header, bytes);
  if (header.check_sum != sum_of(floats)) return refused("an undamaged snapshot");
  const std::size_t split = parameters_.values().size() * sizeof(float);
  std::memcpy(parameters_.values().data(), floats.data(), split);
  if (!state_.empty()) std::memcpy(state_.data(), floats.data() + split, bytes - split);
  steps_ = header.steps;
  failed_ = false;
  return {};
}

}  // namespace igb
