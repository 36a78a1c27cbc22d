#include "c_api/convert.hpp"
#include "igb/gram_network.hpp"

using namespace igb::c_api;
using igb::Status;
using igb::StatusCode;

struct igb_gram {
  igb::GramNetwork network;
  Status failure;  ///< of the step that ended the run, if one has
};

namespace {

Status needed_bytes(const igb_architecture& architecture, std::uint32_t inputs, size_t& bytes) {
  std::size_t taken = 0;
  const Status status = igb::GramNetwork::bytes(architecture_of(architecture), inputs, taken);
  return status.ok() ? bytes_with<igb_gram>(taken, bytes) : status;
}

}  // namespace

int32_t igb_gram_bytes(const igb_architecture* architecture, uint32_t inputs, size_t* bytes,
                       igb_status* why) {
  const Status status = require({{"architecture", architecture}, {"bytes", bytes}});
  return report_to(why, status.ok() ? needed_bytes(*architecture, inputs, *bytes) : status);
}

int32_t igb_gram_begin(const igb_architecture* architecture, const igb_draw* draw,
                       const float* inputs, uint32_t count, void* memory, size_t bytes,
                       igb_gram** gram, igb_status* why) {
  if (const Status s = require(
          {{"architecture", architecture}, {"draw", draw}, {"inputs", inputs}, {"gram", gram}});
      !s.ok()) {
    return report_to(why, s);
  }
  std::size_t needed = 0;
  std::size_t values = 0;
  if (const Status s = needed_bytes(*architecture, count, needed); !s.ok()) {
    return report_to(why, s);
  }
  igb::Arena arena;
  igb_gram* object = nullptr;
  const Status made =
      first_error({check_memory(memory, bytes, needed), inputs_size(*architecture, count, values),
                   make_with_arena(memory, bytes, arena, object)});
  if (!made.ok() || object == nullptr) return report_to(why, made);
  const Status status = object->network.begin(architecture_of(*architecture),
                                              {draw->seed, draw->network}, {inputs, values}, arena);
  if (status.ok()) *gram = object;
  return report_to(why, status);
}

int32_t igb_gram_step(igb_gram* gram, igb_layer_report* report, igb_status* why) {
  if (const Status s = require({{"gram", gram}}); !s.ok()) return report_to(why, s);
  const Status status = gram->network.step();
  if (!status.ok()) {
    if (status.code != StatusCode::finished) gram->failure = status;
  } else if (report != nullptr) {
    const igb::LayerMoments& moments = gram->network.moments();
    *report = {gram->network.layer(), moments.q,         moments.c,
               moments.gamma(),       moments.sigma_mu2, moments.sigma_y2};
  }
  return report_to(why, status);
}

int32_t igb_gram_classes(const igb_gram* gram, uint16_t* classes, igb_status* why) {
  if (const Status s = require({{"gram", gram}, {"classes", classes}}); !s.ok()) {
    return report_to(why, s);
  }
  const double last = gram->network.depth() + 1.0;
  const Status status =
      first_error({gram->failure, igb::check_range("layer", gram->network.layer(), last, last)});
  if (status.ok()) {
    const auto known = gram->network.guesses();
    std::copy(known.begin(), known.end(), classes);
  }
  return report_to(why, status);
}
