// Where results go: whole or not at all.
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <chrono>
#include <thread>

#include "program.hpp"

namespace {

namespace fs = std::filesystem;

const std::string quick = "theory --activation tanh --sigma-w2 2 --sigma-b2 0.1";
const std::string endless =
    "simulate --activation tanh --sigma-w2 2 --width 200 --depth 50 --networks 16777216";

const std::string endless_map_to_plot =
    "map --activation tanh --sigma-b2 0:1:1000000 --sigma-w2 1:2:1000000 --output /dev/null";

const std::vector<std::string> endless_simulation = {
    "simulate", "--activation", "tanh", "--sigma-w2", "2", "--networks", "16777216"};
const std::vector<std::string> endless_map = {"map",         "--activation", "tanh",
                                              "--sigma-b2",  "0:1:1000000",  "--sigma-w2",
                                              "1:2:1000000", "--plot"};

void kill_in_mid_run(std::vector<std::string> arguments, int signal) {
  const TemporaryFolder folder;
  if (arguments.back() == "--plot") arguments.push_back(folder.file("picture.svg"));
  arguments.insert(arguments.end(), {"--output", folder.file("result.csv")});
  const pid_t process = start_igb(arguments);
  std::this_thread::sleep_for(std::chrono::milliseconds(700));
  CHECK(kill(process, signal) == 0);
  int status = 0;
  CHECK(waitpid(process, &status, 0) == process);
  CHECK(WIFSIGNALED(status));  // it was still running
  CHECK(folder.names().empty());
}

}  // namespace

TEST_CASE("outputFileHoldsWhatStandardOutputWould") {
  const TemporaryFolder folder;
  const std::string file = folder.file("result.json");
  const Run run = igb(quick + " --output '" + file + "'");
  CHECK(run.status == 0);
  CHECK(run.out.empty());
  CHECK(run.err.empty());
  CHECK(read_file(file) == igb(quick).out);
  CHECK(folder.names().size() == 1);
}

TEST_CASE("outputReplacesAFileAndKeepsItsMode") {
  const TemporaryFolder folder;
  const std::string file = folder.write("result.json", "old");
  REQUIRE(chmod(file.c_str(), 0640) == 0);
  CHECK(igb(quick + " --output '" + file + "'").status == 0);
  CHECK(read_file(file) == igb(quick).out);
  CHECK(fs::status(file).permissions() == fs::perms(0640));
}

TEST_CASE("outputFollowsALinkToItsFile") {
  const TemporaryFolder folder;
  const std::string file = folder.write("result.json", "old");
  fs::create_symlink("result.json", folder.file("link"));
  CHECK(igb(quick + " --output '" + folder.file("link") + "'").status == 0);
  CHECK(fs::is_symlink(folder.file("link")));
  CHECK(read_file(file) == igb(quick).out);
}

TEST_CASE("aFailedRunKeepsTheOldFile") {
  const TemporaryFolder folder;
  const std::string file = folder.write("result.csv", "old");
  CHECK(igb("simulate --activation relu --sigma-w2 1000000 --width 8 --output '" + file + "'")
            .status == 2);
  CHECK(read_file(file) == "old");
  CHECK(folder.names().size() == 1);
}

TEST_CASE("anUnwritableOutputIsRefusedBeforeTheWork") {
  const TemporaryFolder folder;
  const std::string file = folder.write("file", "old");
  for (const std::string& path : {folder.file("no/such/folder.csv"), file + "/result.csv",
                                  folder.file(""), std::string("/proc/result.csv")}) {
    CAPTURE(path);
    const Run run = igb(endless + " --output '" + path + "'");
    CHECK(run.status == 2);
    CHECK(run.err.find("output") != std::string::npos);
    CHECK(run.err.find(path) != std::string::npos);
  }
  CHECK(read_file(file) == "old");
  CHECK(folder.names().size() == 1);
}

TEST_CASE("anOutputThatCannotBeReachedIsNamed") {
  const TemporaryFolder folder;
  fs::create_symlink("loop.svg", folder.file("loop.svg"));
  for (const std::string& path : {folder.file(std::string(300, 'x') + ".svg"),
                                  folder.file("loop.svg"), folder.file("loop.svg/x.svg")}) {
    CAPTURE(path);
    const Run output = igb(endless + " --output '" + path + "'");
    CHECK(output.status == 2);
    CHECK(output.err.find("igb: output: cannot write '" + path + "': ") == 0);
    const Run plot = igb(endless_map_to_plot + " --plot '" + path + "'");
    CHECK(plot.status == 2);
    CHECK(plot.err.find("igb: plot: cannot write '" + path + "': ") == 0);
  }
}

TEST_CASE("theLongestNameOfAFileIsWritten") {
  const TemporaryFolder folder;
  for (const std::size_t length : {200U, 250U, 255U}) {
    CAPTURE(length);
    const std::string file = folder.file(std::string(length, 'x'));
    const Run run = igb(quick + " --output '" + file + "'");
    CHECK_MESSAGE(run.status == 0, run.err);
    CHECK(read_file(file) == igb(quick).out);
  }
  CHECK(folder.names().size() == 3);
}

TEST_CASE("anEmptyOutputNameIsRefused") {
  const Run run = igb(quick + " --output ''");
  CHECK(run.status == 2);
  CHECK(run.err.find("output = ''") != std::string::npos);
}

TEST_CASE("aDeviceIsWrittenAndStaysADevice") {
  CHECK(igb(quick + " --output /dev/null").status == 0);
  CHECK(fs::is_character_file("/dev/null"));
  CHECK(igb(quick + " --output /dev/stdout | cat").out == igb(quick).out);
  const Run full = igb(quick + " --output /dev/full");
  CHECK(full.status == 2);
  CHECK(full.err.find("/dev/full") != std::string::npos);
}

TEST_CASE("aKilledRunLeavesNothing") {
  kill_in_mid_run(endless_simulation, SIGKILL);
  kill_in_mid_run(endless_map, SIGKILL);
}

TEST_CASE("anInterruptedRunLeavesNothing") {
  kill_in_mid_run(endless_simulation, SIGINT);
  kill_in_mid_run(endless_map, SIGINT);
}
