#include "igb/igb.h"

#include <algorithm>
#include <limits>
#include <new>

#include "igb/architecture.hpp"
#include "igb/critical_lines.hpp"
#include "igb/guessing_law.hpp"
#include "igb/mean_field.hpp"
#include "igb/network.hpp"
#include "igb/statistics.hpp"

// The codes of the C API are those of the library.
static_assert(IGB_OK == static_cast<int>(igb::StatusCode::ok));
static_assert(IGB_OUT_OF_RANGE == static_cast<int>(igb::StatusCode::out_of_range));
static_assert(IGB_UNKNOWN_NAME == static_cast<int>(igb::StatusCode::unknown_name));
static_assert(IGB_BUFFER_TOO_SMALL == static_cast<int>(igb::StatusCode::buffer_too_small));
static_assert(IGB_MISALIGNED == static_cast<int>(igb::StatusCode::misaligned));
static_assert(IGB_OVERFLOW == static_cast<int>(igb::StatusCode::overflow));
static_assert(IGB_NON_FINITE == static_cast<int>(igb::StatusCode::non_finite));
static_assert(IGB_NO_SOLUTION == static_cast<int>(igb::StatusCode::no_solution));
static_assert(IGB_NO_CONVERGENCE == static_cast<int>(igb::StatusCode::no_convergence));
static_assert(IGB_FINISHED == static_cast<int>(igb::StatusCode::finished));

using igb::Status;
using igb::StatusCode;

struct igb_forward {
  igb::Forward run;
  std::span<std::byte> scratch;  ///< for layer_moments
};

namespace {

int32_t report_to(igb_status* why, const Status& status) {
  const auto code = static_cast<int32_t>(status.code);
  if (why != nullptr) *why = {code, status.parameter, status.value, status.low, status.high};
  return code;
}

const igb::Activation* activation_at(int32_t index) {
  const auto all = igb::activations();
  const auto position = static_cast<std::size_t>(index);
  return index >= 0 && position < all.size() ? &all[position] : nullptr;
}

Status check_activation(int32_t index) {
  return igb::check_range("activation", index, 0, igb_activation_count() - 1);
}

igb::Initialisation initialisation(const igb_initialisation& init) {
  return {activation_at(init.activation), init.sigma_w2, init.sigma_b2};
}

igb::Architecture architecture_of(const igb_architecture& architecture) {
  return {initialisation(architecture.init), architecture.input_width, architecture.width,
          architecture.depth, architecture.classes};
}

/// rows x columns objects of T, or overflow where that many do not fit the address space.
template <class T>
Status checked_size(std::uint64_t rows, std::uint64_t columns, std::size_t& size) {
  constexpr auto most = static_cast<double>(std::numeric_limits<std::ptrdiff_t>::max()) / sizeof(T);
  if (static_cast<double>(rows) * static_cast<double>(columns) > most) {
    return {StatusCode::overflow, "memory"};
  }
  size = static_cast<std::size_t>(rows * columns);
  return {};
}

bool is_gamma(double gamma) { return gamma >= 0.0; }

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Memory of a run: the object itself, the buffers of the network, scratch for the statistics of
/// the widest layer.
Status forward_layout(const igb_architecture& architecture, std::uint32_t inputs,
                      std::size_t& network, std::size_t& scratch) {
  if (const Status status = check_activation(architecture.init.activation); !status.ok()) {
    return status;
  }
  if (const Status status = igb::Forward::bytes(architecture_of(architecture), inputs, network);
      !status.ok()) {
    return status;
  }
  const std::size_t units = std::max(architecture.width, architecture.classes);
  return igb::layer_moments_bytes(units, std::max<std::size_t>(inputs, 2), scratch);
}

}  // namespace

size_t igb_message(const igb_status* status, char* buffer, size_t size) {
  return igb::write_message({static_cast<StatusCode>(status->code), status->parameter,
                             status->value, status->low, status->high},
                            {buffer, size});
}

const char* igb_version(void) { return IGB_VERSION; }

int32_t igb_activation_count(void) { return static_cast<int32_t>(igb::activations().size()); }

const char* igb_activation_name(int32_t activation) {
  const igb::Activation* phi = activation_at(activation);
  return phi != nullptr ? phi->name : nullptr;
}

