#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <limits>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "commands.hpp"
#include "failure.hpp"
#include "igb/mean_field.hpp"
#include "interrupt.hpp"
#include "layer_options.hpp"
#include "milestones.hpp"
#include "options.hpp"
#include "ordered_jobs.hpp"
#include "output.hpp"
#include "plot.hpp"
#include "progress.hpp"
#include "race_plot.hpp"
#include "run_options.hpp"
#include "training_options.hpp"
#include "training_run.hpp"

namespace igb::cli {
namespace {

constexpr std::uint32_t seeds_max = 1000;
constexpr std::size_t runs_max = 100000;

struct RaceOptions {
  CommonOptions common;
  LayerOptions layer;
  Initialisation init;
  std::string sigma_w2;
  TrainingOptions training;
  RunOptions run;
  std::uint32_t seeds = 3;
  bool sweep = false;
  std::string curves;
  std::string plot;
};

/// One run: what was measured, and why it ended early.
struct Learnt {
  std::vector<Measurement> measurements;
  std::string failure;
};

/// All runs of one initialisation.
struct Lane {
  Initialisation init;
  std::vector<Learnt> runs;
  std::vector<Milestones> milestones;
};

class Race {
 public:
  Race(const RaceOptions& options, const LabelledData& data) : options_(options) {
    for (const double sigma_w2 :
         parse_list("sigma_w2", options.sigma_w2, sigma_w2_min, sigma_w2_max)) {
      Lane& lane = lanes_.emplace_back(Lane{options.init, {}, {}});
      lane.init.sigma_w2 = sigma_w2;
      check(validate(lane.init));
      for (std::uint32_t network = 0; network < options.seeds; ++network) {
        requests_.push_back(options.training.request(lane.init, {options.common.seed, network},
                                                     data, options.run.target()));
        requests_.back().all_layers = false;
      }
    }
    check(check_range("sigma_w2 times seeds", static_cast<double>(requests_.size()), 1,
                      static_cast<double>(runs_max)));
    chance_ = label_max_frequency(requests_.front());
  }

  void run() {
    const InterruptWatch watch;
    OrderedJobs jobs(static_cast<std::uint32_t>(requests_.size()),
                     options_.run.threads(TrainingRun::bytes(requests_.front())));
    std::vector<Learnt> learnt(jobs.workers());
    Progress progress("race", requests_.size() * std::max(options_.training.steps(), 1U), "steps");
    jobs.run([&](std::uint32_t job,
                 std::size_t worker) { learnt[worker] = learn(requests_[job], jobs, progress); },
             [&](std::uint32_t job, std::size_t worker) { take(job, std::move(learnt[worker])); });
  }

  [[nodiscard]] const std::vector<Lane>& lanes() const { return lanes_; }
  [[nodiscard]] double chance() const { return chance_; }

 private:
  Learnt learn(const TrainingRequest& request, const OrderedJobs& jobs, Progress& progress) const {
    Learnt learnt;
    TrainingRun run(request);
    try {
      run.start();
      while (!run.done() && !jobs.stopped() && !reached(run)) {
        run.step();
        progress.advance();
        if (InterruptWatch::interrupted()) {
          throw Interrupted("interrupted, nothing is kept of a race");
        }
      }
    } catch (const Failure& failure) {
      learnt.failure = failure.what();
    }
    for (std::uint64_t rest = run.steps(); rest < request.steps; ++rest) progress.advance();
    learnt.measurements = run.measurements();
    return learnt;
  }

  /// In a sweep nothing that comes after counts.
  [[nodiscard]] bool reached(const TrainingRun& run) const {
    return options_.sweep && run.measurements().back().accuracy >= options_.training.accuracy();
  }

  void take(std::uint32_t job, Learnt learnt) {
    Lane& lane = lanes_[job / options_.seeds];
    if (!learnt.failure.empty()) {
      std::fprintf(stderr, "igb: sigma_w2 = %s, network %u stopped: %s\n",
                   cell_text(lane.init.sigma_w2).c_str(), job % options_.seeds,
                   learnt.failure.c_str());
    }
    lane.milestones.push_back(
        milestones(learnt.measurements, chance_, options_.training.accuracy()));
    lane.runs.push_back(std::move(learnt));
  }

