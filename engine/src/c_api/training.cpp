#include "c_api/training.hpp"

#include <limits>

#include "c_api/convert.hpp"
#include "igb/planar_sets.hpp"

using namespace igb::c_api;
using igb::Status;
using igb::StatusCode;

namespace {

igb::LearningRule rule_of(const igb_learning_rule& rule) {
  return {.optimiser = static_cast<igb::Optimiser>(rule.optimiser),
          .learning_rate = rule.learning_rate,
          .momentum = rule.momentum,
          .beta2 = rule.beta2,
          .epsilon = rule.epsilon,
          .weight_decay = rule.weight_decay};
}

Status needed_bytes(const igb_architecture& architecture, const igb_learning_rule& rule,
                    uint32_t batch, size_t& bytes) {
  std::size_t taken = 0;
  const Status status =
      igb::Training::bytes(architecture_of(architecture), rule_of(rule), batch, taken);
  return status.ok() ? bytes_with<igb_training>(taken, bytes) : status;
}

/// The step that ended a training, or ok.
Status check_measured(const igb_training& training) {
  if (!training.failure.ok()) return training.failure;
  if (training.measured) return {};
  return {StatusCode::out_of_range, "steps", 0.0, 1.0, std::numeric_limits<double>::infinity()};
}

}  // namespace

const char* igb_optimiser_name(int32_t optimiser) {
  return name_of(igb::optimiser_names(), optimiser);
}

int32_t igb_training_bytes(const igb_architecture* architecture, const igb_learning_rule* rule,
                           uint32_t batch, size_t* bytes, igb_status* why) {
  const Status status = require({{"architecture", architecture}, {"rule", rule}, {"bytes", bytes}});
  return report_to(why, status.ok() ? needed_bytes(*architecture, *rule, batch, *bytes) : status);
}

int32_t igb_training_begin(const igb_architecture* architecture, const igb_draw* draw,
                           const igb_learning_rule* rule, uint32_t batch, void* memory,
                           size_t bytes, igb_training** training, igb_status* why) {
  if (const Status s = require(
          {{"architecture", architecture}, {"draw", draw}, {"rule", rule}, {"training", training}});
      !s.ok()) {
    return report_to(why, s);
  }
  std::size_t needed = 0;
  if (const Status s = needed_bytes(*architecture, *rule, batch, needed); !s.ok()) {
    return report_to(why, s);
  }
  igb::Arena arena;
  igb_training* object = nullptr;
  const Status made = first_error(
      {check_memory(memory, bytes, needed), make_with_arena(memory, bytes, arena, object)});
  if (!made.ok() || object == nullptr) return report_to(why, made);
  const Status status = object->training.begin(
      architecture_of(*architecture), {draw->seed, draw->network}, rule_of(*rule), batch, arena);
  if (status.ok()) *training = object;
  return report_to(why, status);
}

int32_t igb_training_step(igb_training* training, const float* inputs, const uint16_t* labels,
                          uint32_t count, igb_training_state* state, igb_status* why) {
  std::size_t values = 0;
  const Status pointers = require({{"training", training}, {"inputs", inputs}, {"labels", labels}});
  if (!pointers.ok()) return report_to(why, pointers);
  const igb::Architecture& architecture = training->training.parameters().architecture();
  if (const Status s = inputs_size(architecture, count, values); !s.ok()) return report_to(why, s);
  const Status status = training->training.train_step({inputs, values}, {labels, count});
  if (status.ok()) {
    training->measured = true;
    if (state != nullptr) {
      *state = {training->training.steps(), training->training.loss(),
                training->training.accuracy()};
    }
  } else if (training->training.failed() && training->failure.ok()) {
    training->failure = status;
  }
  return report_to(why, status);
}

uint64_t igb_training_steps(const igb_training* training) {
  return training != nullptr ? training->training.steps() : 0;
}

int32_t igb_training_gradient_squares(const igb_training* training, double* squares,
                                      igb_status* why) {
  if (const Status s = require({{"training", training}, {"squares", squares}}); !s.ok()) {
    return report_to(why, s);
  }
  const Status status = check_measured(*training);
  if (status.ok()) {
    const std::span<const double> known = training->training.gradient_squares();
    std::copy(known.begin(), known.end(), squares);
  }
  return report_to(why, status);
}

int32_t igb_training_snapshot_bytes(const igb_training* training, size_t* bytes, igb_status* why) {
  const Status status = require({{"training", training}, {"bytes", bytes}});
  if (status.ok()) *bytes = training->training.snapshot_bytes();
  return report_to(why, status);
}

int32_t igb_training_save(const igb_training* training, void* snapshot, size_t bytes,
                          igb_status* why) {
  const Status status = require({{"training", training}, {"snapshot", snapshot}});
  if (!status.ok()) return report_to(why, status);
  return report_to(why, training->training.save({static_cast<std::byte*>(snapshot), bytes}));
}

int32_t igb_training_restore(igb_training* training, const void* snapshot, size_t bytes,
                             igb_status* why) {
  if (const Status s = require({{"training", training}, {"snapshot", snapshot}}); !s.ok()) {
    return report_to(why, s);
  }
  const Status status =
      training->training.restore({static_cast<const std::byte*>(snapshot), bytes});
  if (status.ok()) training->failure = {};
  return report_to(why, status);
}

int32_t igb_shuffled(uint64_t seed, uint32_t epoch, uint32_t count, uint32_t first, uint32_t length,
                     uint32_t* order, igb_status* why) {
  constexpr double most = 1U << 31;
  const Status status =
      first_error({require({{"order", order}}), igb::check_range("count", count, 1, most),
                   igb::check_range("first", first, 0, count),
                   igb::check_range("length", length, 0, count - first)});
  if (!status.ok()) return report_to(why, status);
  for (uint32_t i = 0; i < length; ++i) order[i] = igb::shuffled(seed, epoch, first + i, count);
  return report_to(why, {});
}

const char* igb_planar_name(int32_t kind) { return name_of(igb::planar_names(), kind); }

int32_t igb_planar_points(const igb_planar_set* set, const igb_draw* draw, float* inputs,
                          uint16_t* labels, uint32_t count, igb_status* why) {
  const Status status =
      require({{"set", set}, {"draw", draw}, {"inputs", inputs}, {"labels", labels}});
  if (!status.ok()) return report_to(why, status);
  std::size_t size = 0;
  if (const Status s = checked_size<float>(count, 2, size); !s.ok()) return report_to(why, s);
  const igb::PlanarSet known{static_cast<igb::PlanarKind>(set->kind), set->noise, set->classes};
  return report_to(
      why, igb::planar_set(known, {draw->seed, draw->network}, {inputs, size}, {labels, count}));
}
