#include "igb/gram_network.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "gram_kernels.hpp"

namespace igb {

namespace {

/// Smallest pivot, relative to its variance, that sums in float are good for; and where one goes
/// back to them.
constexpr double doubtful = 0x1p-10;
constexpr double trusted = 4.0 * doubtful;
/// Largest variance whose normals, up to 6.7 standard deviations, are finite in float32; and the
/// smallest that has a reciprocal deviation there.
constexpr double largest_variance = 1e74;
constexpr double smallest_variance = 1e-74;
/// Exponents of the factors between units, which float32 holds along with their reciprocals.
constexpr std::int32_t farthest_unit = 126;
/// How far the unit of h_0 may lie below that of the largest difference.
constexpr std::int32_t lowest_unit = -40;
constexpr std::int32_t no_unit = std::numeric_limits<std::int32_t>::min();

std::size_t round_up(std::size_t count, std::size_t multiple) {
  return (count + multiple - 1) / multiple * multiple;
}

/// Values from one row to the next: whole vectors, and an odd number of cache lines of floats, so
/// that the columns of a block that are read together do not compete for the same lines.
std::size_t stride_of(std::size_t inputs) {
  return (round_up(inputs, gram_padding) / gram_padding | 1U) * gram_padding;
}

bool supported(const Block& block) {
  return block.kind == BlockKind::plain || block.kind == BlockKind::max_pool ||
         block.kind == BlockKind::average_pool || block.kind == BlockKind::dropout;
}

std::uint32_t pool_of(const Block& block) {
  const bool pools = block.kind == BlockKind::max_pool || block.kind == BlockKind::average_pool;
  return pools ? block.pool : 1;
}

bool has_masks(const Block& block) { return block.kind == BlockKind::dropout && block.keep < 1.0; }

/// Exponent of the power of 2 at or below the root of a positive variance.
std::int32_t unit_of(double variance) {
  int exponent = 0;
  (void)std::frexp(variance, &exponent);  // variance in [2^(exponent - 1), 2^exponent)
  return (exponent - 1) >> 1;
}

float power_of_two(std::int32_t exponent) {
  return std::ldexp(1.0F, std::clamp(exponent, -farthest_unit, farthest_unit));
}

/// Unit of phi(h), h of that variance: small where phi(0) = 0, large where phi has no bounds.
std::int32_t unit_of_features(const Activation& phi, double variance) {
  const std::int32_t unit = variance > 0.0 ? unit_of(variance) : 0;
  const std::int32_t low = phi.value(0.0) == 0.0 ? -farthest_unit : 0;
  const std::int32_t high = phi.bounded ? 0 : farthest_unit;
  return std::clamp(unit, low, high);
}

/// Eight sums in a fixed order.
double sum_of_squares(std::span<const float> values) {
  std::array<double, 8> sums{};
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double value = values[i];
    sums[i % 8] += value * value;
  }
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

/// phi(h + change) - phi(h), right relative to itself however small the change.
double change_of(const Activation& phi, double h, double change) {
  constexpr double small = 1e-5;
  if (std::abs(change) >= small) return phi.value(h + change) - phi.value(h);
  // The integral of the slope, by its value in the middle of each piece between kinks.
  double sum = 0.0;
  double from = 0.0;
  const auto add_piece = [&](double to) {
    sum += (to - from) * phi.derivative(h + 0.5 * (from + to));
    from = to;
  };
  const auto add_up_to_kink = [&](double kink) {
    const double to = kink - h;
    if (to * change > 0.0 && std::abs(to) < std::abs(change)) add_piece(to);
  };
  if (change > 0.0) {
    for (const double kink : phi.kinks) add_up_to_kink(kink);
  } else {
    for (std::size_t i = phi.kinks.size(); i-- > 0;) add_up_to_kink(phi.kinks[i]);
  }
  add_piece(change);
  return sum;
}

/// GramKernels::features for a phi of the user's own.
void user_features(const Activation& phi, const GramPanel& panel, float scale) {
  for (std::size_t i = 0; i < gram_units; ++i) {
    const double h = panel.values[i];
    panel.values[i] = static_cast<float>(phi.value(h) * scale);
    for (std::size_t a = 1; a < panel.inputs; ++a) {
      float& value = panel.values[a * gram_units + i];
      const double change = change_of(phi, h, static_cast<double>(panel.size[a]) * value);
      value = static_cast<float>(change * panel.inverse[a]);
    }
  }
}

}  // namespace

/// Sums over the units of a layer.
struct GramNetwork::Totals {
  double square = 0.0;       ///< of h, inputs summed, in units of h_0
  double mean_square = 0.0;  ///< of the square of the mean over inputs, likewise
  double variance = 0.0;     ///< over inputs, in units of the largest difference
  double pairs = 0.0;        ///< of products of two inputs, each in standard deviations
  double singles = 0.0;      ///< of squares, likewise
};

std::size_t GramNetwork::input_at(std::size_t position) const {
  if (position == 0) return smallest_;
  return position == smallest_ ? 0 : position;
}

GramPanel GramNetwork::panel() const {
  return {panel_.data(), inputs_, size_.data(), inverse_.data(), share_.data(), weight_.data()};
}

GramSquare GramNetwork::square() const { return {square_.data(), stride_, inputs_}; }

std::span<float> GramNetwork::panel_row(std::size_t a) const {
  return panel_.subspan(a * gram_units, gram_units);
}

Status GramNetwork::take_buffers(const Architecture& architecture, std::size_t inputs,
                                 Arena& arena) {
  const std::size_t stride = stride_of(inputs);
  const std::size_t panel = gram_panel_rows(inputs) * gram_units;
  square_ = arena.take<double>(inputs, stride);
  factor_ = arena.take<float>(factor_tile(round_up(inputs, factor_rows) / factor_rows));
  panel_ = arena.take<float>(panel);
  pooled_ = arena.take<float>(pool_of(architecture.init.block) > 1 ? panel : 0);
  block_ = arena.take<float>(gram_rows + 1, stride);
  wide_ = arena.take<double>(exact_rows, stride);
  diagonal_ = arena.take<double>(inputs);
  shrink_ = arena.take<double>(inputs);
  size_ = arena.take<float>(inputs);
  inverse_ = arena.take<float>(inputs);
  share_ = arena.take<float>(inputs);
  weight_ = arena.take<float>(inputs);
  next_unit_ = arena.take<std::int32_t>(inputs);
  unit_ = arena.take<std::int32_t>(inputs);
  feature_unit_ = arena.take<std::int32_t>(inputs);
  best_ = arena.take<double>(inputs);
  guesses_ = arena.take<std::uint16_t>(inputs);
  return arena.status();
}

Status GramNetwork::bytes(const Architecture& architecture, std::size_t inputs,
                          std::size_t& bytes) {
  if (const Status status = validate(architecture); !status.ok()) return status;
  if (!supported(architecture.init.block)) return {StatusCode::unknown_name, "block"};
  if (architecture.init.weights != WeightLaw::gaussian) {
    return {StatusCode::unknown_name, "weights"};
  }
  const auto count = static_cast<double>(inputs);
  if (const Status status = check_range("inputs", count, 2, gram_inputs_max); !status.ok()) {
    return status;
  }
  Arena measure;
  GramNetwork network;
  const Status status = network.take_buffers(architecture, inputs, measure);
  bytes = measure.used();
  return status;
}

Status GramNetwork::begin(const Architecture& architecture, Draw draw,
                          std::span<const float> inputs, Arena& arena, Target target) {
  *this = GramNetwork();
  const std::size_t width = std::max(architecture.input_width, 1U);
  const std::size_t count = inputs.size() / width;
  std::size_t needed = 0;
  if (const Status status = bytes(architecture, count, needed); !status.ok()) return status;
  if (!target_available(target)) return {StatusCode::unknown_name, "target"};
  if (const Status status = take_buffers(architecture, count, arena); !status.ok()) return status;
  architecture_ = architecture;
  draw_ = draw;
  target_ = target;
  inputs_ = count;
  stride_ = stride_of(count);
  if (!find_smallest(inputs)) return {StatusCode::non_finite, "layer", 0};
  observe_inputs(inputs);
  running_ = true;
  return {};
}

/// Whether all inputs are finite.
bool GramNetwork::find_smallest(std::span<const float> inputs) {
  const std::size_t width = architecture_.input_width;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t a = 0; a < inputs_; ++a) {
    const double square = sum_of_squares(inputs.subspan(a * width, width));
    if (!std::isfinite(square)) return false;
    if (square >= least) continue;
    least = square;
    smallest_ = a;
  }
  return true;
}

