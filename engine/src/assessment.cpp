#include "igb/assessment.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "igb/architecture.hpp"

namespace igb {

Status Assessment::bytes(std::size_t classes, std::size_t& bytes) {
  Arena measure;
  const Status status = Assessment().begin(classes, measure);
  bytes = measure.used();
  return status;
}

Status Assessment::begin(std::size_t classes, Arena& arena) {
  *this = Assessment();
  if (const Status s = check_range("classes", static_cast<double>(classes), 2, classes_max);
      !s.ok()) {
    return s;
  }
  for (std::span<std::uint32_t>* counts : {&guesses_, &labels_, &right_}) {
    *counts = arena.take<std::uint32_t>(classes);
    std::fill(counts->begin(), counts->end(), 0U);
  }
  return arena.status();
}

Status Assessment::add(const LayerView& output, std::span<const std::uint16_t> labels) {
  const auto classes = static_cast<double>(guesses_.size());
  const auto inputs = static_cast<double>(output.inputs);
  if (const Status s = check_range("units", static_cast<double>(output.units), classes, classes);
      !s.ok()) {
    return s;
  }
  if (const Status s =
          check_range("labels", static_cast<double>(labels.size()), inputs, inputs_max);
      !s.ok()) {
    return s;
  }
  labels = labels.first(output.inputs);
  for (const std::uint16_t label : labels) {
    if (const Status s = check_range("label", label, 0, classes - 1.0); !s.ok()) return s;
  }
  for (std::size_t a = 0; a < output.inputs; ++a) {
    const std::span<const float> row = output.row(a);
    const auto guess =
        static_cast<std::size_t>(std::max_element(row.begin(), row.end()) - row.begin());
    const std::uint16_t label = labels[a];
    double sum = 0.0;  // of softmax, the largest term being 1
    for (const float value : row) sum += std::exp(static_cast<double>(value) - row[guess]);
    loss_ += std::log(sum) + (static_cast<double>(row[guess]) - row[label]);
    ++guesses_[guess];
    ++labels_[label];
    right_[label] += guess == label ? 1 : 0;
  }
  inputs_ += output.inputs;
  return {};
}

double Assessment::accuracy() const {
  const std::uint64_t all = std::accumulate(right_.begin(), right_.end(), std::uint64_t{0});
  return static_cast<double>(all) / static_cast<double>(inputs_);
}

}  // namespace igb
