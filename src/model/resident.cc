#include "model/resident.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

namespace pith {

void drop_resident_pages(std::string_view mapped) {
  if (mapped.empty()) return;
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  // Whole pages from the first one on: nothing but the file lies in a file's mapping.
  const std::size_t n_before = reinterpret_cast<std::uintptr_t>(mapped.data()) % page;
  ::madvise(const_cast<char*>(mapped.data()) - n_before, n_before + mapped.size(), MADV_DONTNEED);
}

}  // namespace pith
