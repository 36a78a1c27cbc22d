// igb train: what it measures, that nothing but its parameters counts, and how it stops and goes
// on.
#include <signal.h>
#include <sys/wait.h>

#include <chrono>
#include <cstdlib>
#include <iterator>
#include <set>
#include <sstream>
#include <thread>

#include "program.hpp"

namespace {

const std::string moons =
    "train --activation tanh --sigma-w2 1.5 --sigma-b2 0.1 --width 24 --depth 4 --data moons "
    "--train-inputs 300 --test-inputs 200 --measured-inputs 150 --batch 16 --learning-rate 0.05 ";

/// The command with those flags, each with one value, instead of its own of the same names.
std::string with(const std::string& command, const std::string& flags) {
  std::istringstream changes(flags);
  std::string changed = command + " ";
  for (std::string word; changes >> word;) {
    const std::size_t start = changed.find(word + " ");
    if (!word.starts_with("--") || start == std::string::npos) continue;
    const std::size_t value = start + word.size() + 1;
    changed.erase(start, changed.find(' ', value) + 1 - start);
  }
  return changed + flags;
}

/// As arguments of a program of its own.
std::vector<std::string> words(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

void check_refused(const Run& run, const std::vector<std::string>& parts) {
  CHECK(run.status == 2);
  CHECK(run.out.empty());
  for (const std::string& part : parts) {
    CHECK_MESSAGE(run.err.find(part) != std::string::npos, part, " is not in: ", run.err);
  }
}

/// Waits for a file to appear, at most a minute.
void wait_for(const std::string& file) {
  for (int i = 0; i < 6000 && !std::filesystem::exists(file); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  REQUIRE(std::filesystem::exists(file));
}

int ended(pid_t process) {
  int status = 0;
  REQUIRE(waitpid(process, &status, 0) == process);
  return status;
}

}  // namespace

TEST_CASE("trainMeasuresOnALogarithmicGrid") {
  const CsvTable table = parse_csv(igb(moons + "--steps 70 --measure 3").out);
  std::vector<std::string> steps;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    CHECK(table.at(i, "split") == (i % 2 == 0 ? "train" : "test"));
    if (i % 2 == 0) steps.push_back(table.at(i, "step"));
    CHECK(table.at(i, "step") == steps.back());
  }
  CHECK(steps == std::vector<std::string>{"0", "1", "2", "5", "10", "22", "46", "70"});
  CHECK(table.header == std::vector<std::string>{"step", "split", "loss", "accuracy",
                                                 "max_frequency", "gamma", "frequency_0",
                                                 "frequency_1", "accuracy_0", "accuracy_1",
                                                 "log_gradient_imbalance"});
  CHECK(table.comments.at(0).starts_with("# igb " + std::string(IGB_VERSION) +
                                         " train --activation tanh --sigma-w2 1.5"));
  for (const char* part : {"--optimiser sgd --learning-rate 0.05 --weight-decay 0 --batch 16",
                           "--network 0 --seed 1"}) {
    CHECK(table.comments[0].find(part) != std::string::npos);
  }
}

TEST_CASE("trainReportsConsistentNumbers") {
  const Json json = igb(moons + "--steps 300 --format json").json();
  const Json& rows = json["measurements"];
  for (const Json& row : rows) {
    const double first = number(row["frequency_0"]);
    CHECK(std::abs(first + number(row["frequency_1"]) - 1.0) < 1e-12);
    CHECK(number(row["max_frequency"]) == std::max(first, number(row["frequency_1"])));
    // Guesses of class 0 are the right ones and the wrong ones of class 1; n_0 solves the second.
    const double a0 = number(row["accuracy_0"]);
    const double a1 = number(row["accuracy_1"]);
    const double accuracy = number(row["accuracy"]);
    CHECK(accuracy <= std::max(a0, a1));
    CHECK(accuracy >= std::min(a0, a1));
    if (std::abs(a0 - a1) > 0.05) {
      const double share = (accuracy - a1) / (a0 - a1);
      CHECK(std::abs(first - (share * a0 + (1.0 - share) * (1.0 - a1))) < 1e-9);
    }
  }
  CHECK(number(rows.back()["accuracy"]) > 0.85);
  CHECK(number(rows.back()["loss"]) < number(rows[1]["loss"]));

  // Milestones as they are defined.
  const double chance = number(json["label_max_frequency"]);
  double absorbed = INFINITY;
  double above = INFINITY;
  double accurate = INFINITY;
  for (const Json& row : rows) {
    if (row["split"] == "train") continue;
    const double step = number(row["step"]);
    const bool close = std::abs(number(row["max_frequency"]) - chance) <= 0.1;
    absorbed = close ? std::min(absorbed, step) : INFINITY;
    if (number(row["accuracy"]) >= chance + 0.1) above = std::min(above, step);
    if (number(row["accuracy"]) >= 0.8) accurate = std::min(accurate, step);
  }
  CHECK(number(json["step_absorbed"]) == absorbed);
  CHECK(number(json["step_above_chance"]) == above);
  CHECK(number(json["step_accurate"]) == accurate);
  CHECK(igb(moons + "--steps 2 --accuracy 1 --format json").json()["step_accurate"] == "inf");
}

TEST_CASE("trainTellsOfAllLayers") {
  const TemporaryFolder folder;
  const std::string file = folder.file("layers.csv");
  const std::string run = moons + "--steps 10 --measure 1 ";
  const Run csv = igb(run + "--layers '" + file + "'");
  REQUIRE(csv.status == 0);
  const CsvTable table = parse_csv(read_file(file));
  const Json json = igb(run + "--format json").json();
  REQUIRE(table.rows.size() == 3 * 2 * 5);  // steps 0, 1, 10
  REQUIRE(json["layers"].size() == table.rows.size());
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    CHECK(table.at(i, "layer") == std::to_string(i % 5 + 1));
    for (const char* name : {"step", "gamma", "log_gradient_square", "log_gradient_square_1"}) {
      CHECK(number(json["layers"][i][name]) == std::stod(table.at(i, name)));
    }
  }
  const CsvTable curve = parse_csv(csv.out);
  for (std::size_t i = 0; i < curve.rows.size(); ++i) {
    CHECK(curve.at(i, "gamma") == table.at(5 * i + 4, "gamma"));
    const double gap = std::stod(table.at(5 * i, "log_gradient_square_0")) -
                       std::stod(table.at(5 * i, "log_gradient_square_1"));
    CHECK(std::abs(std::stod(curve.at(i, "log_gradient_imbalance")) - std::abs(gap)) < 1e-12);
  }
}

