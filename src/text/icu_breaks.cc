#include "text/icu_breaks.h"

#include <unicode/brkiter.h>
#include <unicode/locid.h>
#include <unicode/utext.h>

#include <string>
#include <utility>

namespace pith {
namespace {

tl::unexpected<Error> icu_error(const char* what, UErrorCode status) {
  return fail(ErrorCode::kInternal,
              std::string("ICU cannot ") + what + ": " + u_errorName(status) + "; reinstall libicu with its data");
}

/// The process's iterators, never used themselves: cloning a const one is thread-safe and far cheaper than loading it.
struct Prototypes {
  UErrorCode status = U_ZERO_ERROR;
  std::unique_ptr<icu::BreakIterator> clusters;
  std::unique_ptr<icu::BreakIterator> words;

  Prototypes() {
    clusters.reset(icu::BreakIterator::createCharacterInstance(icu::Locale::getRoot(), status));
    words.reset(icu::BreakIterator::createWordInstance(icu::Locale::getRoot(), status));
  }
};

const Prototypes& prototypes() {
  static const Prototypes loaded;
  return loaded;
}

}  // namespace

struct IcuBreaks::Iterators {
  std::unique_ptr<icu::BreakIterator> clusters;
  std::unique_ptr<icu::BreakIterator> words;
  std::vector<std::int32_t> ends;

  Result<const std::vector<std::int32_t>*> all_ends(icu::BreakIterator& iterator, const std::u16string& text) {
    ends.clear();
    UErrorCode status = U_ZERO_ERROR;
    UText view = UTEXT_INITIALIZER;
    utext_openUChars(&view, text.data(), static_cast<std::int64_t>(text.size()), &status);
    iterator.setText(&view, status);  // keeps a shallow copy
    utext_close(&view);
    if (U_FAILURE(status)) return icu_error("read a text", status);
    iterator.first();
    for (std::int32_t end = iterator.next(); end != icu::BreakIterator::DONE; end = iterator.next()) {
      ends.push_back(end);
    }
    return &ends;
  }
};

Result<IcuBreaks> IcuBreaks::create() {
  const Prototypes& from = prototypes();
  if (U_FAILURE(from.status)) return icu_error("load its break rules", from.status);
  auto iterators = std::make_unique<Iterators>();
  iterators->clusters.reset(from.clusters->clone());
  iterators->words.reset(from.words->clone());
  if (iterators->clusters == nullptr || iterators->words == nullptr) {
    return icu_error("copy its break rules", U_MEMORY_ALLOCATION_ERROR);
  }
  return IcuBreaks(std::move(iterators));
}

IcuBreaks::IcuBreaks(std::unique_ptr<Iterators> iterators) : iterators_(std::move(iterators)) {}
IcuBreaks::IcuBreaks(IcuBreaks&&) noexcept = default;
IcuBreaks& IcuBreaks::operator=(IcuBreaks&&) noexcept = default;
IcuBreaks::~IcuBreaks() = default;

Result<const std::vector<std::int32_t>*> IcuBreaks::cluster_ends(const std::u16string& text) {
  return iterators_->all_ends(*iterators_->clusters, text);
}

Result<const std::vector<std::int32_t>*> IcuBreaks::word_ends(const std::u16string& text) {
  return iterators_->all_ends(*iterators_->words, text);
}

}  // namespace pith
