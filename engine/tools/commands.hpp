#pragma once

#include "options.hpp"

namespace igb::cli {

/// Each adds its subcommand, which runs when the command line has been parsed.
void add_theory(CLI::App& program);
void add_gradients(CLI::App& program);
void add_lines(CLI::App& program);
void add_map(CLI::App& program);
void add_race(CLI::App& program);
void add_recommend(CLI::App& program);
void add_simulate(CLI::App& program);
void add_train(CLI::App& program);

}  // namespace igb::cli