TEST_CASE("trainDependsOnItsParametersAlone") {
  const std::string short_run = moons + "--steps 30 ";
  const std::string first = igb(short_run).out;
  CHECK(igb(short_run).out == first);
  std::set<std::string> different;
  for (const char* more : {"", "--seed 2", "--network 1", "--optimiser momentum",
                           "--optimiser adam", "--weight-decay 0.1", "--labels-are-not-used"}) {
    const std::string out = igb(short_run + more).out;
    different.insert(out.substr(out.find('\n') + 1));
  }
  CHECK(different.size() == 7);  // the last is refused
  // A longer run begins with the shorter one.
  const CsvTable longer = parse_csv(igb(moons + "--steps 60").out);
  const CsvTable shorter = parse_csv(first);
  for (std::size_t i = 0; i + 2 < shorter.rows.size(); ++i) {
    CHECK(longer.rows[i] == shorter.rows[i]);
  }
}

TEST_CASE("trainStartsFromTheNetworkThatOtherCommandsSee") {
  // Two kinds of inputs, of which both sets have many: the guesses are those of simulate.
  const TemporaryFolder folder;
  std::string rows;
  for (int i = 0; i < 400; ++i) rows += i % 2 == 0 ? "1,0.5,-2,0\n" : "-0.5,2,1,1\n";
  const std::string data = folder.write("labelled.csv", rows);
  const std::string inputs = folder.write("inputs.csv", "1,0.5,-2\n-0.5,2,1\n");
  const std::string network = "--activation relu --sigma-w2 2 --sigma-b2 0.1 --width 32 --depth 3 ";
  std::set<double> seen;
  for (int seed = 1; seed <= 6; ++seed) {
    const std::string from = network + "--format json --seed " + std::to_string(seed) + " --data '";
    const Json learnt = igb("train " + from + data + "' --steps 0").json();
    const Json drawn = igb("simulate " + from + inputs + "' --inputs 2 --networks 1").json();
    const double share = number(drawn["g"][0][0]);
    const Json& row = learnt["measurements"][1];
    // 0, 1/2, 1: the classes are the two kinds.
    const double by_class = 0.5 * (number(row["accuracy_0"]) + 1.0 - number(row["accuracy_1"]));
    CHECK(std::abs(by_class - share) < 1e-12);
    seen.insert(share);
  }
  CHECK(seen.size() > 1);
}

