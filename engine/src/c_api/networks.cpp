#include "c_api/convert.hpp"
#include "c_api/training.hpp"
#include "igb/effective_rank.hpp"
#include "igb/network.hpp"
#include "igb/statistics.hpp"

using namespace igb::c_api;
using igb::Status;
using igb::StatusCode;

struct igb_forward {
  igb::Forward run;
  std::span<std::byte> scratch;  ///< for layer_moments or effective_rank
  Status failure;                ///< of the step that ended the run, if one has
};

namespace {

Status check_deviates(const igb_draw* draw, uint32_t stream, uint32_t layer, const float* out) {
  return first_error({require({{"draw", draw}, {"out", out}}),
                      igb::check_range("stream", stream, 0, 2),
                      igb::check_range("layer", layer, 0, (1U << 24) - 1)});
}

/// Memory of a run: the object itself, scratch for the statistics of the widest layer, the buffers
/// of the network.
Status forward_layout(const igb::Architecture& architecture, std::uint32_t inputs,
                      std::size_t& scratch, std::size_t& bytes) {
  std::size_t network = 0;
  if (const Status s = igb::Forward::bytes(architecture, inputs, network); !s.ok()) return s;
  const std::size_t units = std::max(architecture.width, architecture.classes);
  const std::size_t positions = igb::positions_of(architecture.init.block);
  const std::size_t rows = std::max<std::size_t>(inputs, 2);
  std::size_t moments = 0;
  std::size_t rank = 0;
  if (const Status s = first_error({igb::layer_moments_bytes(units, rows, moments),
                                    igb::effective_rank_bytes(units * positions, rows, rank)});
      !s.ok()) {
    return s;
  }
  scratch = std::max(moments, rank);
  igb::Arena measure;
  (void)measure.take<igb_forward>(1);
  (void)measure.take<std::byte>(scratch);
  (void)measure.take<std::byte>(network);
  bytes = measure.used();
  return measure.status();
}

/// Places a run of that architecture, which `begin` starts on the inputs and the rest of the
/// memory.
template <class Begin>
Status begin_forward(const igb::Architecture& architecture, const float* inputs, uint32_t count,
                     std::span<std::byte> memory, igb_forward** forward, const Begin& begin) {
  std::size_t scratch = 0;
  std::size_t bytes = 0;
  std::size_t values = 0;
  if (const Status s = first_error({forward_layout(architecture, count, scratch, bytes),
                                    inputs_size(architecture, count, values)});
      !s.ok()) {
    return s;
  }
  igb::Arena arena(memory);
  const std::span<igb_forward> object = arena.take<igb_forward>(1);
  const std::span<std::byte> statistics = arena.take<std::byte>(scratch);
  igb::Forward run;
  const Status status = begin(run, std::span<const float>(inputs, values), arena);
  if (status.ok()) *forward = new (object.data()) igb_forward{run, statistics, {}};
  return status;
}

}  // namespace

int32_t igb_positions(const igb_block* block, uint32_t* positions, igb_status* why) {
  if (const Status s = require({{"block", block}, {"positions", positions}}); !s.ok()) {
    return report_to(why, s);
  }
  const Status status = igb::validate(block_of(*block));
  if (status.ok()) *positions = static_cast<uint32_t>(igb::positions_of(block_of(*block)));
  return report_to(why, status);
}

int32_t igb_normals(const igb_draw* draw, uint32_t stream, uint32_t layer, uint32_t row,
                    uint32_t first_column, uint32_t count, float* out, igb_status* why) {
  const Status status = check_deviates(draw, stream, layer, out);
  if (status.ok()) {
    igb::normals({draw->seed, draw->network}, static_cast<igb::Stream>(stream), layer, row,
                 first_column, {out, count});
  }
  return report_to(why, status);
}

int32_t igb_uniforms(const igb_draw* draw, uint32_t stream, uint32_t layer, uint32_t row,
                     uint32_t first_column, uint32_t count, float* out, igb_status* why) {
  const Status status = check_deviates(draw, stream, layer, out);
  if (status.ok()) {
    igb::uniforms({draw->seed, draw->network}, static_cast<igb::Stream>(stream), layer, row,
                  first_column, {out, count});
  }
  return report_to(why, status);
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
  const Status status = require({{"architecture", architecture}, {"bytes", bytes}});
  if (!status.ok()) return report_to(why, status);
  std::size_t scratch = 0;
  return report_to(why, forward_layout(architecture_of(*architecture), inputs, scratch, *bytes));
}

