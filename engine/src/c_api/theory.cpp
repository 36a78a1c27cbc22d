#include <array>

#include "c_api/convert.hpp"
#include "igb/critical_lines.hpp"
#include "igb/mean_field.hpp"
#include "igb/phase_map.hpp"
#include "igb/population.hpp"

using namespace igb::c_api;
using igb::Status;

struct igb_phase_map {
  igb::PhaseMap map;
};

static_assert(IGB_EVERY_Q == igb::every_q);

namespace {

igb_fixed_point_report report_of(const igb::FixedPoint& point) {
  return {point.q_star,   point.c_star,        point.gamma_star,
          point.chi_1,    point.chi_c_star,    point.xi_q,
          point.xi_c,     point.xi_grad,       static_cast<int32_t>(point.phase),
          point.chi_grad, point.q_fixed_points};
}

igb::Population population_of(const igb_population& population) {
  return {population.samples, population.seed, population.gradients != 0};
}

igb_population_layer layer_of(const igb::PopulationLayer& layer) {
  const igb::Signal& signal = layer.signal;
  return {{signal.q, signal.c(), signal.d, signal.gamma(), layer.backward},
          layer.q_error,
          layer.c_error,
          layer.gamma_error,
          layer.backward_error};
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

}  // namespace

int32_t igb_block_count(void) { return static_cast<int32_t>(igb::block_names().size()); }

const char* igb_block_name(int32_t kind) {
  return igb::block_name(static_cast<igb::BlockKind>(kind));
}

const char* igb_pool_width_name(int32_t pool_width) {
  return name_of(igb::pool_width_names(), pool_width);
}

const char* igb_weight_law_name(int32_t weights) {
  return name_of(igb::weight_law_names(), weights);
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
    signals[l] = {signal.q, signal.c(), signal.d, signal.gamma(),
                  igb::backward_factor(initialisation(*init), signal)};
    if (l + 1 < count) signal = igb::next_layer(initialisation(*init), signal);
  }
  return report_to(why, status);
}

int32_t igb_population_bytes(const igb_population* population, uint32_t count, size_t* bytes,
                             igb_status* why) {
  if (const Status s = require({{"population", population}, {"bytes", bytes}}); !s.ok()) {
    return report_to(why, s);
  }
  std::size_t taken = 0;
  const Status status = igb::population_bytes(population_of(*population), count, taken);
  if (!status.ok()) return report_to(why, status);
  igb::Arena measure;
  (void)measure.take<igb::PopulationLayer>(count);
  (void)measure.take<std::byte>(taken);
  *bytes = measure.used();
  return report_to(why, measure.status());
}

int32_t igb_population_trajectory(const igb_initialisation* init, double q0, double c0,
                                  const igb_population* population, void* memory, size_t bytes,
                                  uint32_t count, igb_population_layer* layers, igb_status* why) {
  const Status checked = first_error(
      {require(
           {{"init", init}, {"population", population}, {"memory", memory}, {"layers", layers}}),
       igb::check_range("count", count, 1, igb::depth_max + 1.0)});
  if (!checked.ok()) return report_to(why, checked);
  igb::Arena arena({static_cast<std::byte*>(memory), bytes});
  const std::span<igb::PopulationLayer> found = arena.take<igb::PopulationLayer>(count);
  if (const Status s = arena.status(); !s.ok()) return report_to(why, s);
  const Status status = igb::population_trajectory(initialisation(*init), {q0, 1.0 - c0},
                                                   population_of(*population), arena, found);
  if (status.ok()) std::transform(found.begin(), found.end(), layers, layer_of);
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
