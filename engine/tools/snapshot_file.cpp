#include "snapshot_file.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string_view>

#include "failure.hpp"

namespace igb::cli {
namespace {

// The file: this line; the parameters, a line each, and an empty line; the check sum of all else,
// 8 bytes; what was saved.
constexpr std::string_view first_line = "igb snapshot of a run, version 1\n";

/// FNV-1a, of 64 bits, of words of 8 bytes and the rest.
std::uint64_t check_sum(std::string_view bytes, std::uint64_t sum = 0xcbf29ce484222325U) {
  while (!bytes.empty()) {
    std::uint64_t word = 0;
    const std::size_t count = bytes.size() < sizeof word ? bytes.size() : sizeof word;
    std::memcpy(&word, bytes.data(), count);
    sum = (sum ^ word) * 0x100000001b3U;
    sum ^= sum >> 32;  // so that the high bytes of words count below
    bytes.remove_prefix(count);
  }
  return sum;
}

template <class Value>
std::string_view bytes_of(const std::vector<Value>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Value)};
}

std::string_view line_of(std::string_view text) { return text.substr(0, text.find('\n')); }

}  // namespace

SnapshotFile::SnapshotFile(const std::string& path, const Record& parameters,
                           const LabelledData& data)
    : path_(path), output_(path, "snapshot") {
  if (path.empty()) return;
  for (const auto& [name, value] : parameters) {
    identity_ += name + " = " + printable(cell_text(value)) + "\n";
  }
  std::uint64_t sum = check_sum({});
  for (const LabelledSet* set : {&data.train, &data.test}) {
    sum = check_sum(bytes_of(set->data.values), sum);
    sum = check_sum(bytes_of(set->labels), sum);
  }
  identity_ += "check sum of the data = " + std::to_string(sum) + "\n\n";
}

void SnapshotFile::write(const std::string& saved) const {
  std::string file = std::string(first_line) + identity_;
  const std::uint64_t sum = check_sum(saved, check_sum(file));
  file.append(reinterpret_cast<const char*>(&sum), sizeof sum);
  output_.write(file + saved);
}

void SnapshotFile::refuse(const std::string& cause) const {
  throw Failure("snapshot: cannot go on from '" + path_ + "': " + cause);
}

std::string SnapshotFile::read() const {
  std::ifstream stream(path_, std::ios::binary);
  if (!stream) refuse(std::strerror(errno));
  std::ostringstream content;
  content << stream.rdbuf();
  const std::string file = content.str();
  if (stream.bad() || !file.starts_with(first_line)) {
    refuse("it is not a snapshot of a run, version 1");
  }
  const std::size_t end = file.find("\n\n");
  std::uint64_t sum = 0;
  if (end == std::string::npos || file.size() < end + 2 + sizeof sum) refuse("it is cut short");
  const std::string_view head(file.data(), end + 2);
  std::memcpy(&sum, file.data() + head.size(), sizeof sum);
  std::string saved = file.substr(head.size() + sizeof sum);
  if (check_sum(saved, check_sum(head)) != sum) refuse("it is damaged");

  std::string_view theirs = head.substr(first_line.size());
  std::string_view ours = identity_;
  while (theirs != ours) {
    const std::string their_line(line_of(theirs));
    const std::string our_line(line_of(ours));
    if (their_line != our_line) {
      const auto quoted = [](const std::string& line) {
        return line.empty() ? std::string("no more parameters") : excerpt(line);
      };
      refuse("it is of a run with " + quoted(their_line) + ", this one has " + quoted(our_line));
    }
    theirs.remove_prefix(their_line.size() + 1);
    ours.remove_prefix(our_line.size() + 1);
  }
  return saved;
}

}  // namespace igb::cli
