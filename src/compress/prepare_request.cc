#include "compress/prepare_request.h"

#include <fmt/format.h>

#include <utility>

#include "compress/force_roles.h"
#include "compress/json_config.h"
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

/// One JSON object, its members as the request's json_config says.
Result<Recognized> recognize_configured(std::string_view text, const CompressRequest& request) {
  const auto config = parse_json_config(request.json_config, "json_config");
  if (!config) return tl::unexpected(config.error());
  Recognized result;
  result.structure = recognize(text, {Format::kJson, request.question});
  if (result.structure.format != format_name(Format::kJson)) {
    return fail(ErrorCode::kBadInput,
                "json_config needs a context that is one JSON object, and this is none" +
                    (result.structure.warnings.empty() ? std::string() : ": it " + result.structure.warnings.front()));
  }
  const auto rates = apply_json_config(*config, text, result.structure);
  if (!rates) return tl::unexpected(rates.error());
  for (const NodeRate& rate : *rates) result.rates.push_back({rate.node, rate.rate});
  return result;
}

Result<Recognized> recognize_context(std::string_view text, const CompressRequest& request, Format format) {
  const RecognizeOptions options{format, request.question};
  if (request.structured) return recognize_structured(text, options);
  if (!request.json_config.empty()) return recognize_configured(text, request);
  Recognized result;
  result.structure = recognize(text, options);
  return result;
}

}  // namespace

Result<std::vector<PreparedContext>> prepare_request(const CompressRequest& request,
                                                     std::vector<std::string>* warnings) {
  const auto format = parse_format(request.format);
  if (!format) return tl::unexpected(format.error());
  std::vector<PreparedContext> contexts;
  contexts.reserve(request.context.size());
  for (std::size_t c = 0; c < request.context.size(); ++c) {
    const std::string& text = request.context[c];
    const std::string heading = request.context.size() > 1 ? fmt::format("context[{}]: ", c) : std::string();
    auto recognized = recognize_context(text, request, *format);
    if (!recognized) return fail(recognized.error().code, heading + recognized.error().message);
    force_roles(request.force_roles, text, &recognized->structure);
    for (const std::string& warning : recognized->structure.warnings) warnings->push_back(heading + warning);
    auto context = prepare_context(text, std::move(recognized->structure));
    if (!context) return tl::unexpected(context.error());
    context->segment_rates = std::move(recognized->rates);
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
