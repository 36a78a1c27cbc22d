#include "igb/igb.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <initializer_list>
#include <limits>
#include <new>

#include "igb/architecture.hpp"
#include "igb/critical_lines.hpp"
#include "igb/expression.hpp"
#include "igb/guessing_law.hpp"
#include "igb/kernel_recursion.hpp"
#include "igb/many_class_law.hpp"
#include "igb/mean_field.hpp"
#include "igb/network.hpp"
#include "igb/phase_map.hpp"
#include "igb/recommend.hpp"
#include "igb/statistics.hpp"
#include "igb/table.hpp"

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
static_assert(IGB_SYNTAX == static_cast<int>(igb::StatusCode::syntax));
static_assert(IGB_NULL_POINTER == static_cast<int>(igb::StatusCode::null_pointer));

using igb::Status;
using igb::StatusCode;

struct igb_forward {
  igb::Forward run;
  std::span<std::byte> scratch;  ///< for layer_moments
};

struct igb_kernel {
  igb::KernelRecursion recursion;
};

struct igb_phase_map {
  igb::PhaseMap map;
};

static_assert(IGB_EVERY_Q == igb::every_q);

namespace {

int32_t report_to(igb_status* why, const Status& status) {
  const auto code = static_cast<int32_t>(status.code);
  if (why != nullptr) {
    *why = {code, status.parameter, status.value, status.low, status.high, status.detail};
  }
  return code;
}

struct Pointer {
  const char* name;
  const void* address;
};

/// null_pointer for the first that is.
Status require(std::initializer_list<Pointer> pointers) {
  for (const auto& [name, address] : pointers) {
    if (address == nullptr) return {StatusCode::null_pointer, name};
  }
  return {};
}

Status first_error(std::initializer_list<Status> checks) {
  for (const Status& status : checks) {
    if (!status.ok()) return status;
  }
  return {};
}

const igb_activation* opaque(const igb::Activation* phi) {
  return reinterpret_cast<const igb_activation*>(phi);
}

const igb::Activation* activation_of(const igb_activation* activation) {
  return reinterpret_cast<const igb::Activation*>(activation);
}

igb::Block block_of(const igb_block& block) {
  return {static_cast<igb::BlockKind>(block.kind),
          block.pool,
          block.keep,
          block.residual_depth,
          block.sigma_v2,
          block.sigma_a2,
          block.taps};
}

igb::Initialisation initialisation(const igb_initialisation& init) {
  return {activation_of(init.activation), init.sigma_w2, init.sigma_b2, block_of(init.block)};
}

/// What igb_user_activation_bytes measures.
union UserActivation {
  igb::Activation leaky_relu;
  igb::Expression expression;
  igb::Table table;
};

/// An Object at the start of the caller's memory, or null.
template <class Object>
Status make_in(void* memory, size_t bytes, Object*& object) {
  static_assert(sizeof(Object) <= sizeof(UserActivation));
  igb::Arena arena({static_cast<std::byte*>(memory), bytes});
  const std::span<UserActivation> place = arena.take<UserActivation>(1);
  if (const Status status = arena.status(); !status.ok()) return status;
  object = new (place.data()) Object{};
  return {};
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

constexpr double leaky_slope_max = 1e3;

constexpr double largest = std::numeric_limits<double>::max();

igb_fixed_point_report report_of(const igb::FixedPoint& point) {
  return {point.q_star,   point.c_star,        point.gamma_star,
          point.chi_1,    point.chi_c_star,    point.xi_q,
          point.xi_c,     point.xi_grad,       static_cast<int32_t>(point.phase),
          point.chi_grad, point.q_fixed_points};
}

igb_outlook outlook_of(const igb::Outlook& outlook) {
  return {outlook.sigma_w2, outlook.ln_gradient, outlook.q, outlook.gamma,
          outlook.mean_max_frequency};
}

igb::Outlook outlook_from(const igb_outlook& outlook) {
  return {outlook.sigma_w2, outlook.ln_gradient, outlook.q, outlook.gamma,
          outlook.mean_max_frequency};
}

Status check_classes(uint32_t classes) {
  return igb::check_range("classes", classes, 2, igb::classes_max);
}

Status check_gamma(double gamma) {
  return igb::check_range("gamma", gamma, 0.0, std::numeric_limits<double>::infinity());
}

/// An object at the start of an arena over the caller's memory, with what it takes from the rest.
template <class Object>
Status make_with_arena(void* memory, size_t bytes, igb::Arena& arena, Object*& object) {
  arena = igb::Arena({static_cast<std::byte*>(memory), bytes});
  const std::span<Object> place = arena.take<Object>(1);
  if (const Status status = arena.status(); !status.ok()) return status;
  object = new (place.data()) Object{};
  return {};
}

/// Bytes of an object and of what it takes.
template <class Object>
Status bytes_with(std::size_t taken, size_t& bytes) {
  igb::Arena measure;
  (void)measure.take<Object>(1);
  (void)measure.take<std::byte>(taken);
  bytes = measure.used();
  return measure.status();
}

igb_line_point point_of(const igb::LinePoint& point) {
  return {point.sigma_w2, point.q, point.reached};
}

/// solve(phi, block, point) of a line.
template <class Solve>
int32_t one_point(const igb_initialisation* init, igb_line_point* point, igb_status* why,
                  const Solve& solve) {
  if (const Status s = require({{"init", init}, {"point", point}}); !s.ok()) {
    return report_to(why, s);
  }
  if (const Status s = require({{"activation", init->activation}}); !s.ok()) {
    return report_to(why, s);
  }
  igb::LinePoint found{};
  const Status status = solve(*activation_of(init->activation), block_of(init->block), found);
  if (status.ok()) *point = point_of(found);
  return report_to(why, status);
}

/// Points of one line at one sigma_b2 that are handed on; built-in activations have up to four.
constexpr std::size_t line_points_max = 64;

template <class Solve>
int32_t all_points(const igb_initialisation* init, uint32_t room, igb_line_point* points,
                   uint32_t* count, igb_status* why, const Solve& solve) {
  if (const Status s = require({{"init", init}, {"points", points}, {"count", count}}); !s.ok()) {
    return report_to(why, s);
  }
  if (const Status s = require({{"activation", init->activation}}); !s.ok()) {
    return report_to(why, s);
  }
  std::array<igb::LinePoint, line_points_max> found;
  std::size_t size = 0;
  const Status status = solve(*activation_of(init->activation), block_of(init->block),
                              std::span<igb::LinePoint>(found), size);
  if (status.ok()) {
    const std::size_t written = std::min({size, found.size(), std::size_t{room}});
    std::transform(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(written), points,
                   point_of);
    *count = static_cast<uint32_t>(size);
  }
  return report_to(why, status);
}

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Memory of a run: the object itself, the buffers of the network, scratch for the statistics of
/// the widest layer.
Status forward_layout(const igb_architecture& architecture, std::uint32_t inputs,
                      std::size_t& network, std::size_t& scratch) {
  if (const Status status = igb::Forward::bytes(architecture_of(architecture), inputs, network);
      !status.ok()) {
    return status;
  }
  const std::size_t units = std::max(architecture.width, architecture.classes);
  return igb::layer_moments_bytes(units, std::max<std::size_t>(inputs, 2), scratch);
}

}  // namespace

size_t igb_message(const igb_status* status, char* buffer, size_t size) {
  if (status == nullptr || (buffer == nullptr && size > 0)) return 0;
  const auto text = [](const char* string) { return string != nullptr ? string : ""; };
  return igb::write_message({static_cast<StatusCode>(status->code), text(status->parameter),
                             status->value, status->low, status->high, text(status->detail)},
                            {buffer, size});
}

const char* igb_version(void) { return IGB_VERSION; }

int32_t igb_activation_count(void) { return static_cast<int32_t>(igb::activations().size()); }

const igb_activation* igb_activation_at(int32_t index) {
  if (index < 0 || index >= igb_activation_count()) return nullptr;
  return opaque(&igb::activations()[static_cast<std::size_t>(index)]);
}

const igb_activation* igb_find_activation(const char* name) {
  return name != nullptr ? opaque(igb::find_activation(name)) : nullptr;
}

const char* igb_activation_name(const igb_activation* activation) {
  return activation != nullptr ? activation_of(activation)->name : nullptr;
}

int32_t igb_describe_activation(const igb_activation* activation, igb_activation_facts* facts,
                                igb_status* why) {
  const Status status = require({{"activation", activation}, {"facts", facts}});
  if (status.ok()) {
    const igb::Activation& phi = *activation_of(activation);
    *facts = {phi.odd, phi.bounded, phi.homogeneous, static_cast<uint32_t>(phi.kinks.size()),
              phi.parameter};
  }
  return report_to(why, status);
}

int32_t igb_activation_kinks(const igb_activation* activation, double* kinks, igb_status* why) {
  const Status status = require({{"activation", activation}, {"kinks", kinks}});
  if (status.ok()) {
    const auto known = activation_of(activation)->kinks;
    std::copy(known.begin(), known.end(), kinks);
  }
  return report_to(why, status);
}

int32_t igb_evaluate(const igb_activation* activation, double x, igb_jet* jet, igb_status* why) {
  const Status status = first_error({require({{"activation", activation}, {"jet", jet}}),
                                     igb::check_range("x", x, -largest, largest)});
  if (status.ok()) {
    const igb::Activation& phi = *activation_of(activation);
    *jet = {phi.value(x), phi.derivative(x), phi.second_derivative(x)};
  }
  return report_to(why, status);
}

size_t igb_user_activation_bytes(void) {
  igb::Arena measure;
  (void)measure.take<UserActivation>(1);
  return measure.used();
}

int32_t igb_leaky_relu(double slope, void* memory, size_t bytes, const igb_activation** activation,
                       igb_status* why) {
  const igb::Activation* const family = igb::find_activation("leaky_relu");
  igb::Activation* phi = nullptr;
  const Status status =
      first_error({require({{"activation", activation}}),
                   igb::check_range("slope", slope, -leaky_slope_max, leaky_slope_max),
                   family != nullptr ? Status{} : Status{StatusCode::unknown_name, "leaky_relu"},
                   make_in(memory, bytes, phi)});
  if (status.ok() && family != nullptr && phi != nullptr) {
    *phi = *family;
    phi->parameter = slope;
    phi->odd = slope == 1.0;
    *activation = opaque(phi);
  }
  return report_to(why, status);
}

int32_t igb_expression(const char* text, size_t length, void* memory, size_t bytes,
                       const igb_activation** activation, igb_status* why) {
  igb::Expression* expression = nullptr;
  const Status checked = first_error(
      {require({{"text", text}, {"activation", activation}}), make_in(memory, bytes, expression)});
  if (!checked.ok() || expression == nullptr) return report_to(why, checked);
  const Status status = expression->parse({text, length});
  if (status.ok()) *activation = opaque(&expression->activation());
  return report_to(why, status);
}

int32_t igb_table(const double* x, const double* y, uint32_t points, void* memory, size_t bytes,
                  const igb_activation** activation, igb_status* why) {
  igb::Table* table = nullptr;
  const Status checked = first_error(
      {require({{"x", x}, {"y", y}, {"activation", activation}}), make_in(memory, bytes, table)});
  if (!checked.ok() || table == nullptr) return report_to(why, checked);
  const Status status = table->set({x, points}, {y, points});
  if (status.ok()) *activation = opaque(&table->activation());
  return report_to(why, status);
}

int32_t igb_block_count(void) { return static_cast<int32_t>(igb::block_names().size()); }

const char* igb_block_name(int32_t kind) {
  return igb::block_name(static_cast<igb::BlockKind>(kind));
}

int32_t igb_fixed_point(const igb_initialisation* init, igb_fixed_point_report* report,
                        igb_status* why) {
  if (const Status s = require({{"init", init}, {"report", report}}); !s.ok()) {
    return report_to(why, s);
  }
  igb::FixedPoint point{};
  const Status status = igb::fixed_point(initialisation(*init), point);
  if (status.ok()) *report = report_of(point);
  return report_to(why, status);
}

const char* igb_phase_name(int32_t phase) {
  return igb::phase_name(static_cast<igb::Phase>(phase));
}

int32_t igb_fourier_mode(const igb_initialisation* init, const double* angles, uint32_t dimensions,
                         igb_fourier_report* report, igb_status* why) {
  if (const Status s = require({{"init", init}, {"angles", angles}, {"report", report}}); !s.ok()) {
    return report_to(why, s);
  }
  igb::FourierMode mode{};
  const Status status = igb::fourier_mode(initialisation(*init), {angles, dimensions}, mode);
  if (status.ok()) *report = {mode.factor, mode.xi};
  return report_to(why, status);
}

int32_t igb_phase_map_bytes(size_t* bytes, igb_status* why) {
  std::size_t taken = 0;
  const Status status = first_error({require({{"bytes", bytes}}), igb::PhaseMap::bytes(taken)});
  if (!status.ok()) return report_to(why, status);
  return report_to(why, bytes_with<igb_phase_map>(taken, *bytes));
}

int32_t igb_phase_map_begin(const igb_initialisation* init, void* memory, size_t bytes,
                            igb_phase_map** map, igb_status* why) {
  if (const Status s = require({{"init", init}, {"map", map}}); !s.ok()) return report_to(why, s);
  igb::Arena arena;
  igb_phase_map* object = nullptr;
  const Status made = first_error(
      {require({{"activation", init->activation}}), make_with_arena(memory, bytes, arena, object)});
  if (!made.ok() || object == nullptr) return report_to(why, made);
  const Status status =
      object->map.begin(*activation_of(init->activation), block_of(init->block), arena);
  if (status.ok()) *map = object;
  return report_to(why, status);
}

int32_t igb_phase_map_row(igb_phase_map* map, double sigma_b2, const double* sigma_w2,
                          uint32_t count, igb_fixed_point_report* points, igb_status* why) {
  if (const Status s = require({{"map", map}, {"sigma_w2", sigma_w2}, {"points", points}});
      !s.ok()) {
    return report_to(why, s);
  }
  std::array<igb::FixedPoint, 32> some;
  for (std::size_t first = 0; first < count; first += some.size()) {
    const std::size_t size = std::min<std::size_t>(some.size(), count - first);
    const Status status = map->map.row(sigma_b2, {sigma_w2 + first, size}, some);
    if (!status.ok()) return report_to(why, status);
    for (std::size_t j = 0; j < size; ++j) points[first + j] = report_of(some[j]);
  }
  return report_to(why, {});
}

int32_t igb_trajectory(const igb_initialisation* init, double q0, double c0, uint32_t count,
                       igb_signal* signals, igb_status* why) {
  const Status checked = first_error({require({{"init", init}, {"signals", signals}}),
                                      igb::check_range("count", count, 1, igb::depth_max + 1.0)});
  if (!checked.ok()) return report_to(why, checked);
  // igb_signal and Signal differ in layout, so the layers pass one at a time.
  igb::Signal signal{q0, 1.0 - c0};
  const Status status = igb::trajectory(initialisation(*init), signal, {&signal, 1});
  for (uint32_t l = 0; status.ok() && l < count; ++l) {
    signals[l] = {signal.q, signal.c(), signal.gamma(),
                  igb::backward_factor(initialisation(*init), signal)};
    if (l + 1 < count) signal = igb::next_layer(initialisation(*init), signal);
  }
  return report_to(why, status);
}

int32_t igb_edge_of_chaos(const igb_initialisation* init, igb_line_point* point, igb_status* why) {
  return one_point(init, point, why,
                   [&](const igb::Activation& phi, const igb::Block& block, igb::LinePoint& found) {
                     return igb::edge_of_chaos(phi, block, init->sigma_b2, found);
                   });
}

int32_t igb_iso_gamma(const igb_initialisation* init, double gamma, igb_line_point* point,
                      igb_status* why) {
  return one_point(init, point, why,
                   [&](const igb::Activation& phi, const igb::Block& block, igb::LinePoint& found) {
                     return igb::iso_gamma(phi, block, init->sigma_b2, gamma, found);
                   });
}

int32_t igb_variance_line(const igb_initialisation* init, igb_line_point* point, igb_status* why) {
  return one_point(init, point, why,
                   [&](const igb::Activation& phi, const igb::Block& block, igb::LinePoint& found) {
                     return igb::variance_line(phi, block, init->sigma_b2, found);
                   });
}

int32_t igb_edge_of_chaos_points(const igb_initialisation* init, uint32_t room,
                                 igb_line_point* points, uint32_t* count, igb_status* why) {
  return all_points(init, room, points, count, why,
                    [&](const igb::Activation& phi, const igb::Block& block,
                        std::span<igb::LinePoint> found, std::size_t& size) {
                      return igb::edge_of_chaos_points(phi, block, init->sigma_b2, found, size);
                    });
}

int32_t igb_iso_gamma_points(const igb_initialisation* init, double gamma, uint32_t room,
                             igb_line_point* points, uint32_t* count, igb_status* why) {
  return all_points(init, room, points, count, why,
                    [&](const igb::Activation& phi, const igb::Block& block,
                        std::span<igb::LinePoint> found, std::size_t& size) {
                      return igb::iso_gamma_points(phi, block, init->sigma_b2, gamma, found, size);
                    });
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

double igb_two_class_max_quantile(double gamma, double p) {
  return is_gamma(gamma) && p >= 0.0 && p <= 1.0 ? igb::TwoClassLaw{gamma}.max_quantile(p)
                                                 : not_a_number;
}

double igb_two_class_mean_max_frequency(double gamma) {
  return is_gamma(gamma) ? igb::TwoClassLaw{gamma}.mean_max_frequency() : not_a_number;
}

double igb_two_class_variance(double gamma) {
  return is_gamma(gamma) ? igb::TwoClassLaw{gamma}.variance() : not_a_number;
}

int32_t igb_finite_two_class_law(double gamma, uint32_t inputs, double* pmf, igb_status* why) {
  const Status checked = first_error(
      {require({{"pmf", pmf}}), igb::check_range("inputs", inputs, 1, igb::inputs_max)});
  if (!checked.ok()) return report_to(why, checked);
  return report_to(why, igb::finite_two_class_law(gamma, {pmf, std::size_t{inputs} + 1}));
}

int32_t igb_many_class_law(uint32_t classes, double gamma, igb_many_class_report* report,
                           igb_status* why) {
  const Status status =
      first_error({require({{"report", report}}), check_classes(classes), check_gamma(gamma)});
  if (status.ok()) {
    const igb::ManyClassLaw law{classes, gamma};
    *report = {law.mean_max_frequency(), law.mean_square_sum(), law.variance()};
  }
  return report_to(why, status);
}

int32_t igb_finite_many_class_variance(uint32_t classes, double gamma, uint32_t inputs,
                                       double* variance, igb_status* why) {
  const Status status =
      first_error({require({{"variance", variance}}), check_classes(classes), check_gamma(gamma),
                   igb::check_range("inputs", inputs, 1, igb::inputs_max)});
  if (status.ok()) *variance = igb::ManyClassLaw{classes, gamma}.finite_variance(inputs);
  return report_to(why, status);
}

int32_t igb_sample_drifts(const igb_draw* draw, uint32_t classes, double* drifts, igb_status* why) {
  if (const Status s = require({{"draw", draw}, {"drifts", drifts}}); !s.ok()) {
    return report_to(why, s);
  }
  return report_to(why, igb::sample_drifts({draw->seed, draw->network}, {drifts, classes}));
}

int32_t igb_class_fractions(double gamma, const double* drifts, uint32_t classes, double* g,
                            igb_status* why) {
  if (const Status s = require({{"drifts", drifts}, {"g", g}}); !s.ok()) return report_to(why, s);
  return report_to(why, igb::class_fractions(gamma, {drifts, classes}, {g, classes}));
}

int32_t igb_sample_counts(const igb_draw* draw, uint32_t inputs, const double* g, uint32_t classes,
                          uint32_t* counts, igb_status* why) {
  if (const Status s = require({{"draw", draw}, {"g", g}, {"counts", counts}}); !s.ok()) {
    return report_to(why, s);
  }
  return report_to(why, igb::sample_counts({draw->seed, draw->network}, inputs, {g, classes},
                                           {counts, classes}));
}

int32_t igb_null_mean_max_frequency(uint32_t classes, uint32_t inputs, double* frequency,
                                    igb_status* why) {
  if (const Status s = require({{"frequency", frequency}}); !s.ok()) return report_to(why, s);
  return report_to(why, igb::null_mean_max_frequency(classes, inputs, *frequency));
}

int32_t igb_finite_mean_max_frequency(uint32_t classes, double gamma, uint32_t inputs,
                                      const igb_draw* draw, uint32_t networks, double* scratch,
                                      igb_estimate* estimate, igb_status* why) {
  const Status checked =
      first_error({require({{"draw", draw}, {"scratch", scratch}, {"estimate", estimate}}),
                   check_classes(classes)});
  if (!checked.ok()) return report_to(why, checked);
  igb::Estimate found{};
  const Status status = igb::finite_mean_max_frequency(
      {classes, gamma}, inputs, {draw->seed, draw->network}, networks, {scratch, classes},
      {scratch + classes, classes}, found);
  if (status.ok()) *estimate = {found.mean, found.standard_error};
  return report_to(why, status);
}

int32_t igb_frequency_variance(uint32_t classes, const double* pairs, uint32_t inputs,
                               int32_t are_distances, double* variance, igb_status* why) {
  std::size_t size = 0;
  const Status checked = first_error({require({{"pairs", pairs}, {"variance", variance}}),
                                      checked_size<double>(inputs, inputs, size)});
  if (!checked.ok()) return report_to(why, checked);
  const auto measure =
      are_distances != 0 ? igb::PairMeasure::distance : igb::PairMeasure::correlation;
  return report_to(why,
                   igb::frequency_variance(classes, {pairs, size}, inputs, measure, *variance));
}

int32_t igb_predict(const igb_initialisation* init, uint32_t depth, uint32_t classes,
                    igb_outlook* outlook, igb_status* why) {
  if (const Status s = require({{"init", init}, {"outlook", outlook}}); !s.ok()) {
    return report_to(why, s);
  }
  igb::Outlook found{};
  const Status status = igb::outlook(initialisation(*init), depth, classes, found);
  if (status.ok()) *outlook = outlook_of(found);
  return report_to(why, status);
}

int32_t igb_recommend(const igb_initialisation* init, uint32_t depth, uint32_t classes,
                      igb_recommendation* recommendation, igb_status* why) {
  if (const Status s = require({{"init", init}, {"recommendation", recommendation}}); !s.ok()) {
    return report_to(why, s);
  }
  igb::Recommendation found{};
  const Status status = igb::recommend(initialisation(*init), depth, classes, found);
  if (status.ok()) {
    *recommendation = {outlook_of(found.best), found.sigma_w2_low, found.sigma_w2_high,
                       found.has_edge, outlook_of(found.edge)};
  }
  return report_to(why, status);
}

size_t igb_reason(const igb_recommendation* recommendation, uint32_t depth, uint32_t classes,
                  char* buffer, size_t size) {
  if (recommendation == nullptr || (buffer == nullptr && size > 0)) return 0;
  return igb::write_reason({outlook_from(recommendation->best), recommendation->sigma_w2_low,
                            recommendation->sigma_w2_high, recommendation->has_edge != 0,
                            outlook_from(recommendation->edge)},
                           depth, classes, {buffer, size});
}

int32_t igb_recommend_gamma(const igb_initialisation* init, uint32_t depth, uint32_t classes,
                            double gamma, igb_outlook* outlook, igb_status* why) {
  if (const Status s = require({{"init", init}, {"outlook", outlook}}); !s.ok()) {
    return report_to(why, s);
  }
  igb::Outlook found{};
  const Status status = igb::recommend_gamma(initialisation(*init), depth, classes, gamma, found);
  if (status.ok()) *outlook = outlook_of(found);
  return report_to(why, status);
}

int32_t igb_gamma_of_frequency(uint32_t classes, double mean_max_frequency, double* gamma,
                               igb_status* why) {
  if (const Status s = require({{"gamma", gamma}}); !s.ok()) return report_to(why, s);
  return report_to(why, igb::gamma_of_frequency(classes, mean_max_frequency, *gamma));
}

int32_t igb_normals(const igb_draw* draw, uint32_t stream, uint32_t layer, uint32_t row,
                    uint32_t first_column, uint32_t count, float* out, igb_status* why) {
  const Status checked = first_error({require({{"draw", draw}, {"out", out}}),
                                      igb::check_range("stream", stream, 0, 2),
                                      igb::check_range("layer", layer, 0, (1U << 24) - 1)});
  if (!checked.ok()) return report_to(why, checked);
  igb::normals({draw->seed, draw->network}, static_cast<igb::Stream>(stream), layer, row,
               first_column, {out, count});
  return report_to(why, {});
}

int32_t igb_gaussian_inputs(uint64_t seed, uint32_t count, uint32_t width, float* inputs,
                            igb_status* why) {
  std::size_t size = 0;
  const Status checked = first_error({require({{"inputs", inputs}}),
                                      igb::check_range("count", count, 1, igb::inputs_max),
                                      igb::check_range("width", width, 1, igb::width_max),
                                      checked_size<float>(count, width, size)});
  if (!checked.ok()) return report_to(why, checked);
  return report_to(why, igb::gaussian_inputs(seed, width, {inputs, size}));
}

int32_t igb_plane_inputs(uint64_t seed, uint32_t width, uint32_t resolution, double extent,
                         float* inputs, igb_status* why) {
  std::size_t size = 0;
  const std::uint64_t pixels = std::uint64_t{resolution} * resolution;
  const Status checked =
      first_error({require({{"inputs", inputs}}), checked_size<float>(pixels, width, size)});
  if (!checked.ok()) return report_to(why, checked);
  return report_to(why, igb::plane_inputs(seed, width, resolution, extent, {inputs, size}));
}

int32_t igb_forward_bytes(const igb_architecture* architecture, uint32_t inputs, size_t* bytes,
                          igb_status* why) {
  std::size_t network = 0;
  std::size_t scratch = 0;
  if (const Status s = require({{"architecture", architecture}, {"bytes", bytes}}); !s.ok()) {
    return report_to(why, s);
  }
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
  const Status pointers = require(
      {{"architecture", architecture}, {"draw", draw}, {"inputs", inputs}, {"forward", forward}});
  if (!pointers.ok()) return report_to(why, pointers);
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
  if (const Status s = require({{"forward", forward}}); !s.ok()) return report_to(why, s);
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
  if (const Status s = require({{"forward", forward}, {"classes", classes}}); !s.ok()) {
    return report_to(why, s);
  }
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
  if (forward == nullptr || units == nullptr || stride == nullptr) return nullptr;
  const igb::LayerView layer = forward->run.preactivations();
  *units = static_cast<uint32_t>(layer.units);
  *stride = static_cast<uint32_t>(layer.stride);
  return layer.values;
}

int32_t igb_kernel_bytes(const igb_initialisation* init, uint32_t inputs, size_t* bytes,
                         igb_status* why) {
  if (const Status s = require({{"init", init}, {"bytes", bytes}}); !s.ok()) {
    return report_to(why, s);
  }
  std::size_t taken = 0;
  const Status status = igb::KernelRecursion::bytes(initialisation(*init), inputs, taken);
  if (!status.ok()) return report_to(why, status);
  return report_to(why, bytes_with<igb_kernel>(taken, *bytes));
}

int32_t igb_kernel_begin(const igb_initialisation* init, const float* inputs, uint32_t count,
                         uint32_t width, void* memory, size_t bytes, igb_kernel** kernel,
                         igb_status* why) {
  igb::Arena arena;
  igb_kernel* object = nullptr;
  std::size_t values = 0;
  const Status made = first_error(
      {require({{"init", init}, {"inputs", inputs}, {"kernel", kernel}}),
       igb::check_range("inputs", count, 1, igb::kernel_inputs_max),
       igb::check_range("width", width, 1, igb::width_max),
       checked_size<float>(count, width, values), make_with_arena(memory, bytes, arena, object)});
  if (!made.ok() || object == nullptr) return report_to(why, made);
  const Status status =
      object->recursion.begin(initialisation(*init), std::span(inputs, values), width, arena);
  if (status.ok()) *kernel = object;
  return report_to(why, status);
}

int32_t igb_kernel_begin_covariances(const igb_initialisation* init, const double* covariances,
                                     uint32_t count, void* memory, size_t bytes,
                                     igb_kernel** kernel, igb_status* why) {
  igb::Arena arena;
  igb_kernel* object = nullptr;
  std::size_t values = 0;
  const Status made = first_error(
      {require({{"init", init}, {"covariances", covariances}, {"kernel", kernel}}),
       igb::check_range("inputs", count, 1, igb::kernel_inputs_max),
       checked_size<double>(count, count, values), make_with_arena(memory, bytes, arena, object)});
  if (!made.ok() || object == nullptr) return report_to(why, made);
  const Status status =
      object->recursion.begin(initialisation(*init), std::span(covariances, values), arena);
  if (status.ok()) *kernel = object;
  return report_to(why, status);
}

int32_t igb_kernel_step(igb_kernel* kernel, igb_layer_report* report, igb_status* why) {
  if (const Status s = require({{"kernel", kernel}}); !s.ok()) return report_to(why, s);
  const Status status = kernel->recursion.step();
  if (status.ok() && report != nullptr) {
    const igb::KernelMoments moments = kernel->recursion.moments();
    *report = {kernel->recursion.layer(), moments.q,         moments.c,
               moments.gamma(),           moments.sigma_mu2, moments.sigma_y2};
  }
  return report_to(why, status);
}

int32_t igb_kernel_variances(const igb_kernel* kernel, double* q, igb_status* why) {
  const Status status = require({{"kernel", kernel}, {"q", q}});
  if (status.ok()) {
    const auto known = kernel->recursion.q();
    std::copy(known.begin(), known.end(), q);
  }
  return report_to(why, status);
}

int32_t igb_kernel_distances(const igb_kernel* kernel, double* distances, igb_status* why) {
  const Status status = require({{"kernel", kernel}, {"distances", distances}});
  if (!status.ok()) return report_to(why, status);
  const std::size_t inputs = kernel->recursion.inputs();
  for (std::size_t a = 0; a < inputs; ++a) {
    const auto row = kernel->recursion.distances(a);
    distances[a * inputs + a] = 0.0;
    for (std::size_t b = 0; b < a; ++b) {
      distances[a * inputs + b] = row[b];
      distances[b * inputs + a] = row[b];
    }
  }
  return report_to(why, {});
}

double igb_ks_distance(const uint32_t* networks, const double* pmf, uint32_t inputs) {
  if (networks == nullptr || pmf == nullptr) return not_a_number;
  const std::size_t size = std::size_t{inputs} + 1;
  return igb::ks_distance({networks, size}, {pmf, size});
}

double igb_ks_p_value(double distance, uint32_t networks) {
  return igb::ks_p_value(distance, networks);
}
