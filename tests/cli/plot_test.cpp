// --plot: pictures by gnuplot, and what happens where it is missing or fails.
#include "program.hpp"

namespace {

const std::string lines = "lines --activation tanh --sigma-b2 0:0.2:20 ";
const std::string map = "map --activation tanh --sigma-b2 0:0.2:20 --sigma-w2 0.5:4:20 ";

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Pixels of a PNG file: width and height.
std::pair<unsigned, unsigned> png_size(const std::string& png) {
  REQUIRE(png.size() > 24);
  REQUIRE(png.substr(0, 8) == "\x89PNG\r\n\x1a\n");
  const auto big_endian = [&](std::size_t at) {
    unsigned value = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      value = 256 * value + static_cast<unsigned char>(png[at + i]);
    }
    return value;
  };
  return {big_endian(16), big_endian(20)};
}

/// A folder whose program gnuplot is this shell script.
std::string fake_gnuplot(const TemporaryFolder& folder, const std::string& script) {
  const std::string file = folder.write("gnuplot", "#!/bin/sh\n" + script + "\n");
  std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  return "PATH='" + std::filesystem::path(file).parent_path().string() + "'";
}

}  // namespace

TEST_CASE("plotDrawsPngAndSvgBesideTheTable") {
  for (const std::string& command : {lines, map}) {
    CAPTURE(command);
    const TemporaryFolder folder;
    const Run png = igb(command + "--plot '" + folder.file("picture.png") + "'");
    CHECK(png.status == 0);
    CHECK(png.err.empty());
    CHECK(png.out == igb(command).out);
    const auto [width, height] = png_size(read_file(folder.file("picture.png")));
    CHECK(width >= 1000);
    CHECK(height >= 700);

    CHECK(igb(command + "--plot '" + folder.file("picture.svg") + "'").status == 0);
    const std::string svg = read_file(folder.file("picture.svg"));
    CHECK(svg.starts_with("<?xml"));
    CHECK(contains(svg, "</svg>"));
    for (const char* text : {"activation = tanh", "edge of chaos", "neutrality, gamma = 1",
                             "variance of the biases", "variance of the weights"}) {
      CHECK_MESSAGE(contains(svg, text), text);
    }
    CHECK(folder.names().size() == 2);
  }
}

TEST_CASE("plotOfAMapNamesItsPhases") {
  const TemporaryFolder folder;
  REQUIRE(igb(map + "--plot '" + folder.file("map.svg") + "'").status == 0);
  const std::string svg = read_file(folder.file("map.svg"));
  for (const char* phase : {">neutrality<", ">prejudice<", ">ordered prejudice<"}) {
    CHECK_MESSAGE(contains(svg, phase), phase);
  }
  CHECK_FALSE(contains(svg, "chaotic"));

  // Each name lies in its phase: from the place of its label back to sigma_b2 and sigma_w2.
  const auto place = [&](const std::string& label) {
    const std::size_t text = svg.find(">" + label + "<");
    const std::size_t start = svg.rfind("translate(", text) + 10;
    return std::pair(std::stod(svg.substr(start)), std::stod(svg.substr(svg.find(',', start) + 1)));
  };
  const auto [left, bottom] = std::pair(place(" 0").first, place(" 0.5").second);
  const auto [right, top] = std::pair(place(" 0.2").first, place(" 4").second);
  const std::pair<std::string, std::string> labels[] = {{"neutrality", "neutrality"},
                                                        {"prejudice", "prejudice"},
                                                        {"ordered prejudice", "ordered_prejudice"}};
  for (const auto& [label, phase] : labels) {
    const auto [x, y] = place(label);
    const double sigma_b2 = 0.2 * (x - left) / (right - left);
    const double sigma_w2 = 0.5 + 3.5 * (bottom - y) / (bottom - top);
    const Json json = igb("theory --activation tanh --sigma-b2 " + std::to_string(sigma_b2) +
                          " --sigma-w2 " + std::to_string(sigma_w2))
                          .json();
    CAPTURE(sigma_b2);
    CAPTURE(sigma_w2);
    CHECK(json["phase"] == phase);
  }
}

TEST_CASE("plotLeavesOutLinesThatDoNotExist") {
  const TemporaryFolder folder;
  const std::string file = folder.file("relu.svg");
  REQUIRE(igb("lines --activation relu --sigma-b2 0:1:5 --plot '" + file + "'").status == 0);
  CHECK(contains(read_file(file), "edge of chaos"));
  CHECK_FALSE(contains(read_file(file), "neutrality"));
}

TEST_CASE("plotTakesTheTitleLiterally") {
  const TemporaryFolder folder;
  const std::string svg = folder.file("picture.svg");
  const std::string name = "a'; system(\"touch victim\"); `touch victim` ${x} @x {\\bf b} _^.csv";
  folder.write(name, "-1,0\n0,0\n2,2\n");
  std::string quoted = "table:" + name;
  quoted.insert(quoted.find('\'') + 1, "\\''");
  const Run run = igb("lines --sigma-b2 0:1:5 --activation '" + quoted + "' --plot picture.svg",
                      "cd '" + std::filesystem::path(svg).parent_path().string() + "';");
  CHECK(run.err == "");
  REQUIRE(run.status == 0);
  CHECK(folder.names().size() == 2);  // the table and the picture
  CHECK(contains(read_file(svg), "`touch victim` ${x} @x {\\bf b} _^.csv, gamma = 1"));
}

TEST_CASE("aMissingGnuplotIsSaidBeforeTheWork") {
  const TemporaryFolder folder;
  const std::string files =
      "--plot '" + folder.file("map.png") + "' --output '" + folder.file("map.csv") + "'";
  // Minutes of work, if it were begun.
  const Run run =
      igb("map --activation tanh --sigma-b2 0:1:1000 --sigma-w2 1:4:1000 " + files, "PATH=''");
  CHECK(run.status == 2);
  CHECK(run.out.empty());
  CHECK(contains(run.err, "gnuplot is not found in PATH"));
  CHECK(contains(run.err, "gnuplot-nox"));
  CHECK(folder.names().empty());
}

TEST_CASE("aFailingGnuplotIsQuotedAndNothingWritten") {
  const TemporaryFolder programs;
  const TemporaryFolder folder;
  const std::string files =
      "--plot '" + folder.file("lines.png") + "' --output '" + folder.file("lines.csv") + "'";
  for (const std::string script : {"echo 'unknown terminal' >&2; exit 1", "exit 0", "kill -9 $$"}) {
    CAPTURE(script);
    const Run run = igb(lines + files, fake_gnuplot(programs, script));
    CHECK(run.status == 2);
    CHECK(contains(run.err, script.starts_with("echo") ? "gnuplot: unknown terminal"
                                                       : "gnuplot: it drew nothing"));
    CHECK(folder.names().empty());
  }
}
