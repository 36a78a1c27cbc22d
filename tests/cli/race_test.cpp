// igb race: each of its runs is that of igb train, on any number of threads; its table, its
// theory and its pictures.
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <sstream>
#include <thread>

#include "program.hpp"

namespace {

const std::string learning =
    "--activation tanh --sigma-b2 0.1 --width 24 --depth 6 --data moons --train-inputs 300 "
    "--test-inputs 200 --measured-inputs 150 --batch 16 --learning-rate 0.02 ";
const std::string race = "race " + learning + "--sigma-w2 1.2,1.99,4.97 --seeds 3 ";

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

void check_refused(const Run& run, const std::vector<std::string>& parts) {
  CHECK(run.status == 2);
  CHECK(run.out.empty());
  for (const std::string& part : parts) {
    CHECK_MESSAGE(contains(run.err, part), part, " is not in: ", run.err);
  }
}

}  // namespace

TEST_CASE("raceDoesNotDependOnThreads") {
  const TemporaryFolder folder;
  const auto result = [&](const std::string& threads) {
    const std::string file = folder.file("curves" + threads + ".csv");
    const Run run = igb(race + "--steps 60 --threads " + threads + " --curves '" + file + "'");
    REQUIRE(run.status == 0);
    return run.out + read_file(file);
  };
  const std::string one = result("1");
  CHECK(result("2") == one);
  CHECK(result("7") == one);
}

TEST_CASE("raceRunsAreThoseOfTrain") {
  const TemporaryFolder folder;
  const std::string file = folder.file("curves.csv");
  REQUIRE(igb(race + "--steps 60 --curves '" + file + "'").status == 0);
  const CsvTable curves = parse_csv(read_file(file));
  std::size_t row = 0;
  for (const char* sigma_w2 : {"1.2", "1.99", "4.97"}) {
    for (const char* network : {"0", "1", "2"}) {
      const CsvTable train = parse_csv(
          igb("train " + learning + "--steps 60 --sigma-w2 " + sigma_w2 + " --network " + network)
              .out);
      for (std::size_t i = 0; i < train.rows.size(); ++i, ++row) {
        CHECK(curves.at(row, "sigma_w2") == sigma_w2);
        CHECK(curves.at(row, "network") == network);
        for (const std::string& column : train.header) {
          if (column == "log_gradient_imbalance") continue;
          CHECK(curves.at(row, column) == train.at(i, column));
        }
      }
    }
  }
  CHECK(row == curves.rows.size());
}

TEST_CASE("raceSummarisesItsCurvesBesideTheory") {
  const Json json = igb(race + "--steps 200 --accuracy 0.85 --format json").json();
  const double chance = number(json["label_max_frequency"]);
  REQUIRE(json["race"].size() == 3);
  for (const Json& row : json["race"]) {
    std::ostringstream sigma_w2;
    sigma_w2 << number(row["sigma_w2"]);
    const Json theory =
        igb("theory --activation tanh --sigma-b2 0.1 --sigma-w2 " + sigma_w2.str()).json();
    for (const char* name : {"phase", "gamma_star", "xi_grad"}) CHECK(row[name] == theory[name]);

    double initial = 0.0;
    double final_accuracy = 0.0;
    std::vector<double> accurate(3, INFINITY);
    std::vector<double> above(3, INFINITY);
    for (const Json& m : json["curves"]) {
      if (m["sigma_w2"] != row["sigma_w2"] || m["split"] != "test") continue;
      const auto n = m["network"].get<std::size_t>();
      const double step = number(m["step"]);
      if (step == 0) initial += number(m["max_frequency"]) / 3.0;
      if (step == 200) final_accuracy += number(m["accuracy"]) / 3.0;
      if (number(m["accuracy"]) >= 0.85) accurate[n] = std::min(accurate[n], step);
      if (number(m["accuracy"]) >= chance + 0.1) above[n] = std::min(above[n], step);
    }
    std::sort(accurate.begin(), accurate.end());
    std::sort(above.begin(), above.end());
    CHECK(close(number(row["initial_max_frequency"]), initial, 1e-12));
    CHECK(close(number(row["final_accuracy"]), final_accuracy, 1e-12));
    CHECK(number(row["step_accurate_low"]) == accurate[0]);
    CHECK(number(row["step_accurate"]) == accurate[1]);
    CHECK(number(row["step_accurate_high"]) == accurate[2]);
    CHECK(number(row["step_above_chance"]) == above[1]);
    CHECK(row["stopped"] == 0);
  }
  // The phases show before anything is learnt.
  CHECK(number(json["race"][0]["initial_max_frequency"]) >
        number(json["race"][2]["initial_max_frequency"]));
}

TEST_CASE("raceHasNoTheoryWhereThereIsNone") {
  const Json json = igb("race " + learning +
                        "--sigma-w2 1.5 --steps 2 --seeds 1 --format json "
                        "--block residual_after --residual-depth 6")
                        .json();
  for (const char* name : {"phase", "gamma_star", "xi_grad"}) {
    CHECK(json["race"][0][name].is_null());
  }
}