int32_t igb_fixed_point(const igb_initialisation* init, igb_fixed_point_report* report,
                        igb_status* why) {
  if (const Status status = check_activation(init->activation); !status.ok()) {
    return report_to(why, status);
  }
  igb::FixedPoint point{};
  const Status status = igb::fixed_point(initialisation(*init), point);
  if (status.ok()) {
    *report = {point.q_star, point.c_star,     point.gamma_star,
               point.chi_1,  point.chi_c_star, point.xi_q,
               point.xi_c,   point.xi_grad,    static_cast<int32_t>(point.phase)};
  }
  return report_to(why, status);
}

const char* igb_phase_name(int32_t phase) {
  return igb::phase_name(static_cast<igb::Phase>(phase));
}

int32_t igb_trajectory(const igb_initialisation* init, double q0, double c0, uint32_t count,
                       igb_signal* signals, igb_status* why) {
  if (const Status status = check_activation(init->activation); !status.ok()) {
    return report_to(why, status);
  }
  // igb_signal and Signal differ in layout, so the layers pass one at a time.
  igb::Signal signal{q0, 1.0 - c0};
  if (const Status status = igb::check_range("count", count, 1, igb::depth_max + 1.0);
      !status.ok()) {
    return report_to(why, status);
  }
  const Status status = igb::trajectory(initialisation(*init), signal, {&signal, 1});
  for (uint32_t l = 0; status.ok() && l < count; ++l) {
    signals[l] = {signal.q, signal.c(), signal.gamma()};
    if (l + 1 < count) signal = igb::next_layer(initialisation(*init), signal);
  }
  return report_to(why, status);
}

int32_t igb_edge_of_chaos(int32_t activation, double sigma_b2, igb_line_point* point,
                          igb_status* why) {
  if (const Status status = check_activation(activation); !status.ok()) {
    return report_to(why, status);
  }
  igb::LinePoint found{};
  const Status status = igb::edge_of_chaos(*activation_at(activation), sigma_b2, found);
  if (status.ok()) *point = {found.sigma_w2, found.q};
  return report_to(why, status);
}

int32_t igb_iso_gamma(int32_t activation, double sigma_b2, double gamma, igb_line_point* point,
                      igb_status* why) {
  if (const Status status = check_activation(activation); !status.ok()) {
    return report_to(why, status);
  }
  igb::LinePoint found{};
  const Status status = igb::iso_gamma(*activation_at(activation), sigma_b2, gamma, found);
  if (status.ok()) *point = {found.sigma_w2, found.q};
  return report_to(why, status);
}

double igb_two_class_pdf(double gamma, double g) {
  return is_gamma(gamma) ? igb::TwoClassLaw{gamma}.pdf(g) : not_a_number;
}

double igb_two_class_cdf(double gamma, double g) {
  return is_gamma(gamma) ? igb::TwoClassLaw{gamma}.cdf(g) : not_a_number;
}

double igb_two_class_quantile(double gamma, double p) {
  return is_gamma(gamma) && p >= 0.0 && p <= 1.0 ? igb::TwoClassLaw{gamma}.quantile(p)
                                                 : not_a_number;
}

double igb_two_class_mean_max_frequency(double gamma) {
  return is_gamma(gamma) ? igb::TwoClassLaw{gamma}.mean_max_frequency() : not_a_number;
}

double igb_two_class_variance(double gamma) {
  return is_gamma(gamma) ? igb::TwoClassLaw{gamma}.variance() : not_a_number;
}

int32_t igb_finite_two_class_law(double gamma, uint32_t inputs, double* pmf, igb_status* why) {
  if (const Status status = igb::check_range("inputs", inputs, 1, igb::inputs_max); !status.ok()) {
    return report_to(why, status);
  }
  return report_to(why, igb::finite_two_class_law(gamma, {pmf, std::size_t{inputs} + 1}));
}

int32_t igb_normals(const igb_draw* draw, uint32_t stream, uint32_t layer, uint32_t row,
                    uint32_t first_column, uint32_t count, float* out, igb_status* why) {
  const Status checks[] = {igb::check_range("stream", stream, 0, 2),
                           igb::check_range("layer", layer, 0, (1U << 24) - 1)};
  for (const Status& status : checks) {
    if (!status.ok()) return report_to(why, status);
  }
  igb::normals({draw->seed, draw->network}, static_cast<igb::Stream>(stream), layer, row,
               first_column, {out, count});
  return report_to(why, {});
}

int32_t igb_gaussian_inputs(uint64_t seed, uint32_t count, uint32_t width, float* inputs,
                            igb_status* why) {
  std::size_t size = 0;
  const Status checks[] = {igb::check_range("count", count, 1, igb::inputs_max),
                           igb::check_range("width", width, 1, igb::width_max),
                           checked_size<float>(count, width, size)};
  for (const Status& status : checks) {
    if (!status.ok()) return report_to(why, status);
  }
  return report_to(why, igb::gaussian_inputs(seed, width, {inputs, size}));
}