  const RaceOptions& options_;
  std::vector<Lane> lanes_;
  std::vector<TrainingRequest> requests_;
  double chance_ = 0.0;
};

Record parameters(const RaceOptions& options, const LabelledData& data) {
  Record record;
  options.layer.append_to(record);
  record.insert(record.end(),
                {{"sigma_w2", options.sigma_w2}, {"sigma_b2", options.init.sigma_b2}});
  options.training.append_to(record, data);
  if (options.sweep) record.emplace_back("sweep", "yes");
  record.insert(record.end(), {{"target", target_name(options.run.target())},
                               {"seeds", std::uint64_t{options.seeds}},
                               {"seed", options.common.seed}});
  return record;
}

/// Of values among which there may be infinities; NaN of none.
double median(std::vector<double> values) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : 0.5 * (values[half - 1] + values[half]);
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// The first or last measurement of the test set in every run that has one.
template <class Quantity>
std::vector<double> at_end(const Lane& lane, bool last, const Quantity& quantity) {
  std::vector<double> values;
  for (const Learnt& run : lane.runs) {
    if (run.measurements.size() < 2) continue;
    values.push_back(quantity(last ? run.measurements.back() : run.measurements[1]));
  }
  return values;
}

template <class Quantity>
std::vector<double> of_milestones(const Lane& lane, const Quantity& quantity) {
  std::vector<double> values;
  for (const Milestones& m : lane.milestones) values.push_back(quantity(m));
  return values;
}

/// Theory of infinite depth: its names, and none where there is none.
std::vector<Cell> theory(const Initialisation& init) {
  FixedPoint point{};
  if (!fixed_point(init, point).ok()) return std::vector<Cell>(3, Cell(None{}));
  return {phase_name(point.phase), point.gamma_star, point.xi_grad};
}

std::uint64_t stopped(const Lane& lane) {
  return static_cast<std::uint64_t>(
      std::ranges::count_if(lane.runs, [](const Learnt& run) { return !run.failure.empty(); }));
}

Table summary(const std::vector<Lane>& lanes) {
  Table table{.name = "race",
              .columns = {"sigma_w2", "phase", "gamma_star", "xi_grad", "initial_max_frequency",
                          "initial_gamma", "step_absorbed", "step_above_chance", "step_accurate",
                          "step_accurate_low", "step_accurate_high", "final_max_frequency",
                          "final_accuracy", "final_loss", "stopped"},
              .rows = {}};
  const auto max_frequency = [](const Measurement& m) { return m.max_frequency(); };
  for (const Lane& lane : lanes) {
    std::vector<Cell>& row = table.rows.emplace_back(std::vector<Cell>{lane.init.sigma_w2});
    for (Cell& cell : theory(lane.init)) row.push_back(std::move(cell));
    const std::vector<double> accurate =
        of_milestones(lane, [](const Milestones& m) { return m.accurate; });
    for (const double value :
         {mean(at_end(lane, false, max_frequency)),
          median(at_end(lane, false, [](const Measurement& m) { return m.gammas.back(); })),
          median(of_milestones(lane, [](const Milestones& m) { return m.absorbed; })),
          median(of_milestones(lane, [](const Milestones& m) { return m.above_chance; })),
          median(accurate), *std::ranges::min_element(accurate),
          *std::ranges::max_element(accurate), mean(at_end(lane, true, max_frequency)),
          mean(at_end(lane, true, [](const Measurement& m) { return m.accuracy; })),
          mean(at_end(lane, true, [](const Measurement& m) { return m.loss; }))}) {
      row.push_back(cell_or_none(value));
    }
    row.emplace_back(stopped(lane));
  }
  return table;
}

Table curves(const std::vector<Lane>& lanes, std::uint32_t classes) {
  Table table{.name = "curves", .columns = {"sigma_w2", "network"}, .rows = {}};
  const std::vector<std::string> columns = measurement_columns(classes);
  table.columns.insert(table.columns.end(), columns.begin(), columns.end());
  for (const Lane& lane : lanes) {
    for (std::size_t network = 0; network < lane.runs.size(); ++network) {
      for (const Measurement& m : lane.runs[network].measurements) {
        std::vector<Cell>& row = table.rows.emplace_back();
        row.emplace_back(lane.init.sigma_w2);
        row.emplace_back(std::uint64_t{network});
        for (Cell& cell : measurement_row(m)) row.push_back(std::move(cell));
      }
    }
  }
  return table;
}

/// Why runs ended early.
void append_failures(const std::vector<Lane>& lanes, Report& report) {
  Table failures{.name = "failures", .columns = {"sigma_w2", "network", "cause"}, .rows = {}};
  for (const Lane& lane : lanes) {
    for (std::size_t network = 0; network < lane.runs.size(); ++network) {
      const std::string& cause = lane.runs[network].failure;
      if (cause.empty()) continue;
      failures.rows.push_back({lane.init.sigma_w2, std::uint64_t{network}, cause});
    }
  }
  if (!failures.rows.empty()) report.notes.push_back(std::move(failures));
}

void run(RaceOptions& options) {
  const Output output(options.common.output);
  const Output curves_output(options.curves, "curves");
  const Plot plot(options.plot);
  options.layer.resolve(options.init);
  options.training.validate();
  const LabelledData data = options.training.load(options.init.block, options.common.seed);
  Race race(options, data);
  race.run();

  Report report{.command = "race",
                .parameters = parameters(options, data),
                .results = {{"label_max_frequency", race.chance()}},
                .table = summary(race.lanes())};
  append_failures(race.lanes(), report);
  const Table details = curves(race.lanes(), data.classes);
  if (plot.wanted()) {
    plot.draw(options.sweep ? sweep_picture(report) : race_picture(report, details));
  }
  if (!options.curves.empty()) {
    curves_output.write(render(
        {.command = "race", .parameters = report.parameters, .results = {}, .table = details},
        Format::csv));
  }
  if (options.common.format == Format::json) report.details.push_back(details);
  output.write(render(report, options.common.format));
}

const char* const footer =
    "Every initialisation is trained --seeds times: run n is what igb train --network n does, so\n"
    "that networks of the same number are the same draw at another sigma_w2 and see their data in\n"
    "the same order. A row an initialisation: phase, gamma_star and xi_grad of theory at infinite\n"
    "depth (none where there is no fixed point); medians over the runs of the milestones and of\n"
    "initial_gamma, the gamma of the output; means of the rest, all on the test set. A run in "
    "which\n"
    "float32 overflows stops, and is said on standard error, in failures and in stopped, how many\n"
    "there were; the others go on.\n"
    "\n"
    "JSON also has curves, the measurements of all runs, which --curves writes as CSV. The "
    "picture\n"
    "shows accuracy and max_frequency of the test set against steps, thick the medians over runs.\n"
    "\n"
    "--sweep asks for steps to --accuracy alone: a run ends where it reaches it, and the picture\n"
    "shows the steps against sigma_w2 beside gamma_star and xi_grad.\n"
    "\n";

const char* const examples =
    "\n"
    "Examples:\n"
    "  igb race --activation tanh --sigma-w2 1.59,1.99,2.48,4.97 --sigma-b2 0.1 \\\n"
    "    --curves curves.csv --plot race.svg\n"
    "  igb race --activation tanh --sigma-w2 1.2:5:12 --sigma-b2 0.1 --sweep --plot sweep.svg\n"
    "\n";

}  // namespace

void add_race(CLI::App& program) {
  auto options = std::make_shared<RaceOptions>();
  CLI::App& app = add_command(program, "race",
                              "Several initialisations learn side by side: which one is first?",
                              std::string(footer) + measurements_help + "\n" + milestones_help +
                                  "\n" + labelled_data_help + examples,
                              [options] { run(*options); });
  add_common(app, options->common);
  options->layer.add_to(app);
  (void)add_text(app, "--sigma-w2", options->sigma_w2, "LIST",
                 std::string("weights W_ij ~ N(0, sigma_w2 / N_in): ") + list_help)
      .required();
  (void)add_real(app, "--sigma-b2", options->init.sigma_b2, "biases b_i ~ N(0, sigma_b2)")
      .defaults_to("0");
  options->training.add_to(app);
  (void)add_count(app, "--seeds", options->seeds, 1, seeds_max, "networks an initialisation")
      .defaults_to("3");
  (void)add_switch(app, "--sweep", options->sweep, "steps to --accuracy against sigma_w2 alone");
  options->run.add_to(app);
  (void)add_text(app, "--curves", options->curves, "FILE", "CSV of all runs to write besides");
  add_plot(app, options->plot);
}

}  // namespace igb::cli
