#include "igb/backpropagation.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "features.hpp"
#include "kernels.hpp"
#include "learner.hpp"
#include "weights.hpp"

namespace igb {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

bool couples_inputs(const Block& block) {
  return block.kind == BlockKind::batch_norm_before || block.kind == BlockKind::batch_norm_after;
}

/// In interleaved sums, which do not wait for each other.
double dot(std::span<const float> a, std::span<const float> b) {
  constexpr std::size_t parts = 8;
  std::array<double, parts> sums{};
  const std::size_t whole = a.size() / parts * parts;
  for (std::size_t i = 0; i < whole; i += parts) {
    for (std::size_t j = 0; j < parts; ++j) sums[j] += static_cast<double>(a[i + j]) * b[i + j];
  }
  double sum = 0.0;
  for (std::size_t i = whole; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
  for (const double part : sums) sum += part;
  return sum;
}

ConstRows part(const ConstRows& rows, std::size_t first, std::size_t count) {
  return {rows.values + first * rows.stride, count, rows.units, rows.stride};
}

/// Squares of the entries of SUM_p a_p b_p^T over rows p: of products of the Gram matrices of both.
double square_by_pairs(const ConstRows& a, const ConstRows& b) {
  double sum = 0.0;
  for (std::size_t p = 0; p < a.count; ++p) {
    sum += dot(a[p], a[p]) * dot(b[p], b[p]);
    for (std::size_t r = 0; r < p; ++r) sum += 2.0 * dot(a[p], a[r]) * dot(b[p], b[r]);
  }
  return sum;
}

/// The same, of the matrix itself, of which a block at a time is formed.
double square_by_entries(const ConstRows& a, const ConstRows& b) {
  constexpr std::size_t height = 4;
  constexpr std::size_t width = 16;
  double sum = 0.0;
  for (std::size_t i = 0; i < a.units; i += height) {
    const std::size_t some_rows = std::min(height, a.units - i);
    for (std::size_t k = 0; k < b.units; k += width) {
      const std::size_t columns = std::min(width, b.units - k);
      std::array<std::array<double, width>, height> entries{};
      for (std::size_t p = 0; p < a.count; ++p) {
        std::array<double, width> right{};
        for (std::size_t c = 0; c < columns; ++c) right[c] = b[p][k + c];
        for (std::size_t r = 0; r < some_rows; ++r) {
          const double left = a[p][i + r];
          for (std::size_t c = 0; c < width; ++c) entries[r][c] += left * right[c];
        }
      }
      for (const auto& row : entries) {
        for (const double entry : row) sum += entry * entry;
      }
    }
  }
  return sum;
}

/// to += the first units of every row of `from`.
void add_rows(const ConstRows& from, const Rows& to) {
  for (std::size_t a = 0; a < from.count; ++a) {
    const std::span<const float> row = from[a];
    for (std::size_t i = 0; i < row.size(); ++i) to[a][i] += row[i];
  }
}

/// -ln softmax(output)_label in nats, and its gradient by the outputs divided by exp(log_scale).
struct Loss {
  double value;
  double log_scale;
};

/// softmax - one-hot, in units of its largest positive entry: the entry of the label is minus the
/// sum of the others, so that nothing cancels however sure the network is.
Loss differentiate(std::span<const float> output, std::size_t label, std::span<float> gradient) {
  double largest = -infinity;
  for (std::size_t k = 0; k < output.size(); ++k) {
    if (k != label) largest = std::max<double>(largest, output[k]);
  }
  double others = 0.0;  // in units of exp(largest)
  for (std::size_t k = 0; k < output.size(); ++k) {
    if (k == label) continue;
    const double share = std::exp(output[k] - largest);
    gradient[k] = static_cast<float>(share);
    others += share;
  }
  gradient[label] = static_cast<float>(-others);
  const double lead = output[label] - largest - std::log(others);
  // ln(1 + e^-lead) without overflow
  const double loss = std::max(-lead, 0.0) + std::log1p(std::exp(-std::abs(lead)));
  // ln of the normaliser is output[label] + loss
  return {loss, largest - output[label] - loss};
}

Loss no_loss(std::span<float> gradient) {
  std::fill(gradient.begin(), gradient.end(), 0.0F);
  return {0.0, -infinity};
}

}  // namespace

Status Backpropagation::take_buffers(const Architecture& architecture, std::size_t inputs,
                                     bool learns, Arena& arena) {
  const Initialisation& init = architecture.init;
  const Widths widths(architecture, inputs);
  if (const Status status = widths.status(); !status.ok()) return status;
  const double kept = static_cast<double>(widths.rows) * architecture.depth;
  if (kept > static_cast<double>(std::numeric_limits<std::ptrdiff_t>::max())) {
    return {StatusCode::overflow, "depth", static_cast<double>(architecture.depth)};
  }
  const std::size_t widest =
      std::max({architecture.width, architecture.classes, architecture.input_width});
  const std::size_t stride = row_stride(widest);
  store_ = arena.take<float>(widths.rows * architecture.depth, row_stride(architecture.width));
  if (learns && init.block.kind == BlockKind::residual) {
    streams_ = arena.take<float>(widths.rows * architecture.depth, row_stride(architecture.width));
  }
  front_ = arena.take<float>(widths.rows, stride);
  back_ = arena.take<float>(widths.rows, stride);
  features_ = arena.take<float>(widths.rows, stride);
  work_ = arena.take<float>(widths.rows, stride);
  windows_ = widths.take_windows(init.block, arena);
  window_gradients_ = widths.take_windows(init.block, arena);
  const WeightScratch scratch = widths.take_scratch(init, arena);
  tile_ = scratch.tile;
  turned_ = scratch.rows;
  direction_ = scratch.direction;
  losses_ = arena.take<double>(inputs);
  log_scales_ = arena.take<double>(inputs);
  log_squares_ = arena.take<double>(inputs);
  log_weight_squares_ = arena.take<double>(inputs);
  return arena.status();
}

Status Backpropagation::bytes(const Architecture& architecture, std::size_t inputs,
                              std::size_t& bytes) {
  return layout(architecture, inputs, false, bytes);
}

Status Backpropagation::layout(const Architecture& architecture, std::size_t inputs, bool learns,
                               std::size_t& bytes) {
  std::size_t forward = 0;
  if (const Status s = Forward::bytes(architecture, inputs, forward); !s.ok()) return s;
  Arena measure;
  (void)measure.take<std::byte>(forward);
  const Status status = Backpropagation().take_buffers(architecture, inputs, learns, measure);
  bytes = measure.used();
  return status;
}

Status Backpropagation::begin(const Architecture& architecture, Draw draw,
                              std::span<const float> inputs, std::span<const std::uint16_t> labels,
                              Arena& arena, Target target) {
  *this = Backpropagation();
  return start(architecture, draw, inputs, labels, arena, target);
}

Status Backpropagation::begin(const Parameters& parameters, std::span<const float> inputs,
                              std::span<const std::uint16_t> labels, Arena& arena, Target target) {
  *this = Backpropagation();
  parameters_ = parameters;
  return start(parameters.learnt_architecture(), {}, inputs, labels, arena, target);
}

/// Dropout by the masks of that draw.
Status Backpropagation::begin(const Parameters& parameters, Draw masks, const Learner& learner,
                              std::span<const float> inputs, std::span<const std::uint16_t> labels,
                              Arena& arena, Target target) {
  *this = Backpropagation();
  parameters_ = parameters;
  learner_ = &learner;
  return start(parameters.architecture(), masks, inputs, labels, arena, target);
}

Status Backpropagation::start(const Architecture& architecture, Draw draw,
                              std::span<const float> inputs, std::span<const std::uint16_t> labels,
                              Arena& arena, Target target) {
  const Status started = forward_.start(architecture, draw, parameters_, inputs, arena, target);
  if (!started.ok()) return started;
  const std::size_t count = forward_.preactivations().inputs;
  if (labels.size() < count) {
    return {StatusCode::out_of_range, "labels", static_cast<double>(labels.size()),
            static_cast<double>(count), inputs_max};
  }
  for (const std::uint16_t label : labels.first(count)) {
    if (label == no_label) continue;
    const Status s = check_range("label", label, 0, architecture.classes - 1.0);
    if (!s.ok()) return s;
  }
  if (const Status s = take_buffers(architecture, count, learner_ != nullptr, arena); !s.ok()) {
    return s;
  }
  architecture_ = architecture;
  draw_ = draw;
  target_ = target;
  inputs_ = inputs;
  labels_ = labels.first(count);
  running_ = true;
  return {};
}

Status Backpropagation::step() {
  if (!running_ || done()) {
    return {StatusCode::finished, "layer", static_cast<double>(layer_)};
  }
  if (!forward_.done()) {
    if (const Status status = forward_.step(); !status.ok()) {
      running_ = false;
      return status;
    }
    layer_ = forward_.layer();
    if (forward_.done()) {
      differentiate_losses();
    } else {
      keep_preactivations();
    }
  } else {
    --layer_;
    descend(kernels_of(target_));
    std::swap(front_, back_);
    gradients_.values = front_.data();
  }
  if (!descending_) return {};
  if (learner_ == nullptr) rescale();
  if (wants_gradients()) measure_gradients();
  const bool numbers = std::none_of(log_squares_.begin(), log_squares_.end(),
                                    [](double x) { return std::isnan(x); });
  if (numbers) return {};
  running_ = false;
  return {StatusCode::non_finite, "layer", static_cast<double>(layer_), 0.0, 0.0, "gradients"};
}

/// Nobody learns from the gradient by the inputs.
bool Backpropagation::wants_gradients() const { return learner_ == nullptr || layer_ > 0; }

Rows Backpropagation::hidden_rows(std::span<float> buffer) const {
  return {buffer.data(), labels_.size() * positions_of(architecture_.init.block),
          architecture_.width, row_stride(architecture_.width)};
}

/// What that hidden layer read.
Rows Backpropagation::stored_stream(std::uint32_t layer) const {
  const Rows rows = hidden_rows(streams_);
  return {rows.values + (layer - 1) * rows.count * rows.stride, rows.count, rows.units,
          rows.stride};
}

/// The arguments of phi of that hidden layer.
Rows Backpropagation::stored(std::uint32_t layer) const {
  const Rows rows = hidden_rows(store_);
  return {rows.values + (layer - 1) * rows.count * rows.stride, rows.count, rows.units,
          rows.stride};
}

void Backpropagation::keep_preactivations() {
  const LayerView view = forward_.preactivations();
  const ConstRows h{view.values, view.rows(), view.units, view.stride};
  const Rows kept = stored(layer_);
  if (!streams_.empty()) copy_rows(hidden_rows(forward_.stream_), stored_stream(layer_));
  if (architecture_.init.block.kind != BlockKind::residual_after || layer_ == 1) {
    return copy_rows(h, kept);
  }
  // x + h / sqrt(residual_depth), x = phi of the argument below
  const auto branch = static_cast<float>(branch_of(architecture_.init.block));
  copy_rows(stored(layer_ - 1), kept);
  for (std::size_t a = 0; a < kept.count; ++a) {
    apply_activation(architecture_.init, kernels_of(target_), kept[a]);
    for (std::size_t i = 0; i < kept.units; ++i) kept[a][i] += branch * h[a][i];
  }
}

void Backpropagation::differentiate_losses() {
  output_ = forward_.preactivations();
  const std::size_t classes = architecture_.classes;
  const Rows gradient{front_.data(), labels_.size(), classes, row_stride(classes)};
  for (std::size_t a = 0; a < labels_.size(); ++a) {
    const Loss loss = labels_[a] == no_label
                          ? no_loss(gradient[a])
                          : differentiate(output_.row(a), labels_[a], gradient[a]);
    losses_[a] = loss.value;
    log_scales_[a] = loss.log_scale;
    log_weight_squares_[a] = not_a_number;
  }
  const bool learns = learner_ != nullptr;
  if (learns || couples_inputs(architecture_.init.block)) {
    const double common = learns ? 0.0 : *std::max_element(log_scales_.begin(), log_scales_.end());
    for (std::size_t a = 0; a < labels_.size() && common > -infinity; ++a) {
      const auto factor = static_cast<float>(std::exp(log_scales_[a] - common));
      for (float& g : gradient[a]) g *= factor;
      log_scales_[a] = common;
    }
  }
  gradients_ = {gradient.values, gradient.count, gradient.units, gradient.stride};
  descending_ = true;
}

/// From the gradient by layer_ + 1 to that by layer_, in back_.
void Backpropagation::descend(const Kernels& kernels) {
  const std::size_t positions = positions_of(architecture_.init.block);
  const std::size_t units = layer_ > 0 ? architecture_.width : architecture_.input_width;
  const Rows next{back_.data(), labels_.size() * positions, units, row_stride(units)};
  switch (architecture_.init.block.kind) {
    case BlockKind::residual_scaled:
      descend_residual_scaled(kernels, next);
      break;
    case BlockKind::residual:
      descend_residual(kernels, next);
      break;
    case BlockKind::residual_after:
      descend_residual_after(kernels, next);
      break;
    default:
      descend_ordinary(kernels, next);
      break;
  }
  gradients_ = {next.values, labels_.size(), next.units, next.stride, positions};
}

ConstRows Backpropagation::gradient_rows() const {
  return {front_.data(), gradients_.rows(), gradients_.units, gradients_.stride};
}

/// phi of layer_, or the inputs.
Rows Backpropagation::activations(const Kernels& kernels) const {
  const Rows rows = hidden_rows(features_);
  copy_rows(stored(layer_), rows);
  for (std::size_t a = 0; a < rows.count; ++a) {
    apply_activation(architecture_.init, kernels, rows[a]);
  }
  return rows;
}

/// Those of layer_ + 1, by which features of layer_ become what the gradient is by.
Weights Backpropagation::weights_above(double branch, std::size_t in_units) const {
  return stored_in(parameters_, layer_weights(architecture_.init, draw_, layer_ + 1, branch,
                                              in_units, gradients_.units));
}

/// out = W^T gradient + skip.
void Backpropagation::multiply_back(const Kernels& kernels, const Weights& weights,
                                    const ConstRows& gradient, const float* skip,
                                    const Rows& out) const {
  multiply_transposed(weights, kernels, {tile_, turned_, direction_}, gradient, skip, out);
}

void Backpropagation::learn(const Weights& weights, const ConstRows& gradient,
                            const ConstRows& features) const {
  if (learner_ != nullptr) learner_->learn(learner_->self, weights, gradient, features);
}

void Backpropagation::multiply_slopes(const Kernels& kernels, const Rows& gradient) const {
  const Rows h = stored(layer_);
  for (std::size_t a = 0; a < gradient.count; ++a) {
    multiply_slope(architecture_.init, kernels, h[a], gradient[a]);
  }
}

void Backpropagation::descend_ordinary(const Kernels& kernels, const Rows& next) {
  const Initialisation& init = architecture_.init;
  const FeatureStep step{init, kernels, draw_, layer_};
  ConstRows features{inputs_.data(), next.count, next.units, next.units};
  if (layer_ > 0) {
    Rows rows = hidden_rows(features_);
    copy_rows(stored(layer_), rows);
    step.forward(rows);
    features = rows;
  }
  const Window window =
      layer_ == architecture_.depth ? Window::of_readout(init.block) : Window::of_layer(init.block);
  Rows gradient{next.values, next.count, features.units, next.stride};
  const Weights weights = weights_above(1.0, window.size() * features.units);
  if (window.size() == 1) {
    measure_weights(gradient_rows(), features, 1.0);
    if (wants_gradients()) multiply_back(kernels, weights, gradient_rows(), nullptr, gradient);
    learn(weights, gradient_rows(), features);
  } else {
    const std::size_t units = weights.in_units;
    const Rows seen{windows_.data(), gradient_rows().count, units, row_stride(units)};
    window.gather(features, seen);
    measure_weights(gradient_rows(), seen, 1.0);
    const Rows by_window{window_gradients_.data(), seen.count, units, seen.stride};
    if (wants_gradients()) {
      multiply_back(kernels, weights, gradient_rows(), nullptr, by_window);
      window.scatter(by_window, gradient);
    }
    learn(weights, gradient_rows(), seen);
  }
  if (layer_ > 0) step.backward(stored(layer_), hidden_rows(work_), gradient);
}

/// h' = h + branch (W phi(h) + b), of which the output is the first units.
void Backpropagation::descend_residual_scaled(const Kernels& kernels, const Rows& next) {
  if (layer_ == 0) return descend_ordinary(kernels, next);
  const Weights weights = weights_above(branch_of(architecture_.init.block), next.units);
  const Rows features = activations(kernels);
  measure_weights(gradient_rows(), features, weights.branch);
  multiply_back(kernels, weights, gradient_rows(), nullptr, next);
  learn(weights, gradient_rows(), features);
  multiply_slopes(kernels, next);
  add_rows(gradient_rows(), next);
}

/// x' = x + V phi(h) + a, h = W x + b: from the gradient by x' to that by x.
void Backpropagation::descend_residual(const Kernels& kernels, const Rows& next) {
  const Initialisation& init = architecture_.init;
  if (layer_ == 0) return descend_embedding(kernels, next);
  if (layer_ == architecture_.depth) {  // the readout first
    const Rows stream = hidden_rows(work_);
    const Weights readout = weights_above(1.0, stream.units);
    multiply_back(kernels, readout, gradient_rows(), nullptr, stream);
    learn(readout, gradient_rows(), hidden_rows(forward_.stream_));
    std::swap(front_, work_);
    gradients_ = {front_.data(), labels_.size(), stream.units, stream.stride};
  }
  const Weights outer = stored_in(parameters_, branch_weights(init, draw_, layer_, next.units));
  const Weights inner =
      stored_in(parameters_, layer_weights(init, draw_, layer_, 1.0, next.units, next.units));
  const Rows features = activations(kernels);
  measure_weights(gradient_rows(), features, 1.0);
  const Rows by_h = hidden_rows(work_);
  multiply_back(kernels, outer, gradient_rows(), nullptr, by_h);
  learn(outer, gradient_rows(), features);
  multiply_slopes(kernels, by_h);
  multiply_back(kernels, inner, by_h, front_.data(), next);
  if (learner_ != nullptr) learn(inner, by_h, stored_stream(layer_));
}

/// From the gradient by the start of the stream to that by the inputs.
void Backpropagation::descend_embedding(const Kernels& kernels, const Rows& next) {
  std::fill(log_weight_squares_.begin(), log_weight_squares_.end(), not_a_number);
  if (architecture_.input_width == architecture_.width) return copy_rows(gradient_rows(), next);
  const Weights weights =
      stored_in(parameters_, embedding(architecture_.init, draw_, next.units, architecture_.width));
  if (wants_gradients()) multiply_back(kernels, weights, gradient_rows(), nullptr, next);
  learn(weights, gradient_rows(), {inputs_.data(), next.count, next.units, next.units});
}

/// x' = phi(x + branch (W x + b)), the output W x + b: from argument to argument of phi.
void Backpropagation::descend_residual_after(const Kernels& kernels, const Rows& next) {
  if (layer_ == 0) return descend_ordinary(kernels, next);
  const bool readout = layer_ == architecture_.depth;
  const Weights weights =
      weights_above(readout ? 1.0 : branch_of(architecture_.init.block), next.units);
  const Rows features = activations(kernels);
  measure_weights(gradient_rows(), features, weights.branch);
  multiply_back(kernels, weights, gradient_rows(), readout ? nullptr : front_.data(), next);
  learn(weights, gradient_rows(), features);
  multiply_slopes(kernels, next);
}

/// Squares of the gradient by weights, the sum of gradient x features over the rows of an input; in
/// the way of fewer products, as many rows as there are positions.
void Backpropagation::measure_weights(const ConstRows& gradient, const ConstRows& features,
                                      double factor) {
  if (learner_ != nullptr) return;
  const std::size_t rows = gradient.count / labels_.size();
  const bool by_pairs =
      (rows + 1) * (gradient.units + features.units) / 2 <= gradient.units * features.units;
  for (std::size_t a = 0; a < labels_.size(); ++a) {
    const ConstRows left = part(gradient, a * rows, rows);
    const ConstRows right = part(features, a * rows, rows);
    const double sum = by_pairs ? square_by_pairs(left, right) : square_by_entries(left, right);
    log_weight_squares_[a] = std::log(factor * factor * sum) + 2.0 * log_scales_[a];
  }
}

/// Every input's rows by a power of two to the neighbourhood of 1; all by the same one where inputs
/// act on each other.
void Backpropagation::rescale() {
  const bool together = couples_inputs(architecture_.init.block);
  const Rows rows{front_.data(), gradients_.rows(), gradients_.units, gradients_.stride};
  const std::size_t groups = together ? 1 : labels_.size();
  const std::size_t group_rows = rows.count / groups;
  const std::size_t group_inputs = labels_.size() / groups;
  for (std::size_t group = 0; group < groups; ++group) {
    float largest = 0.0F;
    for (std::size_t r = group * group_rows; r < (group + 1) * group_rows; ++r) {
      for (const float g : rows[r]) largest = std::max(largest, std::abs(g));
    }
    const std::span<double> scales = log_scales_.subspan(group * group_inputs, group_inputs);
    if (!(largest > 0.0F && std::isfinite(largest))) continue;
    const int exponent = std::clamp(std::ilogb(largest), -100, 100);  // 2^-exponent is a float
    const float factor = std::ldexp(1.0F, -exponent);
    for (std::size_t r = group * group_rows; r < (group + 1) * group_rows; ++r) {
      for (float& g : rows[r]) g *= factor;
    }
    for (double& scale : scales) scale += exponent * std::numbers::ln2;
  }
}

void Backpropagation::measure_gradients() {
  const double count = static_cast<double>(gradients_.units * gradients_.positions);
  for (std::size_t a = 0; a < labels_.size(); ++a) {
    double squares = 0.0;
    for (std::size_t p = 0; p < gradients_.positions; ++p) {
      const std::span<const float> row = gradients_.row(a, p);
      squares += dot(row, row);
    }
    log_squares_[a] = std::log(squares / count) + 2.0 * log_scales_[a];
  }
}

}  // namespace igb