/// The products of the inputs, whose components stand for the features of units.
void GramNetwork::observe_inputs(std::span<const float> inputs) {
  const std::size_t width = architecture_.input_width;
  std::fill(block_.begin(), block_.end(), 0.0F);
  std::fill(square_.begin(), square_.end(), 0.0);
  std::fill(feature_unit_.begin(), feature_unit_.end(), 0);
  for (std::size_t first = 0; first < width; first += gram_units) {
    const std::size_t count = std::min(gram_units, width - first);
    const float* const origin = inputs.data() + smallest_ * width + first;
    std::copy_n(origin, count, panel_.begin());
    for (std::size_t a = 1; a < inputs_; ++a) {
      const float* const x = inputs.data() + input_at(a) * width + first;
      const std::span<float> row = panel_row(a);
      for (std::size_t i = 0; i < count; ++i) row[i] = x[i] - origin[i];
    }
    append_panel(panel_, count);
  }
  flush_block();
}

Status GramNetwork::step() {
  if (!running_ || done()) {
    return {StatusCode::finished, "layer", static_cast<double>(layer_)};
  }
  if (!factor_covariance()) {
    running_ = false;
    return {StatusCode::non_finite, "layer", static_cast<double>(layer_) + 1.0};
  }
  ++layer_;
  Totals totals;
  run_layer(&totals);
  finish_moments(totals);
  return {};
}

