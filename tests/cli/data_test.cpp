// The data that simulate reads: what it takes from good files and what it says of bad ones.
#include <array>
#include <cctype>
#include <cstdint>
#include <utility>

#include "idx_files.hpp"
#include "program.hpp"

namespace {

const std::string small =
    "simulate --activation tanh --sigma-w2 1.5 --sigma-b2 0.1 --width 8 --depth 1 "
    "--networks 1 --threads 1 --format json ";

/// What simulate says of a folder whose training images are that file.
Run with_images(const std::string& file, const std::string& more = "--inputs 2") {
  const TemporaryFolder folder;
  (void)folder.write("train-images-idx3-ubyte.gz", file);
  return igb(small + "--data fashion-mnist --data-dir '" + folder.file("") + "' " + more);
}

Run with_csv(const std::string& content, const std::string& more = "") {
  const TemporaryFolder folder;
  return igb(small + "--data '" + folder.write("x.csv", content) + "' " + more);
}

void check_refused(const Run& run, const std::vector<std::string>& parts) {
  CHECK(run.status == 2);
  CHECK(run.out.empty());
  for (const std::string& part : parts) {
    CHECK_MESSAGE(run.err.find(part) != std::string::npos, part, " is not in: ", run.err);
  }
}

const std::string pixels("\x00\x02\x04\x02\xFF\x01", 6);  // three images of two pixels

}  // namespace

TEST_CASE("fashionMnistStandardisesTheImagesUsed") {
  // Pixels 0 2 4 2: mean 2, variance 2; inputs (-sqrt 2, 0) and (sqrt 2, 0).
  const Json json = with_images(gzipped(idx(0x803, 3, pixels))).json();
  CHECK(close(json["q0"].get<double>(), 1.0, 1e-6));
  CHECK(close(json["c0"].get<double>(), -1.0, 1e-6));
  CHECK(json["parameters"]["input_width"] == 2);
}

TEST_CASE("fashionMnistReadsThePackagedImages") {
  const Json json = igb(small + "--data fashion-mnist --inputs 50").json();
  CHECK(json["parameters"]["input_width"] == 784);
  CHECK(json["parameters"]["inputs"] == 50);
  CHECK(close(json["q0"].get<double>(), 1.0, 1e-6));
  CHECK(json["c0"].get<double>() > 0.1);  // the images share a bright centre
}

TEST_CASE("fashionMnistRefusesAMissingFile") {
  check_refused(igb(small + "--data fashion-mnist --data-dir /nowhere"),
                {"/nowhere/train-images-idx3-ubyte.gz", "No such file"});
}

TEST_CASE("fashionMnistRefusesEveryTruncation") {
  const std::string whole = gzipped(idx(0x803, 3, pixels));
  REQUIRE(with_images(whole).status == 0);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    check_refused(with_images(whole.substr(0, size)), {"train-images-idx3-ubyte.gz"});
  }
  check_refused(with_images(whole.substr(0, whole.size() - 4)), {"truncated gzip"});
}

TEST_CASE("fashionMnistRefusesADamagedFile") {
  std::string file = gzipped(idx(0x803, 3, pixels));
  file[file.size() - 6] = static_cast<char>(file[file.size() - 6] ^ 1);  // in the checksum
  check_refused(with_images(file), {"train-images-idx3-ubyte.gz", "corrupt gzip"});
}

TEST_CASE("fashionMnistRefusesAWrongMagicNumber") {
  check_refused(with_images(gzipped(idx(0x801, 3, pixels))), {"wrong magic number 2049", "2051"});
}

TEST_CASE("fashionMnistRefusesASizeThatIsNotTheHeaders") {
  check_refused(with_images(gzipped(idx(0x803, 4, pixels))), {"size mismatch", "22", "24"});
  check_refused(with_images(gzipped(idx(0x803, 2, pixels))), {"size mismatch", "22", "20"});
  check_refused(with_images(gzipped(idx(0x803, 4, pixels)), "--inputs 4"), {"size mismatch"});
}

TEST_CASE("fashionMnistRefusesMoreInputsThanImages") {
  check_refused(with_images(gzipped(idx(0x803, 3, pixels)), "--inputs 4"),
                {"inputs = 4", "2 to 3"});
}

TEST_CASE("csvValuesAreUsedAsTheyAre") {
  // x = (3, 4), (4, 3): q_0 = 25 / 2, c_0 = 24 / 25.
  for (const char* content :
       {"3,4\n4,3\n", "first,second\n3,4\n4,3\n", "# comment\n\n 3 ,4\r\n4,+3e0",
        "\xEF\xBB\xBFx y,\"z\"\n3,4\n4,3\n"}) {
    CAPTURE(content);
    const Json json = with_csv(content).json();
    CHECK(json["q0"] == 12.5);
    CHECK(close(json["c0"].get<double>(), 0.96, 1e-14));
    CHECK(json["parameters"]["inputs"] == 2);
    CHECK(json["parameters"]["input_width"] == 2);
  }
}