TEST_CASE("aRunThatOverflowsIsSaidAndTheOthersGoOn") {
  const Run run =
      igb("race --activation relu --width 24 --depth 40 --data moons --steps 10 --seeds 2 "
          "--learning-rate 0.001 --sigma-w2 2,1e6");
  REQUIRE(run.status == 0);
  const CsvTable table = parse_csv(run.out);
  CHECK(table.at(0, "stopped") == "0");
  CHECK(std::stod(table.at(0, "final_loss")) > 0.0);
  CHECK(table.at(1, "stopped") == "2");
  CHECK(table.at(1, "final_loss") == "none");
  CHECK(table.at(1, "step_accurate") == "inf");
  for (const char* who : {"network 0", "network 1"}) {
    CHECK(contains(run.err, std::string("sigma_w2 = 1e+06, ") + who + " stopped: step 0, layer "));
  }
  const auto said = std::ranges::count_if(table.comments, [](const std::string& line) {
    return line.starts_with("# failures: sigma_w2=1e+06 network=") &&
           contains(line, "step 0, layer ");
  });
  CHECK(said == 2);
}

TEST_CASE("aSweepStopsAtTheAccuracy") {
  const std::string sweep = race + "--steps 300 --accuracy 0.8 --format json ";
  const Json all = igb(sweep).json();
  const Json json = igb(sweep + "--sweep").json();
  for (std::size_t i = 0; i < 3; ++i) {
    for (const char* name :
         {"step_accurate", "step_accurate_low", "step_accurate_high", "gamma_star", "xi_grad"}) {
      CHECK(json["race"][i][name] == all["race"][i][name]);
    }
  }
  CHECK(json["curves"].size() < all["curves"].size());
  CHECK(json["parameters"]["sweep"] == "yes");
}

TEST_CASE("racesAreDrawn") {
  const TemporaryFolder folder;
  const std::string svg = folder.file("race.svg");
  const std::string run = race + "--steps 30 ";
  const Run drawn = igb(run + "--plot '" + svg + "'");
  CHECK(drawn.err.empty());
  CHECK(drawn.out == igb(run).out);
  const std::string picture = read_file(svg);
  for (const char* text : {"activation = tanh, sigma_b2 = 0.1", "accuracy, test set", "steps",
                           "share of the most frequent guess", ">1.2<", ">1.99<", ">4.97<"}) {
    CHECK_MESSAGE(contains(picture, text), text);
  }

  const std::string sweep =
      "race " + learning + "--sigma-w2 1:5:9 --seeds 2 --steps 30 --sweep --plot '" + svg + "'";
  CHECK(igb(sweep).status == 0);
  for (const char* text : {"steps to accuracy 0.8", "variance of the weights", "layers"}) {
    CHECK_MESSAGE(contains(read_file(svg), text), text);
  }
  CHECK_FALSE(contains(read_file(svg), ">never<"));
  CHECK(igb(sweep + " --accuracy 1").status == 0);
  CHECK(contains(read_file(svg), ">never<"));

  CHECK(igb(race + "--steps 3 --plot '" + folder.file("race.png") + "'").status == 0);
  CHECK(read_file(folder.file("race.png")).starts_with("\x89PNG"));
  check_refused(igb("race --activation relu --width 24 --depth 40 --data moons --sigma-w2 1e6 "
                    "--plot '" +
                    folder.file("none.svg") + "'"),
                {"plot: no run has a measurement to draw"});
}

TEST_CASE("raceEndsOnAnInterrupt") {
  std::istringstream stream(race + "--steps 1000000");
  const pid_t process =
      start_igb({std::istream_iterator<std::string>(stream), std::istream_iterator<std::string>()});
  std::this_thread::sleep_for(std::chrono::seconds(1));
  kill(process, SIGINT);
  int status = 0;
  REQUIRE(waitpid(process, &status, 0) == process);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 130);
}

TEST_CASE("raceRefusesBadInput") {
  const std::string run = "race " + learning + "--steps 3 ";
  check_refused(igb(run), {"--sigma-w2 is required"});
  check_refused(igb(run + "--sigma-w2 1,0"), {"sigma_w2 = 0"});
  check_refused(igb(run + "--sigma-w2 1,x"), {"sigma_w2 = 'x'"});
  check_refused(igb(run + "--sigma-w2 1:2:1"), {"sigma_w2 count = 1"});
  check_refused(igb(run + "--sigma-w2 1 --seeds 0"), {"seeds = 0"});
  check_refused(igb(run + "--sigma-w2 1:2:1000 --seeds 1000"), {"sigma_w2 times seeds"});
  check_refused(igb(run + "--sigma-w2 1 --plot race.pdf"), {"race.pdf"});
  check_refused(igb(run + "--sigma-w2 1 --curves /no/such/folder/x"), {"curves: cannot write"});
}