/// From the products of features to the factor of the next layer's covariance, and what its panels
/// need to know of the inputs. Whether all of it is finite.
bool GramNetwork::factor_covariance() {
  double smallest_pivot = 0.0;
  if (!factor_products(smallest_pivot)) return false;
  if (smallest_pivot < doubtful && !exact_) {
    exact_ = true;
    run_layer(nullptr);
    if (!factor_products(smallest_pivot)) return false;
  }
  exact_ = smallest_pivot < (exact_ ? trusted : doubtful);
  kernels_of(target_).gram->pack(square(), factor_.data());
  return weigh_inputs();
}

/// The factor, above the diagonal of the square. Whether it is finite.
bool GramNetwork::factor_products(double& smallest_pivot) {
  const Initialisation& init = architecture_.init;
  const double pool = pool_of(init.block);
  const bool sums = layer_ > 0 && init.block.kind == BlockKind::average_pool;
  const double fan_in = layer_ == 0 ? architecture_.input_width : architecture_.width / pool;
  const double scale = init.sigma_w2 / (sums ? fan_in * pool * pool : fan_in);
  for (std::size_t a = 0; a < inputs_; ++a) diagonal_[a] = scale * square_[a * stride_ + a];
  diagonal_[0] += std::ldexp(init.sigma_b2, -2 * feature_unit_[0]);
  for (const double variance : diagonal_) {
    if (!std::isfinite(variance)) return false;
  }
  choose_units();
  for (std::size_t a = 0; a < inputs_; ++a) diagonal_[a] *= shrink_[a] * shrink_[a];
  const GramKernels& kernels = *kernels_of(target_).gram;
  kernels.spread(square(), scale, shrink_.data());
  square_[0] = diagonal_[0];  // with its bias
  smallest_pivot = kernels.factor(square(), diagonal_.data(), dropped);
  return true;
}

/// Units of the next pre-activations, near their standard deviations, and the factors that lead to
/// them from the units of features.
void GramNetwork::choose_units() {
  const Activation& phi = *architecture_.init.activation;
  largest_ = no_unit;
  for (std::size_t a = 1; a < inputs_; ++a) {
    next_unit_[a] = feature_unit_[a];
    if (diagonal_[a] > 0.0) {
      next_unit_[a] += unit_of(diagonal_[a]);
      largest_ = std::max(largest_, next_unit_[a]);
    }
    if (phi.bounded) next_unit_[a] = std::min(next_unit_[a], 0);  // its features grow no further
  }
  next_unit_[0] = 0;
  if (phi.homogeneous) {
    next_unit_[0] = feature_unit_[0] + (diagonal_[0] > 0.0 ? unit_of(diagonal_[0]) : 0);
    if (largest_ != no_unit) next_unit_[0] = std::max(next_unit_[0], largest_ + lowest_unit);
  }
  for (std::size_t a = 0; a < inputs_; ++a) {
    shrink_[a] = std::ldexp(1.0, feature_unit_[a] - next_unit_[a]);
  }
}