TEST_CASE("csvRowsAreCappedByInputs") {
  const Json json = with_csv("1,2\n3,4\n5,6\n", "--inputs 2").json();
  CHECK(json["parameters"]["inputs"] == 2);
  CHECK(json["q0"] == 7.5);
}

TEST_CASE("csvRefusesMoreInputsThanRows") {
  check_refused(with_csv("1,2\n3,4\n", "--inputs 3"), {"inputs = 3", "from 2 to 2"});
}

TEST_CASE("csvErrorsNameLineAndColumn") {
  check_refused(with_csv("a,b\n1,2\n3,x\n"), {"x.csv", "line 3, column 2", "'x' is not a number"});
  check_refused(with_csv("1,2\n3,\n"), {"line 2, column 2", "'' is not a number"});
  check_refused(with_csv("1,2\n3,4z\n"), {"line 2, column 2", "'4z'"});
  check_refused(with_csv("1,2\nnan,4\n"), {"line 2, column 1", "'nan' is not finite"});
  check_refused(with_csv("1,2\n3,-inf\n"), {"line 2, column 2", "not finite"});
  check_refused(with_csv("1,2\n3,1e39\n"), {"line 2, column 2", "too large for float32"});
  check_refused(with_csv("1,2\n\n# note\n3\n"), {"line 4", "1 columns", "have 2"});
  check_refused(with_csv("1,2\n3,4,5\n"), {"line 2", "3 columns", "have 2"});
  check_refused(with_csv("1,b\n3,4\n"), {"line 1, column 2"});  // half a header is none
}

TEST_CASE("csvErrorsShowCellsOnOneLineAndAtMostTheirBeginning") {
  for (const std::string& cell : {std::string("\x1B[2Jx\ry"), std::string("\x7F\tz")}) {
    const Run run = with_csv("1,2\n3," + cell + "\n");
    check_refused(run, {"line 2, column 2", "' is not a number"});
    for (const char c : run.err.substr(0, run.err.size() - 1)) {
      CHECK(std::iscntrl(static_cast<unsigned char>(c)) == 0);
    }
  }
  check_refused(with_csv("1,2\n3,\x1B[2Jx\ry\n"), {"'?[2Jx?y' is not a number"});
  check_refused(with_csv(std::string("1,2\n3,a\0b\n", 10)), {"'a?b' is not a number"});
  const Run run = with_csv("1,2\n3," + std::string(100000, 'x') + "\n");
  check_refused(run, {"line 2, column 2", "xxx...' (100000 bytes) is not a number"});
  CHECK(run.err.size() < 400);
  // not in the middle of a character
  const std::string accents = "\u00E9\u00E9\u00E9\u00E9\u00E9\u00E9\u00E9\u00E9";
  std::string word = "a";
  for (int i = 0; i < 10; ++i) word += accents;
  check_refused(with_csv("1,2\n3," + word + "\n"), {"\u00E9...' (161 bytes)"});
}

TEST_CASE("csvNeedsTwoRows") {
  check_refused(with_csv(""), {"x.csv", "0 rows"});
  check_refused(with_csv("a,b\n1,2\n"), {"x.csv", "1 rows"});
}

TEST_CASE("csvRefusesAnInputOfZeros") {
  check_refused(with_csv("1,2\n0,0\n"), {"input 2", "zeros"});
}

TEST_CASE("dataThatCannotBeReachedAreNamed") {
  const TemporaryFolder folder;
  std::filesystem::create_symlink("loop", folder.file("loop"));
  for (const std::string& path :
       {folder.file(std::string(300, 'x')), folder.file("loop"), folder.file("loop/x.csv")}) {
    CAPTURE(path);
    const std::string table = "theory --sigma-w2 1 --activation 'table:" + path + "'";
    for (const auto& [run, parameter] : {std::pair{igb(small + "--data '" + path + "'"), "data"},
                                         std::pair{igb(table), "activation"}}) {
      check_refused(run, {std::string("igb: ") + parameter + ": '" + path + "': "});
    }
  }
}

TEST_CASE("dataMustBeAKnownNameOrAFile") {
  check_refused(igb(small + "--data fashion"), {"data", "'fashion'", "gaussian, fashion-mnist"});
  check_refused(igb(small + "--data /"), {"'/'", "directory"});
  check_refused(with_csv("1,2\n3,4\n", "--input-width 3"), {"input_width = 3", "2 to 2"});
}
