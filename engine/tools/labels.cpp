#include "labels.hpp"

#include <algorithm>
#include <numeric>

#include "failure.hpp"
#include "igb/random.hpp"

namespace igb::cli {

void LabelOptions::add_to(CLI::App& app, const Flag& networks) {
  (void)add_text(app, "--labels", labels_, "NAME",
                 "random: the same number of inputs for every class, whatever the input; data: of "
                 "fashion-mnist the label modulo --classes, for two classes its parity; data if "
                 "not given where there are any, otherwise random")
      .needs(networks);
}

const std::string& LabelOptions::name(const DataOptions& data) const {
  static const std::string random = "random";
  static const std::string of_data = "data";
  if (!labels_.empty()) return labels_;
  return data.is_fashion_mnist() ? of_data : random;
}

std::vector<std::uint16_t> LabelOptions::load(const DataOptions& data, std::uint32_t inputs,
                                              std::uint32_t classes, std::uint64_t seed) const {
  const std::string& kind = name(data);
  if (kind == "random") return random_labels(seed, inputs, classes);
  if (kind != "data") throw Failure("labels = '" + kind + "' is unknown; allowed: random, data");
  if (!data.is_fashion_mnist()) {
    throw Failure("labels = 'data': data = '" + data.name() +
                  "' has none, they belong to fashion-mnist; allowed: random");
  }
  std::vector<std::uint16_t> labels;
  for (const unsigned char label : read_fashion_mnist_labels(data.folder(), inputs)) {
    labels.push_back(static_cast<std::uint16_t>(label % classes));
  }
  return labels;
}

std::vector<std::uint32_t> random_order(std::uint64_t seed, std::uint32_t purpose,
                                        std::uint32_t inputs) {
  std::vector<float> keys(inputs);
  uniforms({seed, 0}, Stream::labels, purpose, 0, 0, keys);
  std::vector<std::uint32_t> order(inputs);
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, {}, [&](std::uint32_t input) { return keys[input]; });
  return order;
}

std::vector<std::uint16_t> random_labels(std::uint64_t seed, std::uint32_t inputs,
                                         std::uint32_t classes) {
  const std::vector<std::uint32_t> order = random_order(seed, 0, inputs);
  std::vector<std::uint16_t> labels(inputs);
  for (std::uint32_t rank = 0; rank < inputs; ++rank) {
    labels[order[rank]] = static_cast<std::uint16_t>(rank % classes);
  }
  return labels;
}

}  // namespace igb::cli