/// What panels need to know of the inputs. Whether their variances are finite.
bool GramNetwork::weigh_inputs() {
  const Activation& phi = *architecture_.init.activation;
  const double limit = phi.homogeneous ? std::numeric_limits<double>::max() : largest_variance;
  const std::span<const double> first = square_.first(inputs_);
  std::copy(next_unit_.begin(), next_unit_.end(), unit_.begin());
  for (std::size_t a = 0; a < inputs_; ++a) {
    const bool differs = a > 0 && diagonal_[a] > 0.0;
    const double size = differs ? std::ldexp(1.0, unit_[a] - unit_[0]) : 0.0;
    const double variance = diagonal_[0] + size * (2.0 * first[0] * first[a] + size * diagonal_[a]);
    if (!(std::ldexp(variance, 2 * unit_[0]) <= limit)) return false;
    size_[a] = differs ? power_of_two(unit_[a] - unit_[0]) : 0.0F;
    inverse_[a] = differs ? power_of_two(unit_[0] - unit_[a]) : 0.0F;
    share_[a] = differs ? power_of_two(unit_[a] - largest_) : 0.0F;
    weight_[a] =
        variance > smallest_variance ? static_cast<float>(1.0 / std::sqrt(variance)) : 0.0F;
  }
  std::copy(unit_.begin(), unit_.end(), feature_unit_.begin());
  feature_unit_[0] = unit_[0] + unit_of_features(phi, diagonal_[0]);
  if (has_masks(architecture_.init.block)) {
    const std::int32_t common = *std::max_element(feature_unit_.begin(), feature_unit_.end());
    std::fill(feature_unit_.begin(), feature_unit_.end(), common);
  }
  return true;
}

/// Draws the units of the layer and, with `totals`, observes them. Unless it is the output, leaves
/// the products of their features.
void GramNetwork::run_layer(Totals* totals) {
  const bool output = layer_ > architecture_.depth;
  const std::uint32_t pool = output ? 1 : pool_of(architecture_.init.block);
  const std::uint32_t units = output ? architecture_.classes : architecture_.width / pool;
  std::fill(square_.begin(), square_.end(), 0.0);
  for (std::uint32_t first = 0; first < units; first += gram_units) {
    const std::size_t count = std::min<std::size_t>(gram_units, units - first);
    for (std::uint32_t member = 0; member < pool; ++member) {  // of pools, a stride apart
      const std::uint32_t first_unit = member * units + first;
      draw_panel(first_unit);
      if (totals != nullptr) observe_panel(count, *totals);
      if (output) {
        guess(first, count);
        continue;
      }
      make_features(first_unit);
      if (pool > 1) pool_panel(member == 0);
    }
    if (!output) append_panel(pool > 1 ? pooled_ : panel_, count);
  }
  flush_block();
}

void GramNetwork::draw_panel(std::uint32_t first_unit) {
  kernels_of(target_).gram->draw({
      .source = normal_source(draw_, Stream::preactivations, layer_),
      .first_unit = first_unit,
      .inputs = inputs_,
      .factor = factor_.data(),
      .panel = panel_.data(),
  });
}

void GramNetwork::observe_panel(std::size_t units, Totals& totals) const {
  GramSums sums;
  kernels_of(target_).gram->statistics(panel(), sums);
  const auto inputs = static_cast<double>(inputs_);
  const double size = largest_ == no_unit ? 0.0 : std::ldexp(1.0, largest_ - unit_[0]);
  for (std::size_t i = 0; i < units; ++i) {
    const double h = panel_[i];
    const double difference = sums.difference[i];
    const double square = sums.square[i];
    const double mean = h + size * difference / inputs;
    totals.square += inputs * h * h + size * (2.0 * h * difference + size * square);
    totals.mean_square += mean * mean;
    totals.variance += (square - difference * difference / inputs) / (inputs - 1.0);
    totals.pairs += sums.weighted[i] * sums.weighted[i] - sums.weighted_square[i];
    totals.singles += sums.weighted_square[i];
  }
}

void GramNetwork::finish_moments(const Totals& totals) {
  const auto inputs = static_cast<double>(inputs_);
  const double units = done() ? architecture_.classes : architecture_.width;
  const auto live = static_cast<double>(
      std::count_if(weight_.begin(), weight_.end(), [](float weight) { return weight > 0; }));
  const std::int32_t unit = 2 * unit_[0];
  moments_.q = std::ldexp(totals.square / (units * inputs), unit);
  moments_.sigma_y2 = largest_ == no_unit ? 0.0 : std::ldexp(totals.variance / units, 2 * largest_);
  moments_.sigma_mu2 = std::ldexp(totals.mean_square / units, unit) - moments_.sigma_y2 / inputs;
  moments_.c = live < 2.0 ? std::numeric_limits<double>::quiet_NaN()
                          : totals.pairs / ((live - 1.0) * totals.singles);
}

