// Giving memory back without losing anything.
#pragma once

#include <string_view>

namespace pith {

/// Lets the kernel forget the resident pages of a mapped file's bytes; the next read brings them back from the page
/// cache. Weights are read once (to be packed for the CPU) and then lie around: 600 MB of them for a large encoder.
/// REQUIRES: `mapped` views a MappedFile. Best effort.
void drop_resident_pages(std::string_view mapped);

}  // namespace pith
