// One random network guesses the class of inputs it has never seen; theory says how lopsided.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>

#include "igb/guessing_law.hpp"
#include "igb/mean_field.hpp"
#include "igb/network.hpp"
#include "igb/statistics.hpp"

constexpr std::uint32_t inputs = 200, input_width = 50, depth = 20;
alignas(64) std::array<std::byte, 1 << 20> memory;  // all the scratch there is: no heap
std::array<float, inputs * input_width> data;

int fail(const igb::Status& status) {
  std::array<char, 200> message;
  igb::write_message(status, message);
  std::fprintf(stderr, "%s\n", message.data());
  return 2;
}

int main() {
  const igb::Initialisation init{
      .activation = igb::find_activation("tanh"), .sigma_w2 = 1.99, .sigma_b2 = 0.1};
  const igb::Architecture network{
      .init = init, .input_width = input_width, .width = 300, .depth = depth, .classes = 2};

  igb::Arena arena(memory);
  igb::Forward forward;
  igb::Status status = igb::gaussian_inputs(1, input_width, data);
  if (status.ok()) status = forward.begin(network, {.seed = 1}, data, arena);
  while (status.ok() && !forward.done()) status = forward.step();
  if (!status.ok()) return fail(status);

  std::array<std::uint16_t, inputs> guesses;
  std::array<std::uint32_t, 2> counts;
  status = igb::guess_classes(forward.preactivations(), guesses);
  if (status.ok()) status = igb::count_classes(guesses, counts);

  std::array<igb::Signal, depth + 1> layers;
  if (status.ok()) status = igb::trajectory(init, {.q = 1.0, .d = 1.0}, layers);
  if (!status.ok()) return fail(status);
  const igb::TwoClassLaw law{layers.back().gamma()};
  std::printf("this network: %u of %u inputs in class 0\n", counts[0], inputs);
  std::printf("theory: gamma %.3f, mean share of the larger class %.3f\n", law.gamma,
              law.mean_max_frequency());
}
