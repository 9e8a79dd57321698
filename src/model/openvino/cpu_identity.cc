#include "model/openvino/cpu_identity.h"

#include <fmt/format.h>

#if defined(__x86_64__)
#include <cpuid.h>
#else
#include <sys/auxv.h>
#endif

namespace pith {

std::string cpu_identity() {
#if defined(__x86_64__)
  std::string identity = "x86-64";
  struct Leaf {
    unsigned leaf;
    unsigned subleaf;
  };
  for (const auto& [leaf, subleaf] : {Leaf{1, 0}, Leaf{7, 0}, Leaf{7, 1}, Leaf{0xD, 0}}) {
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    __get_cpuid_count(leaf, subleaf, &a, &b, &c, &d);
    // EBX of leaf 1 has the number of the core that runs this, EBX of leaf 0xD what is switched on right now.
    if (leaf == 1 || leaf == 0xD) b = 0;
    identity += fmt::format(" {:x}.{}:{:x},{:x},{:x},{:x}", leaf, subleaf, a, b, c, d);
  }
  return identity;
#else
  return fmt::format("hwcap {:x} {:x}", ::getauxval(AT_HWCAP), ::getauxval(AT_HWCAP2));
#endif
}

}  // namespace pith