int32_t igb_forward_bytes_trained(const igb_training* training, uint32_t inputs, size_t* bytes,
                                  igb_status* why) {
  const Status status = require({{"training", training}, {"bytes", bytes}});
  if (!status.ok()) return report_to(why, status);
  std::size_t scratch = 0;
  const igb::Parameters& parameters = training->training.parameters();
  return report_to(why, forward_layout(parameters.architecture(), inputs, scratch, *bytes));
}

int32_t igb_forward_begin(const igb_architecture* architecture, const igb_draw* draw,
                          const float* inputs, uint32_t count, void* memory, size_t bytes,
                          igb_forward** forward, igb_status* why) {
  const Status pointers = require({{"architecture", architecture},
                                   {"draw", draw},
                                   {"inputs", inputs},
                                   {"memory", memory},
                                   {"forward", forward}});
  if (!pointers.ok()) return report_to(why, pointers);
  const igb::Architecture same = architecture_of(*architecture);
  return report_to(
      why, begin_forward(same, inputs, count, {static_cast<std::byte*>(memory), bytes}, forward,
                         [&](igb::Forward& run, auto values, auto& arena) {
                           return run.begin(same, {draw->seed, draw->network}, values, arena);
                         }));
}

int32_t igb_forward_begin_trained(const igb_training* training, const float* inputs, uint32_t count,
                                  void* memory, size_t bytes, igb_forward** forward,
                                  igb_status* why) {
  const Status pointers = require(
      {{"training", training}, {"inputs", inputs}, {"memory", memory}, {"forward", forward}});
  if (!pointers.ok()) return report_to(why, pointers);
  const igb::Parameters& parameters = training->training.parameters();
  return report_to(why, begin_forward(parameters.architecture(), inputs, count,
                                      {static_cast<std::byte*>(memory), bytes}, forward,
                                      [&](igb::Forward& run, auto values, auto& arena) {
                                        return run.begin(parameters, values, arena);
                                      }));
}

int32_t igb_forward_step(igb_forward* forward, igb_layer_report* report, igb_status* why) {
  if (const Status s = require({{"forward", forward}}); !s.ok()) return report_to(why, s);
  if (report != nullptr) {  // before the step, so that a refusal leaves the run where it was
    const auto inputs = static_cast<double>(forward->run.preactivations().inputs);
    const Status status = igb::check_range("inputs", inputs, 2, igb::inputs_max);
    if (!status.ok()) return report_to(why, status);
  }
  if (const Status status = forward->run.step(); !status.ok()) {
    if (status.code != StatusCode::finished) forward->failure = status;
    return report_to(why, status);
  }
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
  const double last = forward->run.depth() + 1.0;
  const Status status =
      first_error({forward->failure, igb::check_range("layer", forward->run.layer(), last, last)});
  if (!status.ok()) return report_to(why, status);
  return report_to(why, igb::guess_classes(output, {classes, output.inputs}));
}

int32_t igb_forward_effective_rank(const igb_forward* forward, igb_effective_rank* rank,
                                   igb_status* why) {
  if (const Status s = require({{"forward", forward}, {"rank", rank}}); !s.ok()) {
    return report_to(why, s);
  }
  const igb::Forward& run = forward->run;
  if (const Status s = first_error(
          {forward->failure, igb::check_range("layer", run.layer(), 1, run.depth() + 1.0)});
      !s.ok()) {
    return report_to(why, s);
  }
  igb::Arena scratch(forward->scratch);
  igb::EffectiveRank found{};
  const Status status = igb::effective_rank(run.preactivations(), scratch, found);
  if (status.ok()) *rank = {found.uncentred, found.centred};
  return report_to(why, status);
}

const float* igb_forward_preactivations(const igb_forward* forward, igb_layer_shape* shape) {
  if (forward == nullptr || shape == nullptr) return nullptr;
  return view_of(forward->run.preactivations(), *shape);
}
