#include "cli/batch_line.h"

#include <fmt/format.h>

#include <exception>

#include "cli/interrupt.h"
#include "compress/request_json.h"
#include "compress/response_json.h"

namespace pith::cli {
namespace {

LineOutcome failure(const Error& error, const RequestId& id, std::size_t line_number) {
  LineOutcome outcome;
  outcome.output = error_json(error, id, line_number);
  outcome.error = error;
  outcome.failed = true;
  return outcome;
}

bool is_blank(const std::string& text) { return text.find_first_not_of(" \t\r") == std::string::npos; }

Result<LineOutcome> compress_line(const Line& line, const BatchSettings& settings, EngineCache* engines) {
  auto parsed = parse_request(line.text, {settings.input_name, line.number, &settings.defaults});
  if (!parsed) return failure(parsed.error(), peek_request_id(line.text), line.number);
  const RequestId id{parsed->request.id, parsed->id_kind};
  const auto engine = engines->get(parsed->model, parsed->precision);
  if (!engine) {
    if (!parsed->model && !parsed->precision) return tl::unexpected(engine.error());
    return failure(engine.error(), id, line.number);
  }
  auto result = (*engine)->compress(parsed->request, [](std::size_t, std::size_t) { return stop_signal() == 0; });
  LineOutcome outcome;
  if (!result) {
    if (result.error().code != ErrorCode::kCancelled) return failure(result.error(), id, line.number);
    outcome.cancelled = true;
    return outcome;
  }
  result->warnings.insert(result->warnings.begin(), parsed->warnings.begin(), parsed->warnings.end());
  outcome.output = response_json(*result, {parsed->id_kind, settings.timings});
  return outcome;
}

}  // namespace

Result<LineOutcome> process_line(const Line& line, const BatchSettings& settings, EngineCache* engines) {
  if (stop_signal() != 0) return LineOutcome{.output = {}, .error = {}, .failed = false, .cancelled = true};
  if (line.too_long) {
    return failure({ErrorCode::kTooLarge,
                    fmt::format("{}:{}: the line has {} bytes, more than the limit of {} ({} MiB): split the request",
                                settings.input_name, line.number, line.n_bytes, kMaxLineBytes, kMaxLineBytes >> 20)},
                   {}, line.number);
  }
  if (is_blank(line.text)) return LineOutcome{};
  try {
    return compress_line(line, settings, engines);
  } catch (const std::exception& error) {
    return failure({ErrorCode::kInternal, fmt::format("internal error: {}", error.what())}, peek_request_id(line.text),
                   line.number);
  }
}

}  // namespace pith::cli
