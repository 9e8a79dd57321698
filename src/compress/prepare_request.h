// From a request's contexts to units: what each text is, where its words are, which segments have a rate of their own.
#pragma once

#include <string>
#include <vector>

#include "compress/prepared_context.h"
#include "pith/compress.h"

namespace pith {

/// Recognises and segments every context. `warnings` gets what the recognisers and the tag parser have to say, headed
/// by the context's number when there are several. Errors: those of segment() and of the tags (kBadInput, line and
/// column).
[[nodiscard]] Result<std::vector<PreparedContext>> prepare_request(const CompressRequest& request,
                                                                   std::vector<std::string>* warnings);

/// The rendering of everything but what is never kept: the tags of a structured prompt.
[[nodiscard]] std::string without_removed(const PreparedContext& context);

}  // namespace pith
