#pragma once

#include <cstdint>
#include <string>

#include "labelled_data.hpp"
#include "output.hpp"

namespace igb::cli {

/// A file from which a run goes on: what a run saved, with the parameters of the run, a check sum
/// of its data and one of the file. It is replaced as a whole or not at all (Output).
class SnapshotFile {
 public:
  /// Empty path: none is written. `parameters`: all that the results depend on but how long the run
  /// is, by which a snapshot is known. Throws Failure where it cannot be written.
  SnapshotFile(const std::string& path, const Record& parameters, const LabelledData& data);

  [[nodiscard]] bool wanted() const { return !output_.is_standard_output(); }
  void write(const std::string& saved) const;
  /// What was written. Throws Failure naming the file and what is wrong with it: damaged, another
  /// format, other parameters or data.
  [[nodiscard]] std::string read() const;
  /// Prefixes a message about what `read` gave.
  [[noreturn]] void refuse(const std::string& cause) const;

 private:
  std::string path_;
  Output output_;
  std::string identity_;
};

}  // namespace igb::cli
