#include "run_options.hpp"

#include <algorithm>
#include <string>
#include <thread>

#include "failure.hpp"
#include "memory.hpp"

namespace igb::cli {
namespace {

constexpr std::uint32_t threads_max = 1024;

Target parse_target(const std::string& name) {
  if (name == "best") return Target::best;
  std::string available = "best";
  for (const Target target : {Target::emulated, Target::baseline, Target::avx2, Target::avx512}) {
    if (!target_available(target)) continue;
    if (name == target_name(target)) return target;
    available += ", " + std::string(target_name(target));
  }
  throw Failure("target = '" + name + "' is not available on this machine; allowed: " + available);
}

}  // namespace

Flag TargetOption::add_to(CLI::App& app) {
  return add_parsed(
             app, "--target", [this](const std::string& name) { target_ = parse_target(name); },
             "NAME", "instruction set of the kernels: best, emulated, baseline, avx2, avx512")
      .defaults_to("best");
}

void RunOptions::add_to(CLI::App& app, const Flag* networks) {
  const Flag threads =
      add_count(app, "--threads", threads_, 1, threads_max,
                "threads, all of the machine if not given; the results do not depend on it");
  const Flag target = target_.add_to(app);
  if (networks == nullptr) return;
  for (const Flag& flag : {threads, target}) (void)flag.needs(*networks);
}

std::uint32_t RunOptions::threads(double thread_bytes, double shared_bytes) const {
  if (threads_ > 0) return threads_;
  const double machine = std::max(1U, std::thread::hardware_concurrency());
  const double fitting = (machine_memory() - shared_bytes) / std::max(thread_bytes, 1.0);
  return static_cast<std::uint32_t>(std::clamp(fitting, 1.0, machine));
}

}  // namespace igb::cli