TEST_CASE("trainGoesOnAfterKill9AsIfNothingHadHappened") {
  const TemporaryFolder folder;
  const std::string snapshot = folder.file("run.igb");
  const std::string run = with(moons, "--steps 60000 --optimiser adam --learning-rate 0.001 ");
  const std::string whole = igb(run).out;
  const std::string saving = run + "--snapshot " + snapshot + " --snapshot-every 500 ";

  const std::string unwritten = folder.file("curve.csv");
  const pid_t process = start_igb(words(saving + "--output " + unwritten));
  wait_for(snapshot);
  kill(process, SIGKILL);
  const int status = ended(process);
  REQUIRE(WIFSIGNALED(status));
  CHECK_FALSE(std::filesystem::exists(unwritten));

  const Run resumed = igb(saving + "--resume");
  CHECK(resumed.err.empty());
  CHECK(resumed.out == whole);
  // The last snapshot is of the end: there is nothing left to do.
  CHECK(igb(saving + "--resume").out == whole);
}

TEST_CASE("trainKeepsASnapshotOnAnInterrupt") {
  const TemporaryFolder folder;
  const std::string snapshot = folder.file("run.igb");
  const std::string run = moons + "--steps 200000 ";
  const std::string saving = run + "--snapshot " + snapshot + " --snapshot-every 1000000 ";
  std::string resume;
  for (const int signal : {SIGINT, SIGTERM}) {
    CAPTURE(signal);
    const pid_t process = start_igb(words(saving + resume));
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    REQUIRE(std::filesystem::exists(snapshot) == !resume.empty());
    const std::string before = read_file(snapshot);
    kill(process, signal);
    const int status = ended(process);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 130);
    CHECK(read_file(snapshot) != before);
    resume = "--resume";
  }
  CHECK(igb(saving + resume).out == igb(run).out);
}

TEST_CASE("trainRefusesBadSnapshots") {
  const TemporaryFolder folder;
  const std::string snapshot = folder.file("run.igb");
  const std::string run = moons + "--steps 20 --snapshot '" + snapshot + "' ";
  check_refused(igb(run + "--resume"), {"run.igb", "No such file"});
  REQUIRE(igb(run).status == 0);
  const std::string good = read_file(snapshot);
  REQUIRE(igb(run + "--resume").status == 0);

  const std::string resume = run + "--resume ";
  check_refused(igb(with(resume, "--learning-rate 0.1")),
                {"learning_rate = 0.05", "this one has 'learning_rate = 0.1'"});
  check_refused(igb(resume + "--seed 2"), {"seed = 1", "seed = 2"});
  check_refused(igb(resume + "--optimiser adam"), {"optimiser = sgd"});
  check_refused(igb(with(resume, "--steps 10")), {"of step 20", "steps = 10"});
  CHECK(igb(with(resume, "--steps 30")).status == 0);
  check_refused(igb(moons + "--resume"), {"--snapshot"});
  check_refused(igb(moons + "--snapshot-every 3"), {"--snapshot"});

  const auto refuse = [&](const std::string& content, const std::string& part) {
    (void)folder.write("run.igb", content);
    check_refused(igb(resume), {"cannot go on from", "run.igb", part});
    CHECK(read_file(snapshot) == content);
  };
  refuse("", "not a snapshot");
  refuse("step,loss\n", "not a snapshot");
  for (std::size_t size = 0; size < good.size(); size += 1 + good.size() / 12) {
    refuse(good.substr(0, size), "it is");
  }
  refuse(good + "x", "damaged");
  for (std::size_t place = 50; place < good.size(); place += good.size() / 9) {
    std::string bad = good;
    bad[place] = static_cast<char>(bad[place] ^ 1);
    refuse(bad, "damaged");
  }
}

