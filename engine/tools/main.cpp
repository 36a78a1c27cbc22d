#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>
#include <new>

#include "commands.hpp"
#include "failure.hpp"
#include "igb/igb.h"
#include "interrupt.hpp"

namespace {

constexpr int failed = 2;
constexpr int interrupted = 130;

int run(int argc, char** argv) {
  CLI::App program(
      "Random deep networks and their mean-field theory: watch the initial guessing bias emerge");
  program.name("igb");
  program.set_version_flag("--version", igb_version());
  program.require_subcommand(0, 1);
  igb::cli::add_theory(program);
  igb::cli::add_gradients(program);
  igb::cli::add_lines(program);
  igb::cli::add_map(program);
  igb::cli::add_race(program);
  igb::cli::add_recommend(program);
  igb::cli::add_simulate(program);
  igb::cli::add_train(program);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? 0 : failed;
  }
  if (program.get_subcommands().empty()) {
    throw igb::cli::Failure(
        "a subcommand is needed; allowed: theory, gradients, lines, map, race, recommend, "
        "simulate, "
        "train");
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  // Messages quote names and files, which may hold anything.
  const auto complain = [](const char* text) {
    std::cerr << "igb: " << igb::cli::printable(text) << '\n';
    return failed;
  };
  try {
    return run(argc, argv);
  } catch (const igb::cli::Interrupted& interrupt) {
    (void)complain(interrupt.what());
    return interrupted;
  } catch (const std::bad_alloc&) {
    return complain("not enough memory; fewer inputs, threads or a smaller width need less");
  } catch (const std::exception& error) {
    return complain(error.what());
  }
}
