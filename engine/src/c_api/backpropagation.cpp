#include "igb/backpropagation.hpp"

#include "c_api/convert.hpp"
#include "igb/statistics.hpp"

using namespace igb::c_api;
using igb::Status;
using igb::StatusCode;

struct igb_backpropagation {
  igb::Backpropagation run;
  Status failure;  ///< of the step that ended the run, if one has
};

static_assert(IGB_NO_LABEL == igb::no_label);

namespace {

Status needed_bytes(const igb_architecture& architecture, std::uint32_t inputs, size_t& bytes) {
  std::size_t taken = 0;
  const Status status = igb::Backpropagation::bytes(architecture_of(architecture), inputs, taken);
  return status.ok() ? bytes_with<igb_backpropagation>(taken, bytes) : status;
}

/// Whether there are losses and gradients.
Status check_descending(const igb_backpropagation& backpropagation) {
  const igb::Backpropagation& run = backpropagation.run;
  if (!backpropagation.failure.ok()) return backpropagation.failure;
  if (run.descending()) return {};
  const double output = run.depth() + 1.0;
  return {StatusCode::out_of_range, "layer", static_cast<double>(run.layer()), output, output};
}

/// Copies one number an input.
int32_t copy_numbers(const igb_backpropagation* run, double* out, const char* name,
                     std::span<const double> (igb::Backpropagation::*numbers)() const,
                     igb_status* why) {
  if (const Status s = require({{"run", run}, {name, out}}); !s.ok()) return report_to(why, s);
  const Status status = check_descending(*run);
  if (status.ok()) {
    const std::span<const double> known = (run->run.*numbers)();
    std::copy(known.begin(), known.end(), out);
  }
  return report_to(why, status);
}

const float* layer_at(const igb_backpropagation* run, igb_layer_shape* shape,
                      igb::LayerView (igb::Backpropagation::*layer)() const) {
  if (run == nullptr || shape == nullptr || !check_descending(*run).ok()) return nullptr;
  return view_of((run->run.*layer)(), *shape);
}

}  // namespace

int32_t igb_backpropagation_bytes(const igb_architecture* architecture, uint32_t inputs,
                                  size_t* bytes, igb_status* why) {
  const Status status = require({{"architecture", architecture}, {"bytes", bytes}});
  return report_to(why, status.ok() ? needed_bytes(*architecture, inputs, *bytes) : status);
}

int32_t igb_backpropagation_begin(const igb_architecture* architecture, const igb_draw* draw,
                                  const float* inputs, const uint16_t* labels, uint32_t count,
                                  void* memory, size_t bytes, igb_backpropagation** run,
                                  igb_status* why) {
  if (const Status s = require({{"architecture", architecture},
                                {"draw", draw},
                                {"inputs", inputs},
                                {"labels", labels},
                                {"run", run}});
      !s.ok()) {
    return report_to(why, s);
  }
  std::size_t needed = 0;
  std::size_t values = 0;
  if (const Status s = needed_bytes(*architecture, count, needed); !s.ok()) {
    return report_to(why, s);
  }
  igb::Arena arena;
  igb_backpropagation* object = nullptr;
  const Status made =
      first_error({check_memory(memory, bytes, needed), inputs_size(*architecture, count, values),
                   make_with_arena(memory, bytes, arena, object)});
  if (!made.ok() || object == nullptr) return report_to(why, made);
  const Status status =
      object->run.begin(architecture_of(*architecture), {draw->seed, draw->network},
                        {inputs, values}, {labels, count}, arena);
  if (status.ok()) *run = object;
  return report_to(why, status);
}

int32_t igb_backpropagation_step(igb_backpropagation* run, igb_backpropagation_state* state,
                                 igb_status* why) {
  if (const Status s = require({{"run", run}}); !s.ok()) return report_to(why, s);
  const Status status = run->run.step();
  if (status.ok()) {
    if (state != nullptr) *state = {run->run.layer(), run->run.descending(), run->run.done()};
  } else if (status.code != StatusCode::finished) {
    run->failure = status;
  }
  return report_to(why, status);
}

int32_t igb_backpropagation_losses(const igb_backpropagation* run, double* losses,
                                   igb_status* why) {
  return copy_numbers(run, losses, "losses", &igb::Backpropagation::losses, why);
}

int32_t igb_backpropagation_classes(const igb_backpropagation* run, uint16_t* classes,
                                    igb_status* why) {
  if (const Status s = require({{"run", run}, {"classes", classes}}); !s.ok()) {
    return report_to(why, s);
  }
  if (const Status s = check_descending(*run); !s.ok()) return report_to(why, s);
  const igb::LayerView output = run->run.output();
  return report_to(why, igb::guess_classes(output, {classes, output.inputs}));
}

int32_t igb_backpropagation_log_squares(const igb_backpropagation* run, double* log_squares,
                                        igb_status* why) {
  return copy_numbers(run, log_squares, "log_squares", &igb::Backpropagation::log_squares, why);
}

int32_t igb_backpropagation_log_weight_squares(const igb_backpropagation* run,
                                               double* log_weight_squares, igb_status* why) {
  return copy_numbers(run, log_weight_squares, "log_weight_squares",
                      &igb::Backpropagation::log_weight_squares, why);
}

int32_t igb_backpropagation_log_scales(const igb_backpropagation* run, double* log_scales,
                                       igb_status* why) {
  return copy_numbers(run, log_scales, "log_scales", &igb::Backpropagation::log_scales, why);
}

const float* igb_backpropagation_gradients(const igb_backpropagation* run, igb_layer_shape* shape) {
  return layer_at(run, shape, &igb::Backpropagation::gradients);
}

const float* igb_backpropagation_output(const igb_backpropagation* run, igb_layer_shape* shape) {
  return layer_at(run, shape, &igb::Backpropagation::output);
}