int32_t igb_plane_inputs(uint64_t seed, uint32_t width, uint32_t resolution, double extent,
                         float* inputs, igb_status* why) {
  std::size_t size = 0;
  const std::uint64_t pixels = std::uint64_t{resolution} * resolution;
  if (const Status status = checked_size<float>(pixels, width, size); !status.ok()) {
    return report_to(why, status);
  }
  return report_to(why, igb::plane_inputs(seed, width, resolution, extent, {inputs, size}));
}

int32_t igb_forward_bytes(const igb_architecture* architecture, uint32_t inputs, size_t* bytes,
                          igb_status* why) {
  std::size_t network = 0;
  std::size_t scratch = 0;
  const Status status = forward_layout(*architecture, inputs, network, scratch);
  if (!status.ok()) return report_to(why, status);
  igb::Arena measure;
  (void)measure.take<igb_forward>(1);
  (void)measure.take<std::byte>(scratch);
  (void)measure.take<std::byte>(network);
  *bytes = measure.used();
  return report_to(why, measure.status());
}

int32_t igb_forward_begin(const igb_architecture* architecture, const igb_draw* draw,
                          const float* inputs, uint32_t count, void* memory, size_t bytes,
                          igb_forward** forward, igb_status* why) {
  std::size_t network = 0;
  std::size_t scratch = 0;
  if (const Status status = forward_layout(*architecture, count, network, scratch); !status.ok()) {
    return report_to(why, status);
  }
  igb::Arena arena({static_cast<std::byte*>(memory), bytes});
  const std::span<igb_forward> object = arena.take<igb_forward>(1);
  const std::span<std::byte> statistics = arena.take<std::byte>(scratch);
  igb::Forward run;
  std::size_t values = 0;
  if (const Status status = checked_size<float>(count, architecture->input_width, values);
      !status.ok()) {
    return report_to(why, status);
  }
  const Status status = run.begin(architecture_of(*architecture), {draw->seed, draw->network},
                                  {inputs, values}, arena);
  if (status.ok()) *forward = new (object.data()) igb_forward{run, statistics};
  return report_to(why, status);
}

int32_t igb_forward_step(igb_forward* forward, igb_layer_report* report, igb_status* why) {
  if (report != nullptr) {  // before the step, so that a refusal leaves the run where it was
    const auto inputs = static_cast<double>(forward->run.preactivations().inputs);
    const Status status = igb::check_range("inputs", inputs, 2, igb::inputs_max);
    if (!status.ok()) return report_to(why, status);
  }
  if (const Status status = forward->run.step(); !status.ok()) return report_to(why, status);
  if (report == nullptr) return report_to(why, {});
  igb::Arena scratch(forward->scratch);
  igb::LayerMoments moments;
  const Status status = igb::layer_moments(forward->run.preactivations(), scratch, moments);
  if (status.ok()) {
    *report = {forward->run.layer(), moments.q,         moments.c,
               moments.gamma(),      moments.sigma_mu2, moments.sigma_y2};
  }
  return report_to(why, status);
}

int32_t igb_forward_classes(const igb_forward* forward, uint16_t* classes, igb_status* why) {
  const igb::LayerView output = forward->run.preactivations();
  if (!forward->run.done()) {
    const double layer = forward->run.layer();
    const double last = forward->run.depth() + 1.0;
    const Status early = igb::check_range("layer", layer, last, last);
    const Status failed{StatusCode::non_finite, "layer", layer};
    return report_to(why, early.ok() ? failed : early);
  }
  return report_to(why, igb::guess_classes(output, {classes, output.inputs}));
}

const float* igb_forward_preactivations(const igb_forward* forward, uint32_t* units,
                                        uint32_t* stride) {
  const igb::LayerView layer = forward->run.preactivations();
  *units = static_cast<uint32_t>(layer.units);
  *stride = static_cast<uint32_t>(layer.stride);
  return layer.values;
}

double igb_ks_distance(const uint32_t* networks, const double* pmf, uint32_t inputs) {
  const std::size_t size = std::size_t{inputs} + 1;
  return igb::ks_distance({networks, size}, {pmf, size});
}

double igb_ks_p_value(double distance, uint32_t networks) {
  return igb::ks_p_value(distance, networks);
}
