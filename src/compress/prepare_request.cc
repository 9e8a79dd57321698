#include "compress/prepare_request.h"

#include <fmt/format.h>

#include <utility>

#include "compress/render.h"
#include "compress/tagged_segments.h"
#include "text/structure/recognize.h"

namespace pith {
namespace {

struct Recognized {
  Structure structure;
  std::vector<SegmentRate> rates;
};

/// Segments become nodes with their tags removed; each is recognised for itself, and so is what stands between them.
Result<Recognized> recognize_structured(std::string_view text, const RecognizeOptions& options) {
  const auto tags = parse_tagged_segments(text);
  if (!tags) return tl::unexpected(tags.error());
  Recognized result;
  TreeBuilder tree(static_cast<std::uint32_t>(text.size()));
  for (const TaggedSegment& segment : *tags) {
    tree.leaf(Kind::kMarkup, Policy::kRemoved, segment.opening_tag);
    if (!segment.span.empty()) {
      const std::uint32_t node = tree.open(Kind::kSegment, segment.compress ? Policy::kWords : Policy::kWhole,
                                           segment.span.begin, {.is_forced = !segment.compress});
      if (segment.compress) {
        static_cast<void>(recognize_span(text, segment.span, options, tree));
        if (segment.rate) result.rates.push_back({node, *segment.rate});
      }
      tree.close(segment.span.end);
    }
    tree.leaf(Kind::kMarkup, Policy::kRemoved, segment.closing_tag);
  }
  result.structure = tree.finish("structured");
  return result;
}

}  // namespace

Result<std::vector<PreparedContext>> prepare_request(const CompressRequest& request,
                                                     std::vector<std::string>* warnings) {
  const auto format = parse_format(request.format);
  if (!format) return tl::unexpected(format.error());
  const RecognizeOptions options{*format, request.question};
  std::vector<PreparedContext> contexts;
  contexts.reserve(request.context.size());
  for (std::size_t c = 0; c < request.context.size(); ++c) {
    const std::string& text = request.context[c];
    const std::string heading = request.context.size() > 1 ? fmt::format("context[{}]: ", c) : std::string();
    Recognized recognized;
    if (request.structured) {
      auto structured = recognize_structured(text, options);
      if (!structured) return fail(structured.error().code, heading + structured.error().message);
      recognized = std::move(*structured);
    } else {
      recognized.structure = recognize(text, options);
    }
    for (const std::string& warning : recognized.structure.warnings) warnings->push_back(heading + warning);
    auto context = prepare_context(text, std::move(recognized.structure));
    if (!context) return tl::unexpected(context.error());
    context->segment_rates = std::move(recognized.rates);
    contexts.push_back(std::move(*context));
  }
  return contexts;
}

std::string without_removed(const PreparedContext& context) {
  std::vector<std::uint8_t> kept(context.n_words());
  for (std::size_t w = 0; w < kept.size(); ++w) kept[w] = context.node_of(w).policy != Policy::kRemoved ? 1 : 0;
  std::string text;
  render(context, kept, {}, &text);
  return text;
}

}  // namespace pith
