// Whatever is wrong with the command line: a message that says so, status 2 and no output.
#include "program.hpp"

namespace {

const std::string tanh_theory = "theory --activation tanh ";
const std::string tanh_map = "map --activation tanh --sigma-b2 0.1 ";
const std::string tanh_gradients = "gradients --activation tanh --sigma-w2 1 ";
const std::string tanh_run = "simulate --activation tanh --sigma-w2 1.5 --width 8 --depth 2 ";

}  // namespace

TEST_CASE("badInputIsNamedAndLeavesNothing") {
  const struct {
    std::string arguments;
    std::vector<std::string> parts;
  } cases[] = {
      {"", {"subcommand", "theory, gradients, lines, map, recommend, simulate"}},
      {"simulat", {"simulat"}},
      {"theory --sigma-w2 1", {"--activation", "required"}},
      {tanh_theory, {"--sigma-w2", "required"}},
      {tanh_theory + "--sigma-w2 1 --sigma-w3 1", {"--sigma-w3"}},
      {tanh_theory + "--sigma-w2", {"sigma_w2"}},
      {tanh_theory + "--sigma-w2 1 --format xml", {"format", "'xml'", "json, csv"}},
      {"theory --activation tan --sigma-w2 1",
       {"activation", "'tan'", "tanh", "relu", "erf", "linear"}},
      {tanh_theory + "--sigma-w2 nan", {"sigma_w2 = nan", "1e-06", "1000000"}},
      {tanh_theory + "--sigma-w2 inf", {"sigma_w2 = inf", "1e-06", "1000000"}},
      {tanh_theory + "--sigma-w2 0", {"sigma_w2 = 0", "1e-06", "1000000"}},
      {tanh_theory + "--sigma-w2 -1", {"sigma_w2 = -1", "1e-06", "1000000"}},
      {tanh_theory + "--sigma-w2 1e400", {"sigma_w2 = inf"}},
      {tanh_theory + "--sigma-w2 2.5x", {"sigma_w2", "'2.5x' is not a number"}},
      {tanh_theory + "--sigma-w2 ''", {"sigma_w2", "''"}},
      {tanh_theory + "--sigma-w2 0x10", {"sigma_w2", "'0x10'"}},
      {tanh_theory + "--sigma-w2 1 --sigma-b2 -0.1", {"sigma_b2 = -0.1", "0", "1000000"}},
      {tanh_theory + "--sigma-w2 1 --sigma-b2 1e7", {"sigma_b2 = 10000000", "1000000"}},
      {"lines --activation tanh --sigma-b2 1e-40", {"sigma_b2 = 1e-40", "to 1000000"}},
      {"lines --activation tanh --sigma-b2 0:inf:3", {"sigma_b2 = inf", "1000000"}},
      {"lines --activation tanh --sigma-b2 0:1e308:3", {"sigma_b2 = 1e+308", "1000000"}},
      {tanh_theory + "--sigma-w2 1 --depth 0", {"depth = 0", "1 to 1048576"}},
      {tanh_theory + "--sigma-w2 1 --depth 2.5",
       {"depth", "'2.5' is not a whole number", "1048576"}},
      {tanh_theory + "--sigma-w2 1 --depth 3 --q0 -1", {"q0 = -1"}},
      {tanh_theory + "--sigma-w2 1 --depth 3 --q0 0", {"q0 = 0"}},
      {tanh_theory + "--sigma-w2 1 --depth 3 --q0 nan", {"q0 = nan"}},
      {tanh_theory + "--sigma-w2 1 --depth 3 --c0 1.1", {"c0 = 1.1", "-1", "1"}},
      {tanh_theory + "--sigma-w2 1 --depth 3 --c0 nan", {"c0 = nan"}},
      {tanh_theory + "--sigma-w2 1 --q0 2", {"--depth"}},
      {tanh_theory + "--sigma-w2 1 --seed -1", {"seed", "'-1'", "18446744073709551615"}},
      {tanh_theory + "--sigma-w2 1 --seed 18446744073709551616", {"seed", "18446744073709551615"}},
      {"lines --activation tanh --sigma-b2 0.1,,0.2", {"sigma_b2", "''"}},
      {"lines --activation tanh --sigma-b2 0.1:0.2", {"sigma_b2", "'0.1:0.2'"}},
      {"lines --activation tanh --sigma-b2 0.1:0.2:1", {"sigma_b2 count = 1", "2 to 1000000"}},
      {"lines --activation tanh --sigma-b2 0.1,-1", {"sigma_b2 = -1"}},
      {"lines --activation tanh --sigma-b2 0.1 --gamma 0", {"gamma = 0"}},
      {"lines --activation tanh --sigma-b2 0.1 --gamma nan", {"gamma = nan"}},
      {"lines --activation tanh --sigma-b2 0.1 --gamma inf", {"gamma = inf"}},
      {"lines --activation tanh", {"--sigma-b2", "required"}},
      {"map --activation tanh --sigma-w2 1", {"--sigma-b2", "required"}},
      {tanh_map + "--sigma-w2 0:4:5", {"sigma_w2 = 0", "1e-06 to 1000000"}},
      {tanh_map + "--sigma-w2 nan", {"sigma_w2 = nan", "1e-06 to 1000000"}},
      {tanh_map + "--sigma-w2 1,1e7", {"sigma_w2 = 10000000", "1000000"}},
      {tanh_map + "--sigma-w2 1:2:1000001", {"sigma_w2 count = 1000001", "2 to 1000000"}},
      {tanh_map + "--sigma-w2 1:2", {"sigma_w2", "'1:2' is not a number"}},
      {"map --activation tanh --sigma-w2 1 --sigma-b2 -1:0:3", {"sigma_b2 = -1", "0 to 1000000"}},
      {tanh_map + "--sigma-w2 1 --plot ''", {"plot = ''"}},
      {tanh_map + "--sigma-w2 1 --plot map.pdf", {"plot", "'map.pdf'", ".png", ".svg"}},
      {tanh_map + "--sigma-w2 1,2 --plot map.png",
       {"plot", "sigma_b2 = '0.1'", "first:last:count"}},
      {tanh_map + "--sigma-w2 1 --plot no/such/map.png", {"plot", "'no/such/map.png'"}},
      {tanh_theory + "--sigma-w2 1 --slope 0.1", {"slope", "tanh has none", "leaky_relu"}},
      {tanh_theory + "--sigma-w2 1 --block pool", {"block", "'pool'", "max_pool", "convolution"}},
      {tanh_theory + "--sigma-w2 1 --pool 2",
       {"pool: block plain has none", "max_pool, average_pool"}},
      {tanh_theory + "--sigma-w2 1 --block dropout --keep 0.5 --taps 3",
       {"taps: block dropout has none", "convolution, delta_orthogonal"}},
      {tanh_theory + "--sigma-w2 1 --block dropout", {"keep", "block dropout needs --keep"}},
      {tanh_theory + "--sigma-w2 1 --block dropout --keep 0", {"keep = 0", "0.001 to 1"}},
      {tanh_theory + "--sigma-w2 1 --block dropout --keep nan", {"keep = nan", "0.001 to 1"}},
      {tanh_theory + "--sigma-w2 1 --block max_pool --pool 1", {"pool = 1", "2 to 64"}},
      {tanh_theory + "--sigma-w2 1 --block convolution --taps 4", {"taps", "odd", "1023"}},
      {tanh_theory + "--sigma-w2 1 --block residual_scaled", {"block residual_scaled needs"}},
      {tanh_theory + "--sigma-w2 1 --block residual_after --residual-depth 0",
       {"residual_depth = 0", "1 to 1048576"}},
      {tanh_theory + "--sigma-w2 1 --block residual --sigma-v2 0", {"sigma_v2 = 0", "1e-06"}},
      {tanh_theory + "--sigma-w2 1 --block residual --sigma-a2 -1", {"sigma_a2 = -1", "1000000"}},
      {tanh_theory + "--sigma-w2 1 --classes 1", {"classes = 1", "2 to 4096"}},
      {tanh_theory + "--sigma-w2 1 --classes 2.5", {"classes", "'2.5' is not a whole number"}},
      {tanh_theory + "--sigma-w2 1 --inputs 0", {"inputs = 0", "1 to 1048576"}},
      {tanh_theory + "--sigma-w2 1 --inputs 1048577", {"inputs = 1048577", "1 to 1048576"}},
      {tanh_theory + "--sigma-w2 1 --networks 1", {"networks = 1", "2 to 16777216"}},
      {tanh_theory + "--sigma-w2 1 --quantiles 0.5,1.5", {"quantiles = 1.5", "0 to 1"}},
      {tanh_theory + "--sigma-w2 1 --quantiles nan", {"quantiles = nan", "0 to 1"}},
      {tanh_theory + "--sigma-w2 1 --quantiles -1:1:3", {"quantiles = -1", "0 to 1"}},
      {tanh_theory + "--sigma-w2 1 --quantiles half", {"quantiles = 'half' is not a number"}},
      {tanh_theory + "--sigma-w2 1 --positions 0", {"positions = 0", "1 to 65536"}},
      {tanh_theory + "--sigma-w2 1 --positions 8", {"positions", "convolution, delta_orthogonal"}},
      {tanh_run + "--block dropout --keep 0.5", {"block = 'dropout'", "sampler dense", "plain"}},
      {"recommend --activation tanh", {"--depth", "required"}},
      {"recommend --activation tanh --depth 0", {"depth = 0", "1 to 1048576"}},
      {"recommend --activation tanh --depth 5 --sigma-b2 nan", {"sigma_b2 = nan", "0 to 1000000"}},
      {"recommend --activation tanh --depth 5 --classes 5000", {"classes = 5000", "2 to 4096"}},
      {"recommend --activation tanh --depth 5 --sigma-b2 1 --gamma 0", {"gamma = 0", "1e-06"}},
      {"recommend --activation tanh --depth 5 --sigma-b2 1 --mean-max-frequency 0.5",
       {"mean_max_frequency = 0.5"}},
      {"recommend --activation tanh --depth 5 --gamma 1 --mean-max-frequency 0.7", {"--gamma"}},
      {"recommend --activation relu --depth 5 --gamma 3", {"gamma = 3", "no such solution"}},
      {tanh_theory + "--sigma-w2 1 --block residual_after --residual-depth 3 --depth 3 "
                     "--population 1000",
       {"population = 1000", "1024 to 16777216"}},
      {"gradients --activation tanh --sigma-w2 1", {"--depth", "required"}},
      {tanh_gradients + "--depth 0", {"depth = 0", "1 to 1048576"}},
      {tanh_gradients + "--depth 3 --width 0", {"width = 0", "1 to 1048576"}},
      {tanh_gradients + "--depth 3 --quantiles 0", {"quantiles = 0", "0 to 1", "neither"}},
      {tanh_gradients + "--depth 3 --quantiles nan", {"quantiles = nan"}},
      {tanh_gradients + "--depth 3 --c0 -0.5", {"output_d = 1.4"}},
      {tanh_gradients + "--depth 3 --block batch_norm_before", {"block", "no such solution"}},
      {tanh_run + "--width 0", {"--width"}},
      {tanh_run + "--networks 0", {"networks = 0", "1 to 16777216"}},
      {tanh_run + "--networks 1e3", {"networks", "'1e3' is not a whole number", "16777216"}},
      {tanh_run + "--networks -5", {"networks = -5", "1 to 16777216"}},
      {tanh_run + "--networks 4294967297", {"networks = 4294967297", "16777216"}},
      {tanh_run + "--networks 99999999999999999999999", {"networks = 1e+23", "16777216"}},
      {tanh_run + "--inputs 1", {"inputs = 1", "2 to 16777216"}},
      {tanh_run + "--classes 1", {"classes = 1", "2 to 4096"}},
      {tanh_run + "--classes 4097", {"classes = 4097", "2 to 4096"}},
      {tanh_run + "--input-width 0", {"input_width = 0", "1 to 1048576"}},
      {tanh_run + "--threads 0", {"threads = 0", "1 to 1024"}},
      {tanh_run + "--sampler sparse", {"sampler", "'sparse'", "unknown", "dense, gram, kernel"}},
      {tanh_run + "--effective-rank maybe", {"effective_rank = 'maybe'", "yes, no"}},
      {"simulate --activation tanh --sigma-w2 1.5 --depth 2 --sampler kernel --effective-rank",
       {"effective_rank = yes", "sampler = kernel", "dense"}},
      {tanh_run + "--target sse9", {"target", "'sse9'", "best, emulated, baseline"}},
      {"simulate --activation tanh --sigma-w2 nan --width 8", {"sigma_w2 = nan"}},
      {"simulate --activation relu --sigma-w2 1000000 --width 8 --depth 100", {"layer = "}},
  };
  for (const auto& [arguments, parts] : cases) {
    CAPTURE(arguments);
    const TemporaryFolder folder;
    const std::string output = arguments.empty() ? "" : " --output '" + folder.file("result") + "'";
    const Run run = igb(arguments + output);
    CHECK(run.status == 2);
    CHECK(run.out.empty());
    CHECK(folder.names().empty());
    for (const std::string& part : parts) {
      CHECK_MESSAGE(run.err.find(part) != std::string::npos, part, " is not in: ", run.err);
    }
  }
}

TEST_CASE("helpAndVersionSucceedOnStandardOutput") {
  for (const std::string arguments : {"--help", "theory --help", "lines --help", "map --help",
                                      "recommend --help", "simulate --help"}) {
    const Run run = igb(arguments);
    CHECK(run.status == 0);
    CHECK(run.err.empty());
    CHECK(run.out.find(arguments == "--help" ? "simulate" : "--output") != std::string::npos);
  }
  CHECK(igb("--version").out == IGB_VERSION "\n");
}
