#include "model/llama/gguf_file.h"

#include <fmt/format.h>
#include <ggml.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <utility>

namespace pith {
namespace {

constexpr std::string_view kMagic = "GGUF";
constexpr std::string_view kAlignmentKey = "general.alignment";
constexpr std::uint64_t kDefaultAlignment = 32;
constexpr std::uint32_t kMaxDimensions = 4;
constexpr std::uint64_t kMaxDimension = std::uint64_t{1} << 40;
constexpr std::uint64_t kMaxElements = std::uint64_t{1} << 48;
static_assert(kMaxDimensions == GGML_MAX_DIMS && kMaxGgufTensorNameBytes == GGML_MAX_NAME - 1);

// Value types, as numbered in the format.
enum ValueType : std::uint32_t { kU8, kI8, kU16, kI16, kU32, kI32, kF32, kBool, kString, kArray, kU64, kI64, kF64 };

/// Bytes of a value of fixed size; 0 for the others.
std::uint64_t bytes_of(std::uint32_t type) {
  switch (type) {
    case kU8:
    case kI8:
    case kBool:
      return 1;
    case kU16:
    case kI16:
      return 2;
    case kU32:
    case kI32:
    case kF32:
      return 4;
    case kU64:
    case kI64:
    case kF64:
      return 8;
    default:
      return 0;
  }
}

template <class T>
T load(std::string_view bytes) {
  T value;
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

/// A name as it can stand in a message.
std::string shown(std::string_view name) {
  std::string text;
  for (const char c : name.substr(0, 60)) text += c < ' ' || c > '~' ? '?' : c;
  return "'" + text + (name.size() > 60 ? "...'" : "'");
}

/// Without outer dimensions of 1.
std::span<const std::int64_t> significant(const Shape& shape) {
  const auto first = std::ranges::find_if(shape, [](std::int64_t n) { return n != 1; });
  return {first, shape.end()};
}

/// The scalar in `bytes`. REQUIRES: bytes.size() = bytes_of(type) > 0.
GgufValue scalar(std::uint32_t type, std::string_view bytes) {
  const auto natural = [](std::uint64_t value) { return GgufValue(value); };
  const auto whole = [](std::int64_t value) { return GgufValue(value); };
  switch (type) {
    case kU8:
      return natural(load<std::uint8_t>(bytes));
    case kU16:
      return natural(load<std::uint16_t>(bytes));
    case kU32:
      return natural(load<std::uint32_t>(bytes));
    case kU64:
      return natural(load<std::uint64_t>(bytes));
    case kI8:
      return whole(load<std::int8_t>(bytes));
    case kI16:
      return whole(load<std::int16_t>(bytes));
    case kI32:
      return whole(load<std::int32_t>(bytes));
    case kI64:
      return whole(load<std::int64_t>(bytes));
    case kBool:
      return GgufValue(load<std::uint8_t>(bytes) != 0);
    case kF32:
      return GgufValue(static_cast<double>(load<float>(bytes)));
    default:
      return GgufValue(load<double>(bytes));
  }
}

}  // namespace

/// Reads on from a place in the header; nothing where the file ends too early.
class GgufFile::Cursor {
 public:
  explicit Cursor(std::string_view bytes) : bytes_(bytes) {}

  [[nodiscard]] std::optional<std::string_view> take(std::uint64_t n_bytes) {
    if (n_bytes > bytes_.size() - at_) return std::nullopt;
    const std::string_view taken = bytes_.substr(at_, n_bytes);
    at_ += n_bytes;
    return taken;
  }
  template <class T>
  [[nodiscard]] std::optional<T> number() {
    const auto bytes = take(sizeof(T));
    return bytes ? std::optional(load<T>(*bytes)) : std::nullopt;
  }
  [[nodiscard]] std::optional<std::string_view> text() {
    const auto n_bytes = number<std::uint64_t>();
    return n_bytes ? take(*n_bytes) : std::nullopt;
  }
  [[nodiscard]] std::uint64_t at() const { return at_; }
  [[nodiscard]] std::uint64_t n_left() const { return bytes_.size() - at_; }

