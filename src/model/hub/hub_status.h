// What a hub's refusal means, in words that say what to do.
#pragma once

#include <string>
#include <vector>

#include "model/hub/hub_name.h"
#include "model/hub/retry.h"
#include "model/hub/settings.h"
#include "net/http.h"

namespace pith {

/// `head` is an answer with another status than 2xx to a request about `name`; `file` is the file asked for, "" for the
/// repository itself. `known_names` are searched for what a misspelt name may have meant. Statuses that pass (408, 429,
/// 5xx, and 403 of a download server whose signed address ran out) are transient.
[[nodiscard]] Attempt refusal(const HttpHead& head, const HubName& name, const std::string& file,
                              const HubSettings& settings, const std::vector<std::string>& known_names);

}  // namespace pith