TEST_CASE("trainNamesStepAndLayerWhereItOverflows") {
  const TemporaryFolder folder;
  const std::string snapshot = folder.file("run.igb");
  const std::string run =
      "train --activation relu --sigma-w2 2 --width 24 --depth 6 --data moons --steps 50 ";
  const std::string saving = run + "--snapshot " + snapshot + " --snapshot-every 1 ";
  const Run lost = igb(saving + "--learning-rate 30 --output " + folder.file("curve.csv"));
  check_refused(lost, {"step ", ", layer ", "learning_rate"});
  CHECK_FALSE(std::filesystem::exists(folder.file("curve.csv")));
  // Not trained at all where the network itself is too large.
  check_refused(igb(with(run, "--sigma-w2 1e6 --depth 40")), {"step 0, layer "});

  // The snapshot is of the step before.
  const std::size_t place = lost.err.find("step ") + 5;
  const int step = std::stoi(lost.err.substr(place));
  REQUIRE(step > 1);
  const std::string before = with(run, "--learning-rate 30 --steps " + std::to_string(step - 1));
  CHECK(igb(before + " --resume --snapshot " + snapshot).out == igb(before).out);
}

TEST_CASE("trainRefusesBadInput") {
  const std::string run = moons + "--steps 5 ";
  const struct {
    std::string flags;
    std::vector<std::string> parts;
  } cases[] = {
      {"--learning-rate 0", {"learning_rate = 0"}},
      {"--learning-rate nan", {"learning_rate = nan"}},
      {"--learning-rate fast", {"learning_rate = 'fast'"}},
      {"--optimiser lion", {"optimiser = 'lion'", "sgd, momentum, adam"}},
      {"--momentum 0.5", {"momentum: optimiser sgd has none", "momentum, adam"}},
      {"--optimiser momentum --beta2 0.5", {"beta2: optimiser momentum has none", "adam"}},
      {"--optimiser adam --beta2 1", {"beta2 = 1"}},
      {"--optimiser adam --epsilon 2", {"epsilon = 2"}},
      {"--weight-decay -1", {"weight_decay = -1"}},
      {"--batch 0", {"batch = 0"}},
      {"--steps -1", {"steps = -1"}},
      {"--measure 0", {"measure = 0"}},
      {"--measured-inputs 0", {"measured_inputs = 0"}},
      {"--accuracy 1.5", {"accuracy = 1.5"}},
      {"--data-dir /tmp", {"data_dir", "has no use for it"}},
      {"--layers /no/such/folder/x.csv", {"layers: cannot write"}},
      {"--snapshot /no/such/folder/x", {"snapshot: cannot write"}},
      {"--width 1000000 --depth 1000", {"a network that learns needs", "this machine has"}},
  };
  for (const auto& [flags, parts] : cases) {
    CAPTURE(flags);
    check_refused(igb(with(run, flags)), parts);
  }
}

TEST_CASE("trainRunsEveryBlock") {
  for (const char* block :
       {"max_pool", "average_pool", "dropout --keep 0.8", "residual_scaled --residual-depth 4",
        "residual", "residual_after --residual-depth 4", "layer_norm_before", "layer_norm_after",
        "batch_norm_before", "batch_norm_after", "convolution --side 2 --taps 1",
        "delta_orthogonal --side 2 --taps 1"}) {
    CAPTURE(block);
    const Run run = igb(moons + "--steps 20 --measure 2 --block " + block);
    CHECK_MESSAGE(run.status == 0, run.err);
    CHECK(parse_csv(run.out).rows.size() == 10);  // steps 0, 1, 3, 10, 20 of both sets
  }
}