/// Takes outputs first .. first + units - 1 into account.
void GramNetwork::guess(std::uint32_t first, std::size_t units) {
  for (std::size_t a = 0; a < inputs_; ++a) {
    const std::size_t input = input_at(a);
    const double size = a == 0 ? 0.0 : std::ldexp(1.0, unit_[a] - unit_[0]);
    for (std::size_t i = 0; i < units; ++i) {
      const double value = panel_[i] + size * panel_row(a)[i];
      if (first + i > 0 && value <= best_[input]) continue;
      best_[input] = value;
      guesses_[input] = static_cast<std::uint16_t>(first + i);
    }
  }
}

/// phi(h_0) and phi(h_a) - phi(h_0) in place of h_0 and h_a - h_0.
void GramNetwork::make_features(std::uint32_t first_unit) {
  const Initialisation& init = architecture_.init;
  const Activation& phi = *init.activation;
  const float scale = power_of_two(unit_[0] - feature_unit_[0]);
  if (phi.kernel >= 0) {
    const auto features = kernels_of(target_).gram->features[phi.kernel];
    features(panel(), static_cast<float>(phi.parameter), scale);
  } else {
    user_features(phi, panel(), scale);
  }
  if (has_masks(init.block)) mask_panel(first_unit);
}

/// Dropout. Inputs, each with its own mask, then differ by as much as they have.
void GramNetwork::mask_panel(std::uint32_t first_unit) {
  const double keep = architecture_.init.block.keep;
  const auto threshold = static_cast<float>(std::sqrt(3.0) * (2.0 * keep - 1.0));
  const auto scale = static_cast<float>(1.0 / keep);
  const Kernels& kernels = kernels_of(target_);
  const NormalSource source = normal_source(draw_, Stream::masks, layer_);
  std::array<float, gram_units> mask;
  const auto draw_mask = [&](std::size_t a) {
    kernels.uniforms(source, static_cast<std::uint32_t>(a), first_unit, mask.size(), mask.data());
    for (float& value : mask) value = value <= threshold ? scale : 0.0F;
  };
  std::array<float, gram_units> first;
  draw_mask(0);
  for (std::size_t i = 0; i < gram_units; ++i) first[i] = mask[i] * panel_[i];
  for (std::size_t a = 1; a < inputs_; ++a) {
    draw_mask(a);
    const float size = power_of_two(unit_[a] - feature_unit_[0]);
    const std::span<float> row = panel_row(a);
    for (std::size_t i = 0; i < gram_units; ++i) {
      row[i] = mask[i] * (panel_[i] + size * row[i]) - first[i];
    }
  }
  std::copy(first.begin(), first.end(), panel_.begin());
}

/// Takes a panel of further members into the pools: sums, or maxima and the differences of maxima.
void GramNetwork::pool_panel(bool first) {
  if (first) {
    std::copy(panel_.begin(), panel_.end(), pooled_.begin());
    return;
  }
  if (architecture_.init.block.kind == BlockKind::average_pool) {
    for (std::size_t i = 0; i < panel_.size(); ++i) pooled_[i] += panel_[i];
    return;
  }
  std::array<float, gram_units> below;         // what is missing to the maximum on input 0,
  std::array<float, gram_units> pooled_below;  // of the new members and of those before
  for (std::size_t i = 0; i < gram_units; ++i) {
    const float maximum = std::max(pooled_[i], panel_[i]);
    below[i] = maximum - panel_[i];
    pooled_below[i] = maximum - pooled_[i];
    pooled_[i] = maximum;
  }
  for (std::size_t a = 1; a < inputs_; ++a) {
    const float size = power_of_two(feature_unit_[0] - feature_unit_[a]);
    const std::span<const float> row = panel_row(a);
    const std::span<float> pooled = pooled_.subspan(a * gram_units, gram_units);
    for (std::size_t i = 0; i < gram_units; ++i) {
      pooled[i] = std::max(pooled[i] - size * pooled_below[i], row[i] - size * below[i]);
    }
  }
}

void GramNetwork::append_panel(std::span<const float> panel, std::size_t units) {
  if (filled_ + gram_units > gram_rows) flush_block();
  const GramBlock block{block_.data(), stride_, inputs_};
  filled_ = kernels_of(target_).gram->gather(panel.data(), units, block, filled_);
}

void GramNetwork::flush_block() {
  const GramKernels& kernels = *kernels_of(target_).gram;
  const GramBlock block{block_.data(), stride_, inputs_};
  if (exact_) {
    kernels.accumulate_exactly(block, filled_, square_.data(), wide_.data());
  } else {
    kernels.accumulate(block, filled_, square_.data());
  }
  filled_ = 0;
}

}  // namespace igb
