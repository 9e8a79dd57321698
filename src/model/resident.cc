#include "model/resident.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

namespace pith {

void drop_resident_pages(std::string_view mapped) {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<std::uintptr_t>(mapped.data()) / page * page;
  const auto end = reinterpret_cast<std::uintptr_t>(mapped.data()) + mapped.size();
  // Whole pages from the first one on: nothing but the file lies in a file's mapping.
  if (end > begin) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

}  // namespace pith
