#include "text/punkt_parameters.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "base/mapped_file.h"

namespace pith {
namespace {

/// Calls `visit(line, number from 1)` for each line that is not empty; it returns whether the line is in order.
template <class Visit>
Result<void> for_each_line(const std::string& path, const Visit& visit) {
  const auto file = read_file(path);
  if (!file) return tl::unexpected(file.error());
  const std::string_view bytes = *file;
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < bytes.size();) {
    const std::size_t end = std::min(bytes.find('\n', begin), bytes.size());
    const std::string_view line = bytes.substr(begin, end - begin);
    ++number;
    if (!line.empty() && !visit(line)) {
      return fail(ErrorCode::kBadInput, fmt::format("{}:{}: no line of Punkt parameters", path, number));
    }
    begin = end + 1;
  }
  return {};
}

std::vector<std::string> data_folders() {
  std::vector<std::string> folders;
  if (const char* given = std::getenv("NLTK_DATA"); given != nullptr) {
    const std::string_view list = given;
    for (std::size_t begin = 0; begin <= list.size();) {
      const std::size_t end = std::min(list.find(':', begin), list.size());
      if (end > begin) folders.emplace_back(list.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') {
    folders.push_back(fmt::format("{}/nltk_data", home));
  }
  for (const char* folder : {"/usr/share", "/usr/local/share", "/usr/lib", "/usr/local/lib"}) {
    folders.push_back(fmt::format("{}/nltk_data", folder));
  }
  return folders;
}

}  // namespace

Result<PunktParameters> read_punkt_parameters(const std::string& folder) {
  PunktParameters parameters;
  const auto words = [](PunktParameters::Types* types) {
    return [types](std::string_view line) {
      types->emplace(line);
      return line.find('\t') == std::string_view::npos;
    };
  };
  auto ok = for_each_line(fmt::format("{}/abbrev_types.txt", folder), words(&parameters.abbreviations));
  if (ok) ok = for_each_line(fmt::format("{}/sent_starters.txt", folder), words(&parameters.sentence_starters));
  if (ok) {
    ok = for_each_line(fmt::format("{}/collocations.tab", folder), [&](std::string_view line) {
      parameters.collocations.emplace(line);
      const std::size_t tab = line.find('\t');
      return tab != std::string_view::npos && line.find('\t', tab + 1) == std::string_view::npos;
    });
  }
  if (ok) {
    ok = for_each_line(fmt::format("{}/ortho_context.tab", folder), [&](std::string_view line) {
      const std::size_t tab = line.rfind('\t');
      if (tab == std::string_view::npos) return false;
      std::uint32_t bits = 0;
      const auto read = std::from_chars(line.data() + tab + 1, line.data() + line.size(), bits);
      if (read.ec != std::errc() || read.ptr != line.data() + line.size()) return false;
      parameters.orthography[std::string(line.substr(0, tab))] = bits;
      return true;
    });
  }
  if (!ok) return tl::unexpected(ok.error());
  return parameters;
}

std::optional<std::string> find_punkt_parameters() {
  for (const std::string& data : data_folders()) {
    std::string folder = fmt::format("{}/tokenizers/punkt_tab/english", data);
    std::error_code error;
    if (std::filesystem::is_regular_file(fmt::format("{}/abbrev_types.txt", folder), error)) return folder;
  }
  return std::nullopt;
}

}  // namespace pith
