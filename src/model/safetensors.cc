#include "model/safetensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <filesystem>
#include <limits>
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/json.h"
#include "model/resident.h"
#include "model/shown_name.h"

namespace pith {
namespace {

static_assert(std::endian::native == std::endian::little,
              "tensors are used where they lie, and files are little-endian");

constexpr std::size_t kLengthBytes = 8;
constexpr std::size_t kMaxDimensions = 16;
constexpr std::size_t kDataAlignment = 64;
constexpr std::string_view kMetadataKey = "__metadata__";

struct DtypeRow {
  Dtype dtype;
  std::string_view name;
  std::size_t n_bytes;
};
constexpr DtypeRow kDtypes[] = {
    {Dtype::kF32, "F32", 4}, {Dtype::kF16, "F16", 2}, {Dtype::kBF16, "BF16", 2}, {Dtype::kI8, "I8", 1}};

std::optional<std::uint64_t> as_unsigned(const json::value& value) {
  if (const auto* u = value.if_uint64()) return *u;
  if (const auto* i = value.if_int64(); i != nullptr && *i >= 0) return static_cast<std::uint64_t>(*i);
  return std::nullopt;
}

/// Product of the dimensions times `element_bytes`; nothing when it does not fit 63 bits.
std::optional<std::uint64_t> checked_bytes(const Shape& shape, std::size_t element_bytes) {
  std::uint64_t n = element_bytes;
  constexpr auto kLimit = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  bool empty = false;
  for (const std::int64_t d : shape) {
    if (d == 0) {
      empty = true;
      continue;
    }
    if (n > kLimit / static_cast<std::uint64_t>(d)) return std::nullopt;
    n *= static_cast<std::uint64_t>(d);
  }
  return empty ? 0 : n;
}

/// One entry of the header, as far as it can be understood without knowing the data's size.
struct Entry {
  TensorView view;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

/// "" or what is wrong with it.
std::string read_entry(const json::value& value, Entry* entry) {
  const auto* object = value.if_object();
  if (object == nullptr) return "is not an object";
  const auto* dtype = object->if_contains("dtype");
  const auto* shape = object->if_contains("shape");
  const auto* offsets = object->if_contains("data_offsets");
  if (dtype == nullptr || !dtype->is_string()) return "has no dtype";
  if (shape == nullptr || !shape->is_array()) return "has no shape";
  if (offsets == nullptr || !offsets->is_array() || offsets->get_array().size() != 2) return "has no data_offsets pair";

  entry->view.stored_dtype = std::string(dtype->get_string());
  for (const DtypeRow& row : kDtypes) {
    if (entry->view.stored_dtype == row.name) entry->view.dtype = row.dtype;
  }
  if (shape->get_array().size() > kMaxDimensions) {
    return fmt::format("has {} dimensions, more than {}", shape->get_array().size(), kMaxDimensions);
  }
  for (const json::value& dimension : shape->get_array()) {
    const auto d = as_unsigned(dimension);
    if (!d || *d > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      return "has a dimension that is not a whole number";
    }
    entry->view.shape.push_back(static_cast<std::int64_t>(*d));
  }
  const auto begin = as_unsigned(offsets->get_array()[0]);
  const auto end = as_unsigned(offsets->get_array()[1]);
  if (!begin || !end || *begin > *end) return "has data_offsets that are not an ascending pair of whole numbers";
  entry->begin = *begin;
  entry->end = *end;
  if (entry->view.dtype == Dtype::kOther) return "";
  const auto n_expected = checked_bytes(entry->view.shape, dtype_bytes(entry->view.dtype));
  if (!n_expected || *n_expected != *end - *begin) {
    return fmt::format("{} {} needs {} bytes, its data_offsets hold {}", entry->view.stored_dtype,
                       to_string(entry->view.shape), n_expected ? std::to_string(*n_expected) : "more than 2^63",
                       *end - *begin);
  }
  return "";
}

}  // namespace

std::string_view dtype_name(Dtype dtype) {
  for (const DtypeRow& row : kDtypes) {
    if (row.dtype == dtype) return row.name;
  }
  return "?";
}

std::size_t dtype_bytes(Dtype dtype) {
  for (const DtypeRow& row : kDtypes) {
    if (row.dtype == dtype) return row.n_bytes;
  }
  return 0;
}

std::string to_string(const Shape& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

std::size_t TensorView::n_elements() const { return dtype == Dtype::kOther ? 0 : bytes.size() / dtype_bytes(dtype); }

Result<SafeTensors> SafeTensors::open(const std::string& path) {
  auto file = MappedFile::open(path);
  if (!file) return tl::unexpected(file.error());
  SafeTensors tensors;
  tensors.path_ = path;
  tensors.file_ = std::move(*file);
  tensors.bytes_ = tensors.file_.bytes();
  if (auto ok = tensors.read_header(); !ok) return tl::unexpected(ok.error());
  return tensors;
}

Result<SafeTensors> SafeTensors::parse(std::string_view bytes, const std::string& name) {
  SafeTensors tensors;
  tensors.path_ = name;
  tensors.bytes_ = bytes;
  if (auto ok = tensors.read_header(); !ok) return tl::unexpected(ok.error());
  return tensors;
}

Result<void> SafeTensors::read_header() {
  const auto bad = [&](const std::string& what) { return fail(ErrorCode::kBadModel, path_ + ": " + what); };
  if (bytes_.size() < kLengthBytes) {
    return bad(fmt::format("truncated: a safetensors file starts with {} bytes of length, found {} bytes in all",
                           kLengthBytes, bytes_.size()));
  }
  std::uint64_t n_header = 0;
  std::memcpy(&n_header, bytes_.data(), kLengthBytes);
  if (n_header > kMaxSafeTensorsHeaderBytes) {
    return bad(fmt::format("not a safetensors file: its header would have {} bytes, more than the {} that are allowed",
                           n_header, kMaxSafeTensorsHeaderBytes));
  }
  if (n_header > bytes_.size() - kLengthBytes) {
    return bad(fmt::format("truncated: expected {} bytes of header, found {}", n_header, bytes_.size() - kLengthBytes));
  }
  header_ = bytes_.substr(kLengthBytes, n_header);
  const std::string_view data = bytes_.substr(kLengthBytes + n_header);

  const auto document = parse_json(header_, path_ + " (header)");
  if (!document) return fail(ErrorCode::kBadModel, document.error().message);
  if (!document->is_object()) return bad("the header is not a JSON object");

  std::vector<Entry> entries;
  for (const auto& [key, value] : document->get_object()) {
    if (key == kMetadataKey) {
      if (!value.is_object()) return bad("__metadata__ is not an object");
      for (const auto& [k, v] : value.get_object()) {
        if (!v.is_string()) return bad("__metadata__ holds something other than strings");
        metadata_.emplace(k, v.get_string());
      }
      continue;
    }
    Entry entry;
    entry.view.name = std::string(key);
    if (const std::string wrong = read_entry(value, &entry); !wrong.empty()) {
      return bad(fmt::format("tensor {} {}", shown_name(key), wrong));
    }
    entries.push_back(std::move(entry));
  }

  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return std::tie(a.begin, a.end) < std::tie(b.begin, b.end); });
  std::uint64_t previous_end = 0;
  std::string_view previous_name;
  for (const Entry& entry : entries) {
    if (entry.begin < previous_end) {
      return bad(fmt::format("tensors {} and {} overlap", shown_name(previous_name), shown_name(entry.view.name)));
    }
    previous_end = entry.end;
    previous_name = entry.view.name;
  }
  if (previous_end > data.size()) {
    return bad(fmt::format("truncated: expected {} bytes of tensors, found {}", previous_end, data.size()));
  }
  if (previous_end < data.size()) {
    return bad(fmt::format("{} bytes follow the last tensor, which ends at byte {}", data.size() - previous_end,
                           kLengthBytes + n_header + previous_end));
  }
  for (Entry& entry : entries) {
    entry.view.bytes = data.substr(entry.begin, entry.end - entry.begin);
    std::string name = entry.view.name;
    tensors_.emplace(std::move(name), std::move(entry.view));
  }
  return {};
}

const TensorView* SafeTensors::find(std::string_view name) const {
  const auto found = tensors_.find(name);
  return found == tensors_.end() ? nullptr : &found->second;
}

Result<const TensorView*> SafeTensors::require(std::string_view name, const Shape& shape) const {
  const TensorView* view = find(name);
  if (view == nullptr) {
    return fail(ErrorCode::kBadModel,
                fmt::format("{}: tensor '{}' is missing (expected shape {})", path_, name, to_string(shape)));
  }
  if (view->shape != shape) {
    return fail(ErrorCode::kBadModel, fmt::format("{}: tensor '{}' has shape {}, expected {}", path_, name,
                                                  to_string(view->shape), to_string(shape)));
  }
  return view;
}

void SafeTensors::drop_resident_pages(std::string_view part) const {
  if (!file_.bytes().empty()) pith::drop_resident_pages(part);
}

Result<void> SafeTensors::copy(std::string_view part, std::span<char> out) const {
  PITH_CHECK(part.size() == out.size(), "");
  if (!file_.bytes().empty()) return file_.read_at(static_cast<std::size_t>(part.data() - bytes_.data()), out);
  std::ranges::copy(part, out.begin());
  return {};
}

Result<SafeTensorsWriter> SafeTensorsWriter::create(const std::string& path, const std::vector<TensorSpec>& tensors,
                                                    const std::map<std::string, std::string>& metadata) {
  SafeTensorsWriter writer;
  writer.path_ = path;
  json::object header;
  if (!metadata.empty()) {
    json::object& object = header[kMetadataKey].emplace_object();
    for (const auto& [key, value] : metadata) object[key] = value;
  }
  std::uint64_t offset = 0;
  for (const TensorSpec& spec : tensors) {
    const bool negative = std::any_of(spec.shape.begin(), spec.shape.end(), [](std::int64_t d) { return d < 0; });
    const auto n_bytes = negative ? std::nullopt : checked_bytes(spec.shape, dtype_bytes(spec.dtype));
    if (spec.dtype == Dtype::kOther || !n_bytes) {
      return fail(ErrorCode::kInvalidArgument, fmt::format("cannot write tensor '{}' of type {} and shape {}",
                                                           spec.name, dtype_name(spec.dtype), to_string(spec.shape)));
    }
    header[spec.name] = {{"dtype", dtype_name(spec.dtype)},
                         {"shape", json::array(spec.shape.begin(), spec.shape.end())},
                         {"data_offsets", {offset, offset + *n_bytes}}};
    writer.n_bytes_.push_back(*n_bytes);
    offset += *n_bytes;
  }
  std::string text = json::serialize(header);
  text.resize((text.size() + kLengthBytes + kDataAlignment - 1) / kDataAlignment * kDataAlignment - kLengthBytes, ' ');
  const std::uint64_t n_header = text.size();
  writer.out_.open(path + ".partial", std::ios::binary | std::ios::trunc);
  writer.out_.write(reinterpret_cast<const char*>(&n_header), kLengthBytes);
  writer.out_.write(text.data(), static_cast<std::streamsize>(text.size()));
  if (!writer.out_) return fail(ErrorCode::kIo, "cannot write " + path + ".partial");
  return writer;
}

SafeTensorsWriter::~SafeTensorsWriter() {
  if (!out_.is_open()) return;  // finished, or moved from
  out_.close();
  std::error_code ignored;
  std::filesystem::remove(path_ + ".partial", ignored);
}

Result<void> SafeTensorsWriter::append(std::string_view bytes) {
  PITH_CHECK(next_ < n_bytes_.size() && bytes.size() == n_bytes_[next_],
             fmt::format("tensor {} of {}, {} bytes", next_, n_bytes_.size(), bytes.size()));
  ++next_;
  out_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!out_) return fail(ErrorCode::kIo, "cannot write " + path_ + ".partial (is the disk full?)");
  return {};
}

Result<void> SafeTensorsWriter::finish() {
  PITH_CHECK(next_ == n_bytes_.size(), fmt::format("{} of {} tensors written", next_, n_bytes_.size()));
  out_.flush();
  const bool written = out_.good();
  if (written) out_.close();
  std::error_code error;
  if (written) std::filesystem::rename(path_ + ".partial", path_, error);
  if (!written || error) {
    return fail(ErrorCode::kIo, "cannot write " + path_ + (error ? ": " + error.message() : " (is the disk full?)"));
  }
  return {};
}

}  // namespace pith
