#include "igb/gradients.hpp"

#include <array>

#include "c_api/convert.hpp"

using namespace igb::c_api;
using igb::Status;

namespace {

constexpr std::array<const char*, 3> labels_names = {"favoured", "unfavoured", "all"};

struct Buffers {
  std::span<igb::Signal> signals;  ///< of the hidden layers and the output
  std::span<igb::LayerGradient> gradients;
};

Buffers take_buffers(std::uint32_t depth, igb::Arena& arena) {
  return {arena.take<igb::Signal>(std::size_t{depth} + 1), arena.take<igb::LayerGradient>(depth)};
}

Status check_depth(std::uint32_t depth) {
  return igb::check_range("depth", depth, 1, igb::depth_max);
}

/// Forwards and backwards.
Status propagate(const igb_initialisation& init, double q0, double c0, std::uint32_t depth,
                 void* memory, size_t bytes, Buffers& buffers) {
  if (const Status s = require({{"memory", memory}}); !s.ok()) return s;
  igb::Arena arena({static_cast<std::byte*>(memory), bytes});
  buffers = take_buffers(depth, arena);
  if (const Status s = arena.status(); !s.ok()) return s;
  const igb::Initialisation same = initialisation(init);
  if (const Status s = igb::trajectory(same, {q0, 1.0 - c0}, buffers.signals); !s.ok()) return s;
  return igb::backward(same, buffers.signals.first(depth), buffers.gradients);
}

}  // namespace

int32_t igb_gradients_bytes(uint32_t depth, size_t* bytes, igb_status* why) {
  const Status checked = first_error({require({{"bytes", bytes}}), check_depth(depth)});
  if (!checked.ok()) return report_to(why, checked);
  igb::Arena measure;
  (void)take_buffers(depth, measure);
  *bytes = measure.used();
  return report_to(why, measure.status());
}

int32_t igb_backward(const igb_initialisation* init, double q0, double c0, uint32_t depth,
                     void* memory, size_t bytes, igb_layer_gradient* gradients, igb_status* why) {
  const Status checked =
      first_error({require({{"init", init}, {"gradients", gradients}}), check_depth(depth)});
  if (!checked.ok()) return report_to(why, checked);
  Buffers buffers;
  const Status status = propagate(*init, q0, c0, depth, memory, bytes, buffers);
  if (status.ok()) {
    std::transform(buffers.gradients.begin(), buffers.gradients.end(), gradients,
                   [](const igb::LayerGradient& layer) -> igb_layer_gradient {
                     return {layer.log_q, layer.log_q_ab, layer.sign_ab};
                   });
  }
  return report_to(why, status);
}

const char* igb_labels_name(int32_t labels) { return name_of(labels_names, labels); }

int32_t igb_gradient_report(const igb_initialisation* init, double q0, double c0, uint32_t depth,
                            uint32_t width, int32_t labels, const double* probabilities,
                            uint32_t count, void* memory, size_t bytes, double* report,
                            igb_status* why) {
  const Status checked = first_error(
      {require({{"init", init}, {"report", report}}),
       count > 0 ? require({{"probabilities", probabilities}}) : Status{}, check_depth(depth),
       igb::check_range("labels", labels, 0, labels_names.size() - 1.0)});
  if (!checked.ok()) return report_to(why, checked);
  std::size_t size = 0;
  if (const Status s =
          checked_size<double>(depth, std::uint64_t{count} + igb::gradient_columns, size);
      !s.ok()) {
    return report_to(why, s);
  }
  Buffers buffers;
  const Status status = propagate(*init, q0, c0, depth, memory, bytes, buffers);
  if (!status.ok()) return report_to(why, status);
  return report_to(why, igb::gradient_report(buffers.gradients, {buffers.signals.back()}, width,
                                             static_cast<igb::Labels>(labels),
                                             {probabilities, count}, {report, size}));
}