 private:
  std::string_view bytes_;
  std::uint64_t at_ = 0;
};

Result<GgufFile> GgufFile::open(const std::string& path) {
  auto file = MappedFile::open(path);
  if (!file) return tl::unexpected(file.error());
  GgufFile gguf;
  gguf.path_ = path;
  gguf.file_ = std::move(*file);
  gguf.bytes_ = gguf.file_.bytes();
  if (auto ok = gguf.read_header(); !ok) return tl::unexpected(ok.error());
  return gguf;
}

Result<GgufFile> GgufFile::parse(std::string_view bytes, const std::string& name) {
  GgufFile gguf;
  gguf.path_ = name;
  gguf.bytes_ = bytes;
  if (auto ok = gguf.read_header(); !ok) return tl::unexpected(ok.error());
  return gguf;
}

tl::unexpected<Error> GgufFile::bad(const std::string& what) const {
  return fail(ErrorCode::kBadModel, path_ + ": " + what);
}

Result<void> GgufFile::read_header() {
  Cursor in(bytes_);
  const auto magic = in.take(kMagic.size());
  if (!magic || *magic != kMagic) return bad("not a GGUF file: it does not begin with 'GGUF'");
  const auto version = in.number<std::uint32_t>();
  const auto n_tensors = in.number<std::uint64_t>();
  const auto n_values = in.number<std::uint64_t>();
  if (!version || !n_tensors || !n_values) return bad("truncated: the header ends too early");
  if (*version != 2 && *version != 3) {
    const bool is_swapped = *version != 0 && (*version & 0xFFFFU) == 0;
    return fail(ErrorCode::kUnsupported,
                is_swapped ? path_ + ": a big-endian GGUF file; supported: little-endian"
                           : fmt::format("{}: version {} of the GGUF format; supported: 2 and 3", path_, *version));
  }
  if (*n_tensors > kMaxGgufTensors || *n_values > kMaxGgufKeys) {
    return fail(ErrorCode::kTooLarge, fmt::format("{}: {} tensors and {} keys, at most {} and {} are read", path_,
                                                  *n_tensors, *n_values, kMaxGgufTensors, kMaxGgufKeys));
  }
  if (auto ok = read_values(in, *n_values); !ok) return ok;
  return read_tensors(in, *n_tensors);
}

Result<GgufValue> GgufFile::read_array(Cursor& in, std::string_view key) const {
  const auto cut = [&] { return bad(fmt::format("truncated: the header ends within the array {}", shown(key))); };
  const auto type = in.number<std::uint32_t>();
  const auto n = in.number<std::uint64_t>();
  if (!type || !n) return cut();
  if (*n > kMaxGgufArrayElements) {
    return fail(ErrorCode::kTooLarge, fmt::format("{}: {} has {} elements, at most {} are read", path_, shown(key), *n,
                                                  kMaxGgufArrayElements));
  }
  const std::uint64_t each = *type == kString ? sizeof(std::uint64_t) : bytes_of(*type);
  if (each == 0) return bad(fmt::format("{} is an array of type {}, which cannot be", shown(key), *type));
  if (*n * each > in.n_left()) return cut();  // before memory is taken for them
  if (*type == kString) {
    std::vector<std::string_view> texts;
    texts.reserve(*n);
    for (std::uint64_t i = 0; i < *n; ++i) {
      const auto text = in.text();
      if (!text) return cut();
      texts.push_back(*text);
    }
    return texts;
  }
  const bool is_real = *type == kF32 || *type == kF64;
  std::vector<float> reals;
  std::vector<std::int64_t> integers;
  is_real ? reals.reserve(*n) : integers.reserve(*n);
  for (std::uint64_t i = 0; i < *n; ++i) {
    const GgufValue element = scalar(*type, *in.take(each));
    if (const auto* real = std::get_if<double>(&element)) {
      constexpr double kLargest = std::numeric_limits<float>::max();  // a float64 beyond it becomes this
      reals.push_back(static_cast<float>(std::isfinite(*real) ? std::clamp(*real, -kLargest, kLargest) : *real));
    } else if (const auto* natural = std::get_if<std::uint64_t>(&element)) {
      integers.push_back(static_cast<std::int64_t>(*natural));
    } else if (const auto* whole = std::get_if<std::int64_t>(&element)) {
      integers.push_back(*whole);
    } else {
      integers.push_back(std::get<bool>(element) ? 1 : 0);
    }
  }
  return is_real ? GgufValue(std::move(reals)) : GgufValue(std::move(integers));
}

Result<void> GgufFile::read_values(Cursor& in, std::uint64_t n_values) {
  for (std::uint64_t i = 0; i < n_values; ++i) {
    const auto key = in.text();
    const auto type = in.number<std::uint32_t>();
    if (!key || !type) return bad(fmt::format("truncated: the header ends within key {} of {}", i, n_values));
    if (key->empty() || key->size() > kMaxGgufKeyBytes || key->find('\0') != std::string_view::npos) {
      return bad(fmt::format("key {} is no name: {}", i, shown(*key)));
    }
    const auto cut = [&] { return bad(fmt::format("truncated: the header ends within the value of {}", shown(*key))); };
    GgufValue value;
    if (const std::uint64_t n_bytes = bytes_of(*type); n_bytes != 0) {
      const auto bytes = in.take(n_bytes);
      if (!bytes) return cut();
      value = scalar(*type, *bytes);
    } else if (*type == kString) {
      const auto text = in.text();
      if (!text) return cut();
      value = *text;
    } else if (*type == kArray) {
      auto array = read_array(in, *key);
      if (!array) return tl::unexpected(array.error());
      value = std::move(*array);
    } else {
      return bad(fmt::format("{} has a value of type {}, which GGUF does not have", shown(*key), *type));
    }
    if (!values_.emplace(*key, std::move(value)).second)
      return bad(fmt::format("key {} stands there twice", shown(*key)));
  }
  return {};
}

Result<std::uint64_t> GgufFile::alignment() const {
  const GgufValue* value = find(kAlignmentKey);
  if (value == nullptr) return kDefaultAlignment;
  const auto* number = std::get_if<std::uint64_t>(value);
  // Below 8 a float32 could lie across the boundary that its reader relies on.
  if (number == nullptr || !std::has_single_bit(*number) || *number < 8 || *number > kMaxGgufAlignment) {
    return bad(fmt::format("{} must be a power of two from 8 to {}", kAlignmentKey, kMaxGgufAlignment));
  }
  return *number;
}

Result<void> GgufFile::read_tensors(Cursor& in, std::uint64_t n_tensors) {
  const auto aligned_to = alignment();
  if (!aligned_to) return tl::unexpected(aligned_to.error());
  const auto padded = [&](std::uint64_t n) { return (n + *aligned_to - 1) / *aligned_to * *aligned_to; };

  struct Place {
    GgufTensor tensor;
    std::uint64_t begin = 0;
    std::uint64_t n_bytes = 0;
  };
  std::vector<Place> places;
  std::uint64_t expected_begin = 0;
  for (std::uint64_t i = 0; i < n_tensors; ++i) {
    const auto name = in.text();
    const auto n_dimensions = in.number<std::uint32_t>();
    if (!name || !n_dimensions)
      return bad(fmt::format("truncated: the header ends within tensor {} of {}", i, n_tensors));
    if (name->empty() || name->size() > kMaxGgufTensorNameBytes || name->find('\0') != std::string_view::npos) {
      return bad(fmt::format("tensor {} has no proper name: {}", i, shown(*name)));
    }
    const auto wrong = [&](const std::string& what) { return bad(fmt::format("tensor {} {}", shown(*name), what)); };
    if (*n_dimensions == 0 || *n_dimensions > kMaxDimensions) {
      return wrong(fmt::format("has {} dimensions, expected 1 to {}", *n_dimensions, kMaxDimensions));
    }
    Place place;
    place.tensor.name = std::string(*name);
    std::uint64_t n_elements = 1;
    std::uint64_t n_columns = 0;
    for (std::uint32_t d = 0; d < *n_dimensions; ++d) {
      const auto n = in.number<std::uint64_t>();
      if (!n) return bad(fmt::format("truncated: the header ends within tensor {} of {}", i, n_tensors));
      if (*n == 0 || *n > kMaxDimension || n_elements > kMaxElements / *n) {
        return wrong(fmt::format("has an impossible dimension: {}", *n));
      }
      n_elements *= *n;
      if (d == 0) n_columns = *n;
      place.tensor.shape.insert(place.tensor.shape.begin(), static_cast<std::int64_t>(*n));
    }
    const auto type = in.number<std::uint32_t>();
    const auto begin = in.number<std::uint64_t>();
    if (!type || !begin) return bad(fmt::format("truncated: the header ends within tensor {} of {}", i, n_tensors));
    const bool is_known = *type < GGML_TYPE_COUNT;
    const std::int64_t block = is_known ? ggml_blck_size(static_cast<ggml_type>(*type)) : 0;
    const std::size_t block_bytes = is_known ? ggml_type_size(static_cast<ggml_type>(*type)) : 0;
    if (block <= 0 || block_bytes == 0) {
      return fail(ErrorCode::kUnsupported,
                  fmt::format("{}: tensor {} has type {}, which ggml does not know", path_, shown(*name), *type));
    }
    if (n_columns % static_cast<std::uint64_t>(block) != 0) {
      return wrong(fmt::format("has rows of {} values, which blocks of {} do not fill", n_columns, block));
    }
    place.tensor.type = static_cast<int>(*type);
    place.begin = *begin;
    place.n_bytes = n_elements / static_cast<std::uint64_t>(block) * block_bytes;
    if (*begin != expected_begin) {
      return wrong(fmt::format("begins at byte {}, expected {}: behind the one before it", *begin, expected_begin));
    }
    if (place.n_bytes > bytes_.size()) {
      return bad(fmt::format("truncated: tensor {} takes {} bytes, the file has {}", shown(*name), place.n_bytes,
                             bytes_.size()));
    }
    expected_begin += padded(place.n_bytes);  // no overflow: at most 2^16 of what fits a file
    places.push_back(std::move(place));
  }

  const std::uint64_t data_begin = padded(in.at());
  for (Place& place : places) {
    if (data_begin > bytes_.size() || place.n_bytes > bytes_.size() - data_begin ||
        place.begin > bytes_.size() - data_begin - place.n_bytes) {
      return bad(fmt::format("truncated: tensor {} ends at byte {}, the file has {}", shown(place.tensor.name),
                             data_begin + place.begin + place.n_bytes, bytes_.size()));
    }
    place.tensor.bytes = bytes_.substr(data_begin + place.begin, place.n_bytes);
    std::string name = place.tensor.name;
    if (!tensors_.emplace(std::move(name), std::move(place.tensor)).second) {
      return bad(fmt::format("tensor {} stands there twice", shown(place.tensor.name)));
    }
  }
  return {};
}

Result<void> GgufFile::read(std::string_view part, std::span<char> out) const {
  if (!file_.bytes().empty()) return file_.read_at(static_cast<std::size_t>(part.data() - bytes_.data()), out);
  std::ranges::copy(part, out.begin());  // bytes in memory
  return {};
}

const GgufValue* GgufFile::find(std::string_view key) const {
  const auto found = values_.find(key);
  return found == values_.end() ? nullptr : &found->second;
}

Result<std::string_view> GgufFile::text(std::string_view key) const {
  const GgufValue* value = find(key);
  if (value == nullptr) return bad(fmt::format("key '{}' is missing", key));
  const auto* text = std::get_if<std::string_view>(value);
  if (text == nullptr) return bad(fmt::format("key '{}' must be a string", key));
  return *text;
}

const GgufTensor* GgufFile::find_tensor(std::string_view name) const {
  const auto found = tensors_.find(name);
  return found == tensors_.end() ? nullptr : &found->second;
}

Result<const GgufTensor*> GgufFile::require_tensor(std::string_view name, const Shape& shape) const {
  const GgufTensor* tensor = find_tensor(name);
  if (tensor == nullptr) return bad(fmt::format("tensor '{}' is missing (expected shape {})", name, to_string(shape)));
  if (!std::ranges::equal(significant(tensor->shape), significant(shape))) {
    return bad(fmt::format("tensor '{}' has shape {}, expected {}", name, to_string(tensor->shape), to_string(shape)));
  }
  return tensor;
}

}  // namespace pith
