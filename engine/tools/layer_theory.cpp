#include "layer_theory.hpp"

#include "failure.hpp"
#include "memory.hpp"

namespace igb::cli {
namespace {

Status sample(const Initialisation& init, Signal input, const Population& population,
              std::vector<PopulationLayer>& layers) {
  std::size_t bytes = 0;
  check(population_bytes(population, layers.size(), bytes));
  Memory memory(bytes);
  Arena arena = memory.arena();
  return population_trajectory(init, input, population, arena, layers);
}

}  // namespace

bool is_population(const Initialisation& init) {
  return init.block.kind == BlockKind::residual_after;
}

LayerTheory layer_theory(const Architecture& architecture, const Dataset& data, InputMoments input,
                         const Population& population) {
  const Initialisation& init = architecture.init;
  const std::size_t layers = std::size_t{architecture.depth} + 1;
  LayerTheory theory;
  if (is_population(init)) {
    theory.population.resize(layers);
    const Status status = sample(init, {input.q, 1.0 - input.c}, population, theory.population);
    if (!status.ok()) return {.signals = {}, .population = {}, .note = message(status)};
    for (const PopulationLayer& layer : theory.population) theory.signals.push_back(layer.signal);
    return theory;
  }
  const BlockKind kind = init.block.kind;
  const bool independent =
      kind == BlockKind::batch_norm_before || kind == BlockKind::batch_norm_after;
  const double c0 = independent ? without_chance(input.c, data, theory.note) : input.c;
  theory.signals.resize(layers);
  const Status status = trajectory(init, {input.q, 1.0 - c0}, theory.signals);
  if (!status.ok()) return {.signals = {}, .population = {}, .note = message(status)};
  return theory;
}

}  // namespace igb::cli
