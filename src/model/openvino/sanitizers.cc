#include "model/openvino/sanitizers.h"

#include <cstdlib>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define PITH_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define PITH_SANITIZED 1
#endif

#ifdef PITH_SANITIZED
// Hooks that the sanitizers' runtimes call by name; they are declared here because no common header declares them.
extern "C" {
__attribute__((visibility("default"))) const char* __lsan_default_suppressions();
__attribute__((visibility("default"))) const char* __tsan_default_suppressions();

/// A few hundred bytes per worker thread, whose owners are thread-local and never freed.
const char* __lsan_default_suppressions() { return "leak:libopenvino\nleak:libtbb\n"; }

/// Its locks and atomics are invisible, so everything its threads hand to each other looks like a race. (That also
/// hides races in what they call back, which is one function of ours: RequestPool::finished, three lines under a lock.)
const char* __tsan_default_suppressions() { return "race:libopenvino\nrace:libtbb\n"; }
}
#endif

namespace pith {

void prepare_for_sanitizers() {
#ifdef PITH_SANITIZED
  // Without it TBB loads a helper with RTLD_DEEPBIND, on which sanitizers abort.
  ::setenv("TBB_ENABLE_SANITIZERS", "1", 0);
#endif
}

}  // namespace pith
